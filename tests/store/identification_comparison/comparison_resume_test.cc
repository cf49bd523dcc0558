// A comparison that is broken off at every possible place ends as if nothing had happened.
#include <functional>
#include <map>

#include "common/feed/outbox.h"
#include "common/jobs/jobs.h"
#include "jingzhun/identification/v1/comparison.pb.h"
#include "jingzhun/identification/v1/comparison_storage.pb.h"
#include "services/identification/comparison_job.h"
#include "tests/store/identification_comparison/comparison_database.h"

namespace jz::identification::testing {
namespace {

namespace v1 = ::jingzhun::identification::v1;

constexpr int kPersons = 4000;

// A run that ends where the test wants it to, as a process that is killed would: what was not
// committed is lost, what was stays.
class BrokenRun : public jobs::JobRun {
 public:
  BrokenRun(jobs::JobRun& whole, std::function<bool()> breaks)
      : whole_(whole), breaks_(std::move(breaks)) {}

  jobs::JobId id() const override { return whole_.id(); }
  RegionCode region() const override { return whole_.region(); }
  const std::string& params() const override { return whole_.params(); }
  const std::string& created_by() const override { return whole_.created_by(); }
  const std::string& state() const override { return whole_.state(); }
  absl::Time deadline() const override { return whole_.deadline(); }
  int64_t input_size() const override { return whole_.input_size(); }
  absl::StatusOr<std::string> ReadInput(int64_t offset) override {
    return whole_.ReadInput(offset);
  }
  absl::Status Checkpoint(sql::Transaction& tx, const Progress& progress) override {
    if (breaks_()) return Unavailable("KILLED", "the process was killed");
    return whole_.Checkpoint(tx, progress);
  }

 private:
  jobs::JobRun& whole_;
  const std::function<bool()> breaks_;
};

class ComparisonResume : public ComparisonDatabase {
 protected:
  ComparisonResume() {
    AddPersons(0, kPersons);
    AddPersons(kPersons, 100, "230222101200");
  }

  // Runs the job to its end; runs break off where `breaks` says.
  v1::RunComparisonResult Compare(const std::vector<ComparisonListId>& lists,
                                  absl::string_view region, std::function<bool()> breaks) {
    sql::IdAllocator ids(*db_);
    PageTokens page_tokens(std::string(32, 'p'));
    auto outbox = feed::Outbox::Start(*db_);
    auto jobs = jobs::Jobs::Create(*db_, ids, page_tokens,
                                   {.workers = 1,
                                    .poll = absl::Milliseconds(1),
                                    .max_attempts = 1000,
                                    .retry = absl::Microseconds(1)});
    Deps deps{.db = *db_,
              .sealer = *sealer_,
              .page_tokens = page_tokens,
              .ids = ids,
              .jobs = *jobs,
              .outbox = *outbox,
              .clock = Clock::Real()};
    runs_ = 0;
    jobs->Register(kComparisonJob, [&](jobs::JobRun& run) {
      ++runs_;
      BrokenRun broken(run, breaks);
      return RunComparisonJob(deps, broken);
    });
    v1::ComparisonJobParams params;
    for (ComparisonListId list : lists) params.add_list_ids(list.value());
    params.set_asked_at_us(1'500'000'000'000'000);
    const jobs::JobId id = *db_->Transact(Soon(), [&](sql::Transaction& tx) {
      return jobs->Add(tx,
                       {.kind = kComparisonJob,
                        .region = Code(region),
                        .params = params.SerializeAsString(),
                        .created_by = "tester"},
                       absl::Now());
    });
    jobs->StartWorkers();
    v1::RunComparisonResult result = WaitForResult(*jobs, id);
    jobs->StopWorkers();
    return result;
  }

  // Every finding as text, without ids and times.
  std::vector<std::string> Findings() {
    auto rows = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return tx.Select(
          "SELECT kind, person_id, household_id, region_code, list_id, state, closing, due_on, "
          "hits, version FROM comparison_finding ORDER BY kind, person_id",
          {}, [](const sql::Row& row) {
            std::string text;
            for (int i = 0; i < 10; ++i) absl::StrAppend(&text, row.Text(i), " ");
            return text;
          });
    });
    EXPECT_TRUE(rows.ok()) << rows.status();
    return *rows;
  }

  // Run n gets one step further than run n - 1, so every place is one where a run ended.
  static std::function<bool()> AtEachStepInTurn() {
    auto steps = std::make_shared<int>(0);
    auto allowed = std::make_shared<int>(0);
    return [steps, allowed] {
      if (++*steps <= *allowed) return false;
      *steps = 0;
      ++*allowed;
      return true;
    };
  }
  static bool Never() { return false; }

  static std::vector<int> Every(int step, int from, int count) {
    std::vector<int> numbers;
    for (int i = from; i < from + count; i += step) numbers.push_back(i);
    return numbers;
  }

  int runs_ = 0;

 private:
  v1::RunComparisonResult WaitForResult(jobs::Jobs& jobs, jobs::JobId id) {
    auto principal = std::make_shared<auth::Principal>();
    principal->scope = auth::RegionScope::Everything();
    rpc::CallContext context;
    context.principal = principal;
    common::v1::GetJobRequest request;
    request.set_name(id.Name());
    v1::RunComparisonResult result;
    const absl::Time until = absl::Now() + absl::Minutes(2);
    while (absl::Now() < until) {
      context.deadline = Soon();
      common::v1::Job job = *jobs.Get(context, request);
      if (job.state() > common::v1::JOB_STATE_RUNNING) {
        EXPECT_EQ(job.state(), common::v1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
        job.result().UnpackTo(&result);
        EXPECT_EQ(job.done_count(), result.entry_count());
        EXPECT_EQ(job.total_count(), result.entry_count());
        return result;
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
    ADD_FAILURE() << "the job does not end";
    return result;
  }
};

TEST_F(ComparisonResume, FindsExactlyThePersonsOnTheLists) {
  const auto payroll = AddList(1, Every(3, -3000, 6000));
  const auto deaths = AddList(2, Every(40, 0, kPersons), "deaths");
  const v1::RunComparisonResult result = Compare({payroll, deaths}, "230000000000", Never);
  EXPECT_EQ(result.entry_count(), 2100);
  EXPECT_EQ(result.hit_count(), 1000 + 100);
  EXPECT_EQ(result.new_count(), 1100);
  EXPECT_EQ(Count("comparison_finding WHERE kind = 'payroll' AND (person_id - 1000000) % 3 = 0"),
            1000);
  EXPECT_EQ(Count("comparison_finding WHERE kind = 'deaths' AND (person_id - 1000000) % 40 = 0"),
            100);
  EXPECT_EQ(Count("comparison_finding WHERE state = 2 AND household_id = person_id - 999999"),
            1100);
  EXPECT_EQ(Count("household WHERE state <> 2 OR version <> 1"), 0) << "no household is changed";
}

TEST_F(ComparisonResume, ARegionIsComparedAloneAndTellsTheSameAsAllTogether) {
  const auto list = AddList(1, Every(2, 0, kPersons + 100));
  EXPECT_EQ(Compare({list}, "230222000000", Never).hit_count(), 50);
  EXPECT_EQ(Count("comparison_finding"), 50);
  EXPECT_EQ(Compare({list}, "230221101200", Never).hit_count(), 2000);
  const v1::RunComparisonResult all = Compare({list}, "230000000000", Never);
  EXPECT_EQ(all.hit_count(), 2050);
  EXPECT_EQ(all.known_count(), 2050);
  EXPECT_EQ(all.closed_count(), 0);
}

TEST_F(ComparisonResume, AListOfACountyFindsNobodyElsewhere) {
  const auto list = AddList(1, Every(1, 0, kPersons + 100), "payroll", "230222000000");
  EXPECT_EQ(Compare({list}, "230000000000", Never).hit_count(), 100);
  EXPECT_EQ(Count("comparison_finding WHERE region_code <> 230222101200"), 0);
}

TEST_F(ComparisonResume, BrokenAfterEachStepInTurn) {
  const auto payroll = AddList(1, Every(1, 0, 3000));
  const auto deaths = AddList(2, Every(5, 0, kPersons), "deaths");
  const v1::RunComparisonResult whole = Compare({payroll, deaths}, "230000000000", Never);
  EXPECT_EQ(runs_, 1);
  const std::vector<std::string> undisturbed = Findings();
  ASSERT_TRUE(Run([](sql::Transaction& tx) {
                return tx.Execute("DELETE FROM comparison_finding").status();
              }).ok());
  const v1::RunComparisonResult broken =
      Compare({payroll, deaths}, "230000000000", AtEachStepInTurn());
  EXPECT_GT(runs_, 5);
  EXPECT_EQ(broken.SerializeAsString(), whole.SerializeAsString());
  EXPECT_EQ(Findings(), undisturbed);
  EXPECT_EQ(undisturbed.size(), 3800u);
}

TEST_F(ComparisonResume, BrokenWhileFindingsAreClosed) {
  const auto first = AddList(1, Every(1, 0, 3500));
  EXPECT_EQ(Compare({first}, "230000000000", Never).new_count(), 3500);
  const auto second = AddList(2, Every(7, 0, 3500));
  const v1::RunComparisonResult result = Compare({second}, "230000000000", AtEachStepInTurn());
  EXPECT_GT(runs_, 5);
  EXPECT_EQ(result.known_count(), 500);
  EXPECT_EQ(result.closed_count(), 3000);
  EXPECT_EQ(Count("comparison_finding WHERE state = 4 AND closing = 2"), 3000);
  EXPECT_EQ(Count("comparison_finding_event WHERE kind = 4"), 3000);
  EXPECT_EQ(Count("comparison_finding WHERE list_id = 2 AND state = 2"), 500);
  const auto third = AddList(3, Every(1, 0, 3500));
  const v1::RunComparisonResult again = Compare({third}, "230000000000", AtEachStepInTurn());
  EXPECT_EQ(again.reopened_count(), 3000);
  EXPECT_EQ(again.known_count(), 500);
  EXPECT_EQ(Count("comparison_finding WHERE state = 2"), 3500);
}

TEST_F(ComparisonResume, FindingsOfAnotherAuthorityStayOpen) {
  const auto own = AddList(1, Every(1, 0, 10));
  Compare({own}, "230000000000", Never);
  const auto other = AddList(2, Every(1, 10, 10), "payroll", "230221000000");
  EXPECT_EQ(Compare({other}, "230000000000", Never).closed_count(), 0);
  EXPECT_EQ(Count("comparison_finding WHERE state = 2"), 20);
}

}  // namespace
}  // namespace jz::identification::testing
