#include "services/identification/record_household.h"

#include "jingzhun/identification/v1/storage.pb.h"
#include "tests/store/identification/register_database.h"

namespace jz::identification::testing {
namespace {

class RecordHousehold : public RegisterDatabase {
 protected:
  static HouseholdChange Exit(Household household) {
    household.state = HouseholdState::kExited;
    household.state_since = Date(2017, 6, 14);
    return {.household = std::move(household),
            .members = {MakePerson(10, 7, 'x')},
            .adjustment = Adjustment{.kind = AdjustmentKind::kExit,
                                     .reason = "INCOME_AND_GUARANTEES",
                                     .effective_date = Date(2017, 6, 14),
                                     .state_before = HouseholdState::kRegistered,
                                     .state_after = HouseholdState::kExited,
                                     .member_count = 1,
                                     .case_id = 99},
            .reason = "CASE_DECIDED"};
  }
  // Locks household 7 and records its exit.
  absl::Status RecordExit(sql::Transaction& tx) {
    JZ_ASSIGN_OR_RETURN(std::vector<Household> rows,
                        LockHouseholds(tx, auth::RegionScope::Everything(), {HouseholdId(7)}));
    std::vector<HouseholdChange> changes = {Exit(rows.at(0))};
    return RecordHouseholds(
        tx, absl::MakeSpan(changes),
        {.recorded_by = "officer", .recorded_at = absl::FromUnixMicros(1'600'000'000'000'000)});
  }

  void SetUp() override {
    ASSERT_TRUE(Run([&](sql::Transaction& tx) {
                  return InsertHouseholds(tx, {MakeHousehold(7, "H7")});
                }).ok());
  }
};

TEST_F(RecordHousehold, WritesRowHistoryAdjustmentAndFeedTogether) {
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return RecordExit(tx); }).ok());
  EXPECT_EQ(Count("household WHERE id = 7 AND state = 3 AND state_since = '2017-06-14' AND version "
                  "= 2 AND updated_by = 'officer' AND created_by = 'tester'"),
            1);
  EXPECT_EQ(Count("adjustment WHERE household_id = 7 AND seq = 2 AND kind = 3 AND state_before = 2 "
                  "AND state_after = 3 AND member_count = 1 AND case_id = 99 AND region_code = "
                  "230221101200 AND reason = 'INCOME_AND_GUARANTEES'"),
            1);
  EXPECT_EQ(Count("outbox"), 1);
  auto snapshot = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
    return tx.SelectOne(
        "SELECT snapshot FROM household_version WHERE household_id = 7 AND version = 2", {},
        [](const sql::Row& row) { return row.Text(0); });
  });
  v1::HouseholdRecord record;
  ASSERT_TRUE(snapshot.ok() && snapshot->has_value());
  ASSERT_TRUE(record.ParseFromString(**snapshot));
  EXPECT_EQ(record.national_no(), "H7");
  EXPECT_EQ(record.state(), v1::HOUSEHOLD_STATE_EXITED);
  ASSERT_EQ(record.members_size(), 1);
  EXPECT_EQ(record.members(0).citizen_id_sealed(), "sealed");
}

TEST_F(RecordHousehold, KeepsFactsBesideTheRowAndInTheHistory) {
  auto facts_of = [&](const std::string& from, auto& message) {
    auto bytes = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return tx.SelectOne("SELECT " + from, {}, [](const sql::Row& row) { return row.Text(0); });
    });
    ASSERT_TRUE(bytes.ok() && bytes->has_value()) << from;
    ASSERT_TRUE(message.ParseFromString(**bytes));
  };
  ASSERT_TRUE(Run([&](sql::Transaction& tx) -> absl::Status {
                JZ_ASSIGN_OR_RETURN(
                    std::vector<Household> rows,
                    LockHouseholds(tx, auth::RegionScope::Everything(), {HouseholdId(7)}));
                HouseholdChange change = Exit(rows.at(0));
                change.facts.emplace().mutable_household()->set_natural_village("上寨");
                return RecordHouseholds(tx, absl::MakeSpan(&change, 1),
                                        {.recorded_by = "officer", .recorded_at = absl::Now()});
              }).ok());
  v1::HouseholdFacts facts;
  facts_of("facts FROM household_facts WHERE household_id = 7 AND version = 2", facts);
  EXPECT_EQ(facts.household().natural_village(), "上寨");
  EXPECT_EQ(facts.household().household_type(), 1) << "it has exited";
  EXPECT_EQ(facts.region_code(), 230221101200);
  ASSERT_EQ(facts.members_size(), 1);
  EXPECT_EQ(facts.members(0).person_id(), 10);

  // A change that says nothing of facts keeps them.
  ASSERT_TRUE(Run([&](sql::Transaction& tx) { return RecordExit(tx); }).ok());
  facts_of("facts FROM household_facts WHERE household_id = 7 AND version = 3", facts);
  EXPECT_EQ(facts.household().natural_village(), "上寨");
  v1::HouseholdRecord record;
  facts_of("snapshot FROM household_version WHERE household_id = 7 AND version = 2", record);
  EXPECT_EQ(record.facts().household().natural_village(), "上寨");
  EXPECT_EQ(Count("household_facts"), 1);
}

TEST_F(RecordHousehold, LeavesNothingOfATransactionThatFails) {
  absl::Status status = Run([&](sql::Transaction& tx) -> absl::Status {
    JZ_RETURN_IF_ERROR(RecordExit(tx));
    return FailedPrecondition("CHANGED_MY_MIND", {}, "");
  });
  EXPECT_EQ(ReasonOf(status), "CHANGED_MY_MIND");
  EXPECT_EQ(Count("household WHERE version = 1 AND state = 2"), 1);
  EXPECT_EQ(Count("household_version"), 0);
  EXPECT_EQ(Count("household_facts"), 0);
  EXPECT_EQ(Count("adjustment"), 0);
  EXPECT_EQ(Count("outbox"), 0);
}

TEST_F(RecordHousehold, TheFeedHasNeitherNamesNorNumbers) {
  Household household = MakeHousehold(7, "H7");
  household.phone_sealed = "sealed phone";
  v1::HouseholdSnapshot snapshot = ToSnapshot(household, {MakePerson(10, 7, 'x')});
  const std::string text = snapshot.DebugString();
  EXPECT_EQ(text.find("王"), std::string::npos);
  EXPECT_EQ(snapshot.SerializeAsString().find("王国强"), std::string::npos);
  EXPECT_EQ(text.find("sealed"), std::string::npos);
  EXPECT_EQ(text.find("H7"), std::string::npos);
  EXPECT_EQ(snapshot.members_size(), 1);
}

}  // namespace
}  // namespace jz::identification::testing
