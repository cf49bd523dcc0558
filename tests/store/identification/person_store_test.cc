#include "services/identification/store/person_store.h"

#include "tests/store/identification/register_database.h"

namespace jz::identification::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PersonStore : public RegisterDatabase {
 protected:
  PersonStore() {
    EXPECT_TRUE(Run([&](sql::Transaction& tx) {
                  return InsertHouseholds(
                      tx, {MakeHousehold(1, "a"), MakeHousehold(2, "b", "230222101200")});
                }).ok());
  }
  absl::Status Insert(const Person& person) {
    return Run([&](sql::Transaction& tx) { return InsertPersons(tx, {person}); });
  }
  absl::Status Leave(Person person, Date date) {
    person.left_on = date;
    person.left_reason = "02";
    return Run([&](sql::Transaction& tx) {
      return RecordDepartures(tx, {{.person = person, .note = "n"}}, "tester", absl::Now());
    });
  }
  std::vector<int64_t> Find(const auth::RegionScope& scope, char hash) {
    std::vector<int64_t> ids;
    EXPECT_TRUE(db_->Read(Soon(),
                          [&](sql::Transaction& tx) -> absl::Status {
                            JZ_ASSIGN_OR_RETURN(std::vector<Person> persons,
                                                FindPersons(tx, scope, std::string(32, hash)));
                            for (const Person& person : persons) ids.push_back(person.id.value());
                            return absl::OkStatus();
                          })
                    .ok());
    return ids;
  }
};

TEST_F(PersonStore, APersonIsAPresentMemberOnceInTheWholeRegister) {
  Person person = MakePerson(10, 1, 'x');
  ASSERT_TRUE(Insert(person).ok());
  absl::Status twice = Insert(MakePerson(11, 2, 'x', "230222101200"));
  EXPECT_TRUE(absl::IsAlreadyExists(twice)) << twice;
  EXPECT_EQ(MetadataOf(twice, "constraint"), "uq_person_present_id");
  ASSERT_TRUE(Leave(person, Date(2017, 4, 10)).ok());
  EXPECT_TRUE(Insert(MakePerson(11, 2, 'x', "230222101200")).ok());
  EXPECT_THAT(Find(auth::RegionScope::Everything(), 'x'), ElementsAre(11, 10))
      << "present members first";
  EXPECT_THAT(Find(ScopeOf("230221000000"), 'x'), ElementsAre(10));
}

TEST_F(PersonStore, ADepartureChangesNothingElse) {
  Person person = MakePerson(10, 1, 'x');
  person.health = {"02", "04"};
  ASSERT_TRUE(Insert(person).ok());
  person.name = "changed by mistake";
  ASSERT_TRUE(Leave(person, Date(2017, 4, 10)).ok());
  EXPECT_EQ(Count("person WHERE name = '王国强' AND health = '02;04' AND left_on = '2017-04-10' "
                  "AND left_reason = '02' AND left_note = 'n' AND left_recorded_by = 'tester'"),
            1);
  EXPECT_EQ(Count("person"), 1);
}

TEST_F(PersonStore, MembersAreThosePresentWithTheHeadFirst) {
  Person head = MakePerson(12, 1, 'h');
  head.relation = "01";
  Person gone = MakePerson(9, 1, 'g');
  ASSERT_TRUE(Run([&](sql::Transaction& tx) {
                return InsertPersons(tx, {MakePerson(10, 1, 'a'), gone, head});
              }).ok());
  ASSERT_TRUE(Leave(gone, Date(2017, 4, 10)).ok());
  ASSERT_TRUE(db_->Read(Soon(),
                        [&](sql::Transaction& tx) -> absl::Status {
                          JZ_ASSIGN_OR_RETURN(std::vector<Person> members,
                                              LoadMembers(tx, {HouseholdId(1), HouseholdId(2)}));
                          EXPECT_THAT(members, SizeIs(2));
                          EXPECT_EQ(members.at(0).id, PersonId(12));
                          EXPECT_EQ(members.at(1).id, PersonId(10));
                          EXPECT_FALSE(members.at(0).left_on.has_value());
                          return absl::OkStatus();
                        })
                  .ok());
}

TEST_F(PersonStore, LookingUpHashesTellsOnlyWhichArePresent) {
  Person gone = MakePerson(11, 1, 'y');
  ASSERT_TRUE(Insert(MakePerson(10, 1, 'x')).ok());
  ASSERT_TRUE(Insert(gone).ok());
  ASSERT_TRUE(Leave(gone, Date(2017, 4, 10)).ok());
  ASSERT_TRUE(db_->Read(Soon(),
                        [&](sql::Transaction& tx) -> absl::Status {
                          std::vector<std::string> hashes;
                          for (char c : {'x', 'y', 'z'}) hashes.emplace_back(32, c);
                          JZ_ASSIGN_OR_RETURN(std::vector<std::string> present,
                                              FindPresentHashes(tx, hashes));
                          EXPECT_THAT(present, ElementsAre(std::string(32, 'x')));
                          JZ_ASSIGN_OR_RETURN(present, FindPresentHashes(tx, {}));
                          EXPECT_THAT(present, IsEmpty());
                          return absl::OkStatus();
                        })
                  .ok());
}

}  // namespace
}  // namespace jz::identification::testing
