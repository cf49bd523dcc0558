// The job of a campaign: resumed after a crash it does nothing twice, cancelled it leaves nothing
// open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "common/status/status.h"
#include "jingzhun/identification/v1/case.pb.h"
#include "services/identification/store/campaign_store.h"
#include "services/identification/store/case_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/parameter_store.h"
#include "services/identification/use_case_campaign.h"
#include "tests/support/mariadb.h"

namespace jz::identification {

std::vector<sql::Migration> Migrations();

namespace {

constexpr int kHouseholds = 2500;  // three chunks
const RegionCode kTownship = RegionCode::FromNumber(230221101000);
const RegionCode kVillage = RegionCode::FromNumber(230221101200);

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

// A job in memory that breaks off when it is told to.
class ScriptedRun : public jobs::JobRun {
 public:
  explicit ScriptedRun(std::string params) : params_(std::move(params)) {}

  jobs::JobId id() const override { return jobs::JobId(1); }
  RegionCode region() const override { return kTownship; }
  const std::string& params() const override { return params_; }
  const std::string& created_by() const override { return params_; }
  const std::string& state() const override { return state_; }
  absl::Time deadline() const override { return Soon(); }
  absl::StatusOr<std::string> ReadInput(int64_t) override { return std::string(); }
  int64_t input_size() const override { return 0; }
  absl::Status Checkpoint(sql::Transaction&, const Progress& progress) override {
    if (checkpoints_ == break_at_) return broken_;
    ++checkpoints_;
    state_ = progress.state;
    done_count_ = progress.done_count;
    errors_ += static_cast<int>(progress.errors.size());
    return absl::OkStatus();
  }

  void BreakAt(int checkpoint, absl::Status status) {
    break_at_ = checkpoint;
    broken_ = std::move(status);
  }
  void GoOn() { break_at_ = -1; }

  int64_t done_count_ = 0;
  int errors_ = 0;

 private:
  std::string params_;
  std::string state_;
  int checkpoints_ = 0;
  int break_at_ = -1;
  absl::Status broken_;
};

class CampaignRun : public ::testing::Test {
 protected:
  CampaignRun() {
    std::vector<Household> households;
    for (int i = 0; i < kHouseholds; ++i) {
      Household household;
      household.id = HouseholdId(1000 + i);
      household.region = kVillage;
      household.state = HouseholdState::kRegistered;
      household.state_since = Date(2014, 6, 30);
      household.member_count = 1;
      household.housing = "02";
      household.version = 1;
      households.push_back(household);
    }
    absl::Status prepared = db_->Run(Soon(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(InsertHouseholds(tx, households));
      return InsertCampaign(tx, NewCampaign(9, 1));
    });
    EXPECT_TRUE(prepared.ok()) << prepared;
  }

  static Campaign NewCampaign(int64_t id, int64_t job) {
    return {.id = CampaignId(id),
            .region = kTownship,
            .title = "2017",
            .period_start = Date(2017, 1, 1),
            .period_end = Date(2017, 12, 31),
            .procedure = "P1",
            .state = CampaignState::kAssessing,
            .job = job,
            .created_by = "clerk",
            .created_at = absl::FromUnixMicros(1)};
  }

  void SetLine() {
    Parameter line{.kind = "poverty_line_fen",
                   .region = kTownship,
                   .valid_from = Date(2017, 1, 1),
                   .value = 314'600,
                   .text_value = "",
                   .reason = "",
                   .recorded_by = "test",
                   .recorded_at = absl::FromUnixMicros(1)};
    absl::Status set =
        db_->Run(Soon(), [&](sql::Transaction& tx) { return InsertParameters(tx, {line}); });
    EXPECT_TRUE(set.ok()) << set;
  }

  absl::Status Assess() { return AssessCampaign(deps_, run_).status(); }

  int64_t Count(CaseState state) {
    auto counts = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return CountCases(tx, auth::RegionScope({kTownship}), CampaignId(9));
    });
    EXPECT_TRUE(counts.ok()) << counts.status();
    int64_t count = 0;
    for (const CaseCount& part : *counts) {
      if (part.state == state) count += part.count;
    }
    return count;
  }
  CampaignState State(CampaignId id = CampaignId(9)) {
    auto campaign = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return LoadCampaign(tx, auth::RegionScope({kTownship}), id);
    });
    return (*campaign)->state;
  }

  std::unique_ptr<sql::Database> db_ = testing::PrivateMariaDb::Shared().NewDatabase(Migrations());
  PageTokens page_tokens_{"0123456789abcdef"};
  sql::IdAllocator ids_{*db_};
  std::unique_ptr<crypto::Sealer> sealer_ = *crypto::Sealer::FromText(
      "1 AES-256-GCM+HMAC-SHA-256 " + std::string(64, 'a') + " " + std::string(64, 'b') + "\n");
  std::unique_ptr<jobs::Jobs> jobs_ = jobs::Jobs::Create(*db_, ids_, page_tokens_);
  std::unique_ptr<feed::Outbox> outbox_ = feed::Outbox::Start(*db_);
  Deps deps_{.db = *db_,
             .sealer = *sealer_,
             .page_tokens = page_tokens_,
             .ids = ids_,
             .jobs = *jobs_,
             .outbox = *outbox_,
             .clock = Clock::Real()};
  ScriptedRun run_{CampaignId(9).Name()};
};

TEST_F(CampaignRun, AssessesInChunksAndOpens) {
  SetLine();
  auto result = AssessCampaign(deps_, run_);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(Count(CaseState::kOpen), kHouseholds);
  EXPECT_EQ(State(), CampaignState::kOpen);
  EXPECT_EQ(run_.done_count_, kHouseholds);
  auto& message = dynamic_cast<::jingzhun::identification::v1::AssessCampaignResult&>(**result);
  EXPECT_EQ(message.household_count(), kHouseholds);
}

TEST_F(CampaignRun, DoesNothingTwiceAfterACrash) {
  SetLine();
  for (int checkpoint : {0, 1, 2}) {
    run_.BreakAt(checkpoint, Unavailable("DATABASE_UNAVAILABLE", "gone"));
    EXPECT_EQ(Assess().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(Count(CaseState::kOpen), checkpoint * 1000) << "whole chunks only";
    EXPECT_EQ(State(), CampaignState::kAssessing);
  }
  run_.GoOn();
  ASSERT_TRUE(Assess().ok());
  EXPECT_EQ(Count(CaseState::kOpen), kHouseholds);
  ASSERT_TRUE(Assess().ok()) << "the crash came after the last checkpoint";
  EXPECT_EQ(Count(CaseState::kOpen), kHouseholds);
  EXPECT_EQ(run_.errors_, 0);
}

TEST_F(CampaignRun, WithdrawsWhatItProposedWhenCancelled) {
  SetLine();
  run_.BreakAt(2, MakeError(absl::StatusCode::kCancelled, "JOB_CANCELLED", {}, "cancelled"));
  EXPECT_EQ(Assess().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Count(CaseState::kOpen), 0);
  EXPECT_EQ(Count(CaseState::kWithdrawn), 2000);
  EXPECT_EQ(State(), CampaignState::kCancelled);
}

TEST_F(CampaignRun, EndsWhenTheCampaignWasCancelled) {
  SetLine();
  ASSERT_TRUE(CancelCampaign(*db_, CampaignId(9), Soon()).ok());
  EXPECT_EQ(ReasonOf(Assess()), "CAMPAIGN_CANCELLED");
  EXPECT_EQ(Count(CaseState::kOpen), 0);
  EXPECT_EQ(State(), CampaignState::kCancelled);
}

TEST_F(CampaignRun, FailsForGoodWithoutAPovertyLine) {
  EXPECT_EQ(ReasonOf(Assess()), "PARAMETER_NOT_FOUND");
  EXPECT_EQ(State(), CampaignState::kCancelled);
}

TEST_F(CampaignRun, IsFailedWhenItsJobRanOutOfTries) {
  const CampaignId id(10);
  auto jobs = jobs::Jobs::Create(
      *db_, ids_, page_tokens_,
      {.poll = absl::Milliseconds(2), .max_attempts = 2, .retry = absl::ZeroDuration()});
  auto added = db_->Run(Soon(), [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(jobs::JobId job, jobs->Add(tx,
                                                   {.kind = kAssessCampaignJob,
                                                    .region = kTownship,
                                                    .params = id.Name(),
                                                    .created_by = "clerk"},
                                                   absl::Now()));
    return InsertCampaign(tx, NewCampaign(id.value(), job.value()));
  });
  ASSERT_TRUE(added.ok()) << added;
  EXPECT_EQ(State(id), CampaignState::kAssessing);
  jobs->Register(kAssessCampaignJob,
                 [](jobs::JobRun&) -> absl::StatusOr<std::unique_ptr<google::protobuf::Message>> {
                   return Unavailable("DATABASE_UNAVAILABLE", "gone");
                 });
  jobs->StartWorkers();
  const absl::Time until = Soon();
  while (State(id) == CampaignState::kAssessing && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(2));
  }
  EXPECT_EQ(State(id), CampaignState::kFailed);
  auto open = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
    return RequireOpenCampaign(tx, auth::RegionScope({kTownship}), id);
  });
  EXPECT_EQ(ReasonOf(open.status()), "CAMPAIGN_NOT_READY");
  ASSERT_TRUE(CancelCampaign(*db_, id, Soon()).ok());
  EXPECT_EQ(State(id), CampaignState::kCancelled);
}

TEST_F(CampaignRun, ReportsHouseholdsThatHaveAnOpenCase) {
  SetLine();
  NewCase other;
  other.item.id = CaseId(5);
  other.item.household = HouseholdId(1500);
  other.item.region = kVillage;
  other.item.kind = AdjustmentKind::kRetain;
  other.item.awaiting = CaseStep::kGroupAssessment;
  ASSERT_TRUE(
      db_->Run(Soon(), [&](sql::Transaction& tx) { return InsertCases(tx, {other}); }).ok());
  ASSERT_TRUE(Assess().ok());
  EXPECT_EQ(Count(CaseState::kOpen), kHouseholds - 1);
  EXPECT_EQ(run_.errors_, 1);
}

}  // namespace
}  // namespace jz::identification
