// Facts from bytes: what protobuf would make of them, and nothing worse.
#include <gmock/gmock.h>

#include <random>

#include "common/status/status.h"
#include "tests/unit/identification_rules/sample.h"

namespace jz::identification::rules {
namespace {

using ::testing::ElementsAre;

absl::Status RunOn(const std::string& bytes) {
  static const RuleSet* const set = [] {
    auto* rules = new RuleSet;
    rules->Add(Compile(Rule("members.exists(m, m.works.exists(w, has(w.work_county)) || 'chronic' "
                            "in m.health_status) || household.natural_village == 'x'",
                            Scope::kHousehold),
                       SampleCodes())
                   .value(),
               {.region = {}, .except = {}});
    return rules;
  }();
  Evaluator evaluator(*set);
  return evaluator.RunHousehold(bytes, kToday, [](const Hit&) {});
}

TEST(Decoder, CutBytesAreBrokenOrAPrefix) {
  const std::string whole = SampleHousehold().SerializeAsString();
  for (size_t size = 0; size <= whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    v1::HouseholdFacts facts;
    EXPECT_EQ(RunOn(cut).ok(), facts.ParseFromString(cut)) << size;
  }
}

TEST(Decoder, RandomChangesNeverStopTheProcess) {
  const std::string whole = SampleHousehold().SerializeAsString();
  std::mt19937 random(7);
  int broken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = whole;
    for (int changes = 0; changes < 3; ++changes) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    absl::Status status = RunOn(changed);
    if (!status.ok()) ++broken;
    EXPECT_TRUE(status.ok() || ReasonOf(status) == "FACTS_BROKEN") << status;
  }
  EXPECT_GT(broken, 100);
}

TEST(Decoder, SkipsWhatItDoesNotKnow) {
  v1::HouseholdFacts facts = SampleHousehold();
  for (auto* unknown :
       {facts.GetReflection()->MutableUnknownFields(&facts),
        facts.members(0).GetReflection()->MutableUnknownFields(facts.mutable_members(0))}) {
    unknown->AddVarint(900, 1);
    unknown->AddFixed32(901, 1);
    unknown->AddFixed64(902, 1);
    unknown->AddLengthDelimited(903, "later");
  }
  EXPECT_THAT(HitPersons(Rule("person.age == 63"), facts), ElementsAre(1));
}

TEST(Decoder, TakesCodesPackedOrNotAndEachOnce) {
  v1::HouseholdFacts facts;
  v1::PersonItems person;
  person.set_person_id(5);
  std::string bytes = person.SerializeAsString();
  // Fields 15 (health_status) and 26 (public_post), in turn and not packed.
  for (int code : {1, 2, 2, 4, 1}) {
    bytes += {15 << 3, static_cast<char>(code)};
    bytes += {static_cast<char>(0xD0), 0x01, static_cast<char>(code)};
  }
  ASSERT_TRUE(facts.add_members()->ParseFromString(bytes));
  std::string household = "\x32";  // field 6, bytes
  household += static_cast<char>(bytes.size());
  household += bytes;
  EXPECT_THAT(
      HitPersons(Rule("person.health_status.size() == 3 && person.public_post.size() == 3 && "
                      "'disabled' in person.health_status"),
                 household),
      ElementsAre(5));
}

TEST(Decoder, TellsZeroFromMissing) {
  v1::HouseholdFacts facts;
  facts.add_members()->set_public_post_months(0);
  facts.mutable_members(0)->set_resident_medical(v1::YES_NO_UNSPECIFIED);
  EXPECT_THAT(HitPersons(Rule("has(person.public_post_months)"), facts), ElementsAre(0));
  EXPECT_THAT(HitPersons(Rule("has(person.resident_medical)"), facts), ElementsAre());
  facts.mutable_members(0)->set_resident_medical(static_cast<v1::YesNo>(7));
  EXPECT_THAT(HitPersons(Rule("has(person.resident_medical)"), facts), ElementsAre());
  facts.mutable_members(0)->set_public_post_months(-3);
  EXPECT_THAT(HitPersons(Rule("person.public_post_months == -3"), facts), ElementsAre(0));
}

TEST(Decoder, KeepsMembersAndFormerMembersApart) {
  v1::HouseholdFacts facts = SampleHousehold();
  facts.add_former_members()->set_person_id(9);
  facts.mutable_former_members(0)->set_labour_capacity(1);
  EXPECT_THAT(HitPersons(Rule("former_members.exists(f, f.labour_capacity == 'ordinary')"), facts),
              ElementsAre(1, 2));
}

TEST(Decoder, RefusesMoreThanAHouseholdHas) {
  v1::HouseholdFacts facts;
  for (int i = 0; i < kMaxMembers; ++i) facts.add_members()->set_person_id(i);
  EXPECT_TRUE(RunOn(facts.SerializeAsString()).ok());
  facts.add_members();
  EXPECT_EQ(ReasonOf(RunOn(facts.SerializeAsString())), "FACTS_TOO_LARGE");
  facts = {};
  for (int i = 0; i <= kMaxEpisodes; ++i) {
    if (facts.members_size() == 0) facts.add_members();
    facts.mutable_members(0)->add_works()->set_work_start(202001);
  }
  EXPECT_EQ(ReasonOf(RunOn(facts.SerializeAsString())), "FACTS_TOO_LARGE");
}

}  // namespace
}  // namespace jz::identification::rules
