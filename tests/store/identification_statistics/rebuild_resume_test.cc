// A rebuild that is broken off at every possible place corrects everything once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/crypto/sealer.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/statistics_storage.pb.h"
#include "services/identification/app.h"
#include "services/identification/roll_statistics.h"
#include "services/identification/statistics_rebuild_job.h"
#include "services/identification/store/statistic_store.h"
#include "tests/store/identification_statistics/history_world.h"
#include "tests/support/mariadb.h"

namespace jz::identification::testing {
namespace {

absl::Time Soon() { return absl::Now() + absl::Minutes(2); }

// A run whose process is killed at every checkpoint once, before it is committed.
class KilledRun : public jobs::JobRun {
 public:
  KilledRun(bool repair, bool kills) : kills_(kills) {
    v1::RebuildJobParams params;
    params.set_repair(repair);
    params_ = params.SerializeAsString();
  }

  jobs::JobId id() const override { return jobs::JobId(1); }
  RegionCode region() const override { return RegionCode(); }
  const std::string& params() const override { return params_; }
  const std::string& created_by() const override { return params_; }
  const std::string& state() const override { return state_; }
  absl::Time deadline() const override { return Soon(); }
  int64_t input_size() const override { return 0; }
  absl::StatusOr<std::string> ReadInput(int64_t) override { return std::string(); }
  absl::Status Checkpoint(sql::Transaction&, const Progress& progress) override {
    killed_ = kills_ && !killed_;
    if (killed_) return Unavailable("KILLED", "the process was killed");
    state_ = progress.state;
    errors_ += progress.errors.size();
    return absl::OkStatus();
  }
  size_t errors() const { return errors_; }

 private:
  const bool kills_;
  bool killed_ = false;
  size_t errors_ = 0;
  std::string params_;
  std::string state_;
};

class RebuildResume : public ::testing::Test {
 protected:
  RebuildResume() {
    const absl::Time begin = StartOfDay(Date(2025, 12, 20));
    Run([&](sql::Transaction& tx) { return SetAges(tx, DateInShanghai(begin)); });
    HistoryWorld world(*db_, begin, 7);
    for (int i = 0; i < 150; ++i) world.Step();
    RollAll();
  }
  void Run(absl::FunctionRef<absl::Status(sql::Transaction&)> body) {
    absl::Status done = db_->Run(Soon(), body);
    ASSERT_TRUE(done.ok()) << done;
  }
  void RollAll() {
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = RollSome(*db_, Soon());
    EXPECT_TRUE(more.ok()) << more.status();
  }
  // Goes on after every kill, like the workers of jobs.
  v1::RebuildStatisticsResult Rebuild(KilledRun run) {
    for (int runs = 0; runs < 1000; ++runs) {
      auto result = RunStatisticsRebuild(deps_, run);
      if (ReasonOf(result.status()) == "KILLED") continue;
      EXPECT_TRUE(result.ok()) << result.status();
      if (!result.ok()) return {};
      return static_cast<const v1::RebuildStatisticsResult&>(**result);
    }
    ADD_FAILURE() << "it has no end";
    return {};
  }

  std::unique_ptr<sql::Database> db_ =
      jz::testing::PrivateMariaDb::Shared().NewDatabase(Spec().migrations);
  sql::IdAllocator ids_{*db_};
  PageTokens page_tokens_{std::string(32, 'p')};
  std::unique_ptr<crypto::Sealer> sealer_ = *crypto::Sealer::FromText(
      "1 AES-256-GCM+HMAC-SHA-256 " + std::string(64, 'a') + " " + std::string(64, 'b'));
  std::unique_ptr<feed::Outbox> outbox_ = feed::Outbox::Start(*db_);
  std::unique_ptr<jobs::Jobs> jobs_ = jobs::Jobs::Create(*db_, ids_, page_tokens_);
  Deps deps_{.db = *db_,
             .sealer = *sealer_,
             .page_tokens = page_tokens_,
             .ids = ids_,
             .jobs = *jobs_,
             .outbox = *outbox_,
             .clock = Clock::Real()};
};

TEST_F(RebuildResume, CorrectsEverythingOnceAlthoughItIsKilledAtEveryStep) {
  EXPECT_EQ(Rebuild(KilledRun(false, false)).difference_count(), 0);
  Run([](sql::Transaction& tx) -> absl::Status {
    JZ_RETURN_IF_ERROR(
        tx.Execute("DELETE FROM statistic_delta WHERE region_code MOD 2 = 1 AND nonce MOD 3 = 0")
            .status());
    return tx.Execute("UPDATE statistic SET cells = '' WHERE region_code = 230221101000").status();
  });
  const v1::RebuildStatisticsResult found = Rebuild(KilledRun(false, false));
  ASSERT_GT(found.difference_count(), 100);
  ASSERT_GT(found.kept_difference_count(), 0);

  const v1::RebuildStatisticsResult repaired = Rebuild(KilledRun(true, true));
  EXPECT_EQ(repaired.difference_count(), found.difference_count());
  EXPECT_EQ(repaired.corrected_count(), found.difference_count());
  EXPECT_EQ(repaired.village_count(), found.village_count());
  RollAll();
  const v1::RebuildStatisticsResult after = Rebuild(KilledRun(false, false));
  EXPECT_EQ(after.difference_count(), 0);
  EXPECT_EQ(after.kept_difference_count(), 0);
  EXPECT_EQ(after.cell_count(), found.cell_count());
}

}  // namespace
}  // namespace jz::identification::testing
