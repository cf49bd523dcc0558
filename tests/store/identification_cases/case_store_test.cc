#include "services/identification/store/case_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "services/identification/store/campaign_store.h"
#include "services/identification/store/notice_store.h"
#include "services/identification/store/step_store.h"
#include "tests/support/mariadb.h"

namespace jz::identification {

std::vector<sql::Migration> Migrations();

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const RegionCode kTownship = RegionCode::FromNumber(230221101000);
const RegionCode kVillage = RegionCode::FromNumber(230221101200);
const RegionCode kSecond = RegionCode::FromNumber(230221101201);
const RegionCode kElsewhere = RegionCode::FromNumber(230222101200);
const CampaignId kCampaign(77);

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

NewCase CaseFor(int64_t id, RegionCode village, int64_t household = 0) {
  NewCase added;
  added.item.id = CaseId(id);
  added.item.household = HouseholdId(household == 0 ? 1000 + id : household);
  added.item.region = village;
  added.item.campaign = kCampaign;
  added.item.kind = AdjustmentKind::kRetain;
  added.item.reason = "INCOME_BELOW_LINE";
  added.item.awaiting = CaseStep::kGroupAssessment;
  added.item.household_version = 3;
  added.item.member_count = 2;
  added.item.last_step_on = Date(2017, 1, 1);
  added.item.proposed_by = "clerk";
  added.item.created_at = absl::FromUnixMicros(1'500'000'000'000'000);
  added.assessment.rule = "STAYS";
  added.assessment.household_state = HouseholdState::kRegistered;
  added.assessment.line = {.fen = 314600, .region = kTownship, .valid_from = Date(2017, 1, 1)};
  added.assessment.failed_guarantees = {"HOUSING_UNSAFE", "WATER_UNSAFE"};
  return added;
}

class CaseStore : public ::testing::Test {
 protected:
  std::unique_ptr<sql::Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase(Migrations());
  const auth::RegionScope township_{{kTownship}};

  absl::Status Insert(const std::vector<NewCase>& cases) {
    return db_->Run(Soon(), [&](sql::Transaction& tx) { return InsertCases(tx, cases); });
  }
  template <class Body>
  auto In(Body body) {
    return db_->Transact(Soon(), body);
  }
  std::vector<int64_t> Listed(const auth::RegionScope& scope, CasePage page) {
    auto cases = In([&](sql::Transaction& tx) { return ListCases(tx, scope, page); });
    EXPECT_TRUE(cases.ok()) << cases.status();
    std::vector<int64_t> ids;
    for (const Case& item : *cases) ids.push_back(item.id.value());
    return ids;
  }
  Case Read(int64_t id) {
    auto cases = In([&](sql::Transaction& tx) { return LoadCases(tx, township_, {CaseId(id)}); });
    return cases->at(0);
  }
};

TEST_F(CaseStore, KeepsCaseAndAssessment) {
  ASSERT_TRUE(Insert({CaseFor(1, kVillage)}).ok());
  Case item = Read(1);
  EXPECT_EQ(item.household, HouseholdId(1001));
  EXPECT_EQ(item.state, CaseState::kOpen);
  EXPECT_EQ(item.awaiting, CaseStep::kGroupAssessment);
  EXPECT_EQ(item.last_step_on, Date(2017, 1, 1));
  EXPECT_FALSE(item.decided_on.has_value());
  auto assessment = In([](sql::Transaction& tx) { return LoadAssessment(tx, CaseId(1)); });
  ASSERT_TRUE(assessment.ok());
  EXPECT_EQ(assessment->line.fen, 314600);
  EXPECT_EQ(assessment->line.valid_from, Date(2017, 1, 1));
  EXPECT_THAT(assessment->failed_guarantees, ElementsAre("HOUSING_UNSAFE", "WATER_UNSAFE"));
}

TEST_F(CaseStore, AllowsOneOpenCaseAHousehold) {
  ASSERT_TRUE(Insert({CaseFor(1, kVillage, 500)}).ok());
  absl::Status second = Insert({CaseFor(2, kVillage, 500)});
  EXPECT_EQ(second.code(), absl::StatusCode::kAlreadyExists) << second;
  auto busy = In([](sql::Transaction& tx) {
    return FindHouseholdsWithOpenCase(tx, {HouseholdId(499), HouseholdId(500)});
  });
  EXPECT_THAT(*busy, ElementsAre(HouseholdId(500)));
  ASSERT_TRUE(In([](sql::Transaction& tx) { return SupersedeCases(tx, {CaseId(1)}); }).ok());
  EXPECT_TRUE(Insert({CaseFor(2, kVillage, 500)}).ok());
  EXPECT_EQ(Read(1).state, CaseState::kSuperseded);
}

TEST_F(CaseStore, ListsByVillageInsideTheScopeOnly) {
  ASSERT_TRUE(Insert({CaseFor(5, kVillage), CaseFor(3, kSecond), CaseFor(4, kVillage),
                      CaseFor(9, kElsewhere)})
                  .ok());
  EXPECT_THAT(Listed(township_, {}), ElementsAre(4, 5, 3));
  EXPECT_THAT(Listed(auth::RegionScope({kSecond}), {}), ElementsAre(3));
  EXPECT_THAT(Listed(auth::RegionScope(), {}), IsEmpty());
  CasePage next;
  next.after_region = kVillage;
  next.after_id = CaseId(4);
  next.limit = 1;
  EXPECT_THAT(Listed(township_, next), ElementsAre(5));
  CasePage other;
  other.campaign = CampaignId(78);
  EXPECT_THAT(Listed(township_, other), IsEmpty());
  CasePage household;
  household.household = HouseholdId(1003);
  EXPECT_THAT(Listed(township_, household), ElementsAre(3));
  CasePage kinds;
  kinds.kinds = {AdjustmentKind::kAdmit, AdjustmentKind::kExit, AdjustmentKind::kRelapse};
  EXPECT_THAT(Listed(township_, kinds), IsEmpty());
}

TEST_F(CaseStore, WalksThroughWhatWaitsForAStep) {
  ASSERT_TRUE(Insert({CaseFor(5, kVillage), CaseFor(3, kSecond), CaseFor(4, kVillage),
                      CaseFor(9, kElsewhere)})
                  .ok());
  Awaiting awaiting{.campaign = kCampaign, .step = CaseStep::kGroupAssessment};
  auto walk = [&](RegionCode region, int64_t id) {
    auto cases = In([&](sql::Transaction& tx) {
      return LockAwaiting(tx, township_, awaiting, region, CaseId(id), 2);
    });
    std::vector<int64_t> ids;
    for (const Case& item : *cases) ids.push_back(item.id.value());
    return ids;
  };
  EXPECT_THAT(walk(RegionCode(), 0), ElementsAre(4, 5));
  EXPECT_THAT(walk(kVillage, 5), ElementsAre(3));
  EXPECT_THAT(walk(kSecond, 3), IsEmpty());
  auto villages =
      In([&](sql::Transaction& tx) { return VillagesAwaiting(tx, township_, awaiting); });
  EXPECT_THAT(*villages, UnorderedElementsAre(kVillage, kSecond));
}

TEST_F(CaseStore, LeavesTheMarkOfEachStep) {
  ASSERT_TRUE(Insert({CaseFor(1, kVillage)}).ok());
  auto advance = [&](CaseStep from, CaseStep to, sql::Value mark, int day) {
    Advance step{.from = from, .to = to, .date = Date(2017, 5, day), .mark = std::move(mark)};
    ASSERT_TRUE(In([&](sql::Transaction& tx) { return AdvanceCases(tx, {CaseId(1)}, step); }).ok());
  };
  advance(CaseStep::kGroupAssessment, CaseStep::kVillageDeliberation, "a", 1);
  advance(CaseStep::kVillageDeliberation, CaseStep::kTownshipVerification, "b", 2);
  advance(CaseStep::kTownshipVerification, CaseStep::kCountyDecision, "c", 3);
  advance(CaseStep::kCountyDecision, CaseStep::kPublicity, Date(2017, 5, 4), 4);
  advance(CaseStep::kPublicity, CaseStep::kConclusion, NoticeId(8), 5);
  Case item = Read(1);
  EXPECT_EQ(item.assessed_by, "a");
  EXPECT_EQ(item.deliberated_by, "b");
  EXPECT_EQ(item.verified_by, "c");
  EXPECT_EQ(item.decided_on, Date(2017, 5, 4));
  EXPECT_EQ(item.notice, NoticeId(8));
  EXPECT_EQ(item.state, CaseState::kOpen);
  EXPECT_EQ(item.last_step_on, Date(2017, 5, 5));
  advance(CaseStep::kConclusion, CaseStep::kNone, Date(2017, 5, 4), 20);
  EXPECT_EQ(Read(1).state, CaseState::kEffective);
  EXPECT_EQ(Read(1).effective_date, Date(2017, 5, 4));
}

TEST_F(CaseStore, FindsWhatWouldRefuseACall) {
  ASSERT_TRUE(Insert({CaseFor(1, kVillage), CaseFor(2, kSecond)}).ok());
  Advance assessed{.from = CaseStep::kGroupAssessment,
                   .to = CaseStep::kTownshipVerification,
                   .date = Date(2017, 5, 9),
                   .mark = "assessor"};
  ASSERT_TRUE(
      In([&](sql::Transaction& tx) { return AdvanceCases(tx, {CaseId(2)}, assessed); }).ok());
  Awaiting verification{.campaign = kCampaign, .step = CaseStep::kTownshipVerification};
  auto own = [&](const std::string& subject) {
    return In([&](sql::Transaction& tx) { return FindOwn(tx, township_, verification, subject); })
        ->has_value();
  };
  EXPECT_TRUE(own("assessor"));
  EXPECT_FALSE(own("clerk"));
  auto later = [&](Date date) {
    return In([&](sql::Transaction& tx) {
             return FindLaterThan(tx, township_, verification, date);
           })
        ->has_value();
  };
  EXPECT_TRUE(later(Date(2017, 5, 8)));
  EXPECT_FALSE(later(Date(2017, 5, 9)));
}

TEST_F(CaseStore, CountsAndWithdraws) {
  NewCase refused = CaseFor(3, kVillage);
  refused.item.state = CaseState::kNotAdmitted;
  refused.item.awaiting = CaseStep::kNone;
  ASSERT_TRUE(Insert({CaseFor(1, kVillage), CaseFor(2, kSecond), refused}).ok());
  auto counts = In([&](sql::Transaction& tx) { return CountCases(tx, township_, kCampaign); });
  ASSERT_EQ(counts->size(), 2u);
  EXPECT_EQ(counts->at(0).count, 2);
  EXPECT_EQ(counts->at(1).state, CaseState::kNotAdmitted);
  auto withdraw = [&] {
    return *In([](sql::Transaction& tx) { return WithdrawCases(tx, kCampaign, 1); });
  };
  EXPECT_EQ(withdraw(), 1);
  EXPECT_EQ(withdraw(), 1);
  EXPECT_EQ(withdraw(), 0);
  EXPECT_EQ(Read(3).state, CaseState::kNotAdmitted);
}

TEST_F(CaseStore, ShowsCampaignsToWhoHasToDoWithThem) {
  Campaign campaign{.id = kCampaign,
                    .region = kTownship,
                    .title = "2017",
                    .period_start = Date(2017, 1, 1),
                    .period_end = Date(2017, 12, 31),
                    .procedure = "P1",
                    .state = CampaignState::kAssessing,
                    .job = 5,
                    .created_by = "clerk",
                    .created_at = absl::FromUnixMicros(7)};
  ASSERT_TRUE(In([&](sql::Transaction& tx) { return InsertCampaign(tx, campaign); }).ok());
  auto visible = [&](RegionCode region) {
    auth::RegionScope scope({region});
    bool loaded =
        In([&](sql::Transaction& tx) { return LoadCampaign(tx, scope, kCampaign); })->has_value();
    bool listed = !In([&](sql::Transaction& tx) { return ListCampaigns(tx, scope, {}); })->empty();
    EXPECT_EQ(loaded, listed);
    return loaded;
  };
  EXPECT_TRUE(visible(kTownship));
  EXPECT_TRUE(visible(kVillage)) << "the village works on the township's campaign";
  EXPECT_TRUE(visible(kTownship.Parent()));
  EXPECT_FALSE(visible(kElsewhere));
}

TEST_F(CaseStore, HasTheProcedureP1) {
  auto p1 = In([](sql::Transaction& tx) { return LoadProcedure(tx, "P1"); });
  ASSERT_TRUE(p1.ok()) << p1.status();
  EXPECT_THAT(p1->steps, ElementsAre(CaseStep::kGroupAssessment, CaseStep::kVillageDeliberation,
                                     CaseStep::kTownshipVerification, CaseStep::kCountyDecision,
                                     CaseStep::kPublicity, CaseStep::kConclusion));
  EXPECT_EQ(ReasonOf(In([](sql::Transaction& tx) { return LoadProcedure(tx, "P9"); }).status()),
            "PROCEDURE_INVALID");
}

TEST_F(CaseStore, FindsNoticesThatAreNotOver) {
  Notice notice{.id = NoticeId(8),
                .campaign = kCampaign,
                .region = kVillage,
                .batch = 1,
                .posted_on = Date(2017, 5, 1),
                .days = 7,
                .ends_on = Date(2017, 5, 8),
                .posted_by = "clerk",
                .posted_at = absl::FromUnixMicros(7)};
  ASSERT_TRUE(In([&](sql::Transaction& tx) { return InsertNotices(tx, {notice}); }).ok());
  auto not_over = [&](Date day) {
    return In([&](sql::Transaction& tx) {
             return FindNoticeNotOver(tx, township_, kCampaign, day);
           })
        ->has_value();
  };
  EXPECT_FALSE(not_over(Date(2017, 5, 8))) << "it has no posted case";
  ASSERT_TRUE(Insert({CaseFor(1, kVillage)}).ok());
  Advance posted{.from = CaseStep::kPublicity,
                 .to = CaseStep::kConclusion,
                 .date = Date(2017, 5, 1),
                 .mark = NoticeId(8)};
  ASSERT_TRUE(In([&](sql::Transaction& tx) { return AdvanceCases(tx, {CaseId(1)}, posted); }).ok());
  EXPECT_TRUE(not_over(Date(2017, 5, 8)));
  EXPECT_FALSE(not_over(Date(2017, 5, 9)));
}

}  // namespace
}  // namespace jz::identification
