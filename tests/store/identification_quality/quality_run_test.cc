// Runs of quality rules against a database: what becomes of findings, run after run, and that a run
// that is broken off anywhere ends as if nothing had happened.
#include <google/protobuf/text_format.h>

#include <functional>
#include <thread>

#include "common/crypto/sealer.h"
#include "common/feed/outbox.h"
#include "common/jobs/jobs.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "jingzhun/identification/v1/quality_storage.pb.h"
#include "services/identification/convert_quality.h"
#include "services/identification/quality_job.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/village_store.h"
#include "tests/store/identification/register_database.h"

namespace jz::identification::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kVillage = 230221101200;
constexpr int64_t kOtherVillage = 230222101200;                       // of another county
const absl::Time kNow = absl::FromUnixMicros(1'700'000'000'000'000);  // 2023-11-15

// A job in memory; `breaks` says at which checkpoints the process is killed.
class TestRun : public jobs::JobRun {
 public:
  TestRun(RegionCode region, v1::QualityJobParams params) : region_(region) {
    params_ = params.SerializeAsString();
  }

  jobs::JobId id() const override { return jobs::JobId(5); }
  RegionCode region() const override { return region_; }
  const std::string& params() const override { return params_; }
  const std::string& created_by() const override { return created_by_; }
  const std::string& state() const override { return state_; }
  absl::Time deadline() const override { return Soon(); }
  absl::StatusOr<std::string> ReadInput(int64_t) override { return std::string(); }
  int64_t input_size() const override { return 0; }

  absl::Status Checkpoint(sql::Transaction&, const Progress& progress) override {
    if (breaks && breaks()) return Unavailable("KILLED", "the process was killed");
    // The state counts from the next run on only if the transaction commits.
    saved_ = progress.state;
    errors.insert(errors.end(), progress.errors.begin(), progress.errors.end());
    return absl::OkStatus();
  }
  // Takes over what the last run has committed.
  void Resume() { state_ = saved_; }

  std::function<bool()> breaks;
  std::vector<common::v1::JobError> errors;

 private:
  const RegionCode region_;
  std::string params_;
  std::string created_by_ = "runner";
  std::string state_;
  std::string saved_;
};

class QualityRuns : public RegisterDatabase {
 protected:
  QualityRuns() {
    EXPECT_TRUE(Run([](sql::Transaction& tx) { return EnterDefaultCodes(tx, kNow); }).ok());
  }

  QualityRuleId PutRule(const std::string& code, const std::string& expression,
                        rules::Scope scope = rules::Scope::kPerson,
                        const std::string& region = "000000000000", int version = 1) {
    rules::RuleText text;
    text.variants = {{.population = rules::Population::kAll, .code = code}};
    text.scope = scope;
    text.severity = rules::Severity::kError;
    text.title_zh = text.title_en = "title";
    text.expression = expression;
    v1::QualityRule message = ToMessage(text);
    message.set_region_code(region);
    Violations violations;
    QualityRuleRow row = RuleRowFrom(message, text, "rule", Date(2020, 1, 1), violations);
    EXPECT_TRUE(violations.empty());
    row.id = QualityRuleId(++rules_);
    row.version = version;
    row.created_by = "tester";
    row.created_at = kNow - absl::Hours(1);
    EXPECT_TRUE(Run([&](sql::Transaction& tx) { return InsertQualityRules(tx, {row}); }).ok());
    return row.id;
  }

  // A household of one person, `id`, born in `birth_year`.
  void PutHousehold(int64_t id, int birth_year, int64_t region = kVillage) {
    v1::HouseholdFacts facts;
    facts.set_household_id(id);
    facts.set_region_code(region);
    facts.set_state(static_cast<int>(HouseholdState::kRegistered));
    v1::PersonItems& person = *facts.add_members();
    person.set_person_id(id * 10);
    person.set_birth_date(birth_year * 10000 + 101);
    PutFacts(id, region, facts.SerializeAsString());
  }
  void PutFacts(int64_t id, int64_t region, const std::string& facts) {
    EXPECT_TRUE(Run([&](sql::Transaction& tx) {
                  return UpsertFacts(tx, {{.household = HouseholdId(id),
                                           .region = RegionCode::FromNumber(region),
                                           .version = 1,
                                           .facts = facts}});
                }).ok());
  }

  absl::StatusOr<v1::RunRulesResult> RunOnce(TestRun& run) {
    sql::IdAllocator ids(*db_);
    PageTokens page_tokens(std::string(32, 'p'));
    auto sealer = *crypto::Sealer::FromText("1 AES-256-GCM+HMAC-SHA-256 " + std::string(64, 'a') +
                                            " " + std::string(64, 'b'));
    auto outbox = feed::Outbox::Start(*db_);
    auto jobs = jobs::Jobs::Create(*db_, ids, page_tokens);
    Deps deps{.db = *db_,
              .sealer = *sealer,
              .page_tokens = page_tokens,
              .ids = ids,
              .jobs = *jobs,
              .outbox = *outbox,
              .clock = Clock::Real()};
    JZ_ASSIGN_OR_RETURN(auto result, RunQualityRules(deps, run));
    return static_cast<const v1::RunRulesResult&>(*result);
  }

  v1::RunRulesResult RunRules(absl::Time now = kNow, std::vector<std::string> codes = {},
                              const std::string& region = "230000000000",
                              std::function<bool()> breaks = nullptr) {
    v1::QualityJobParams params;
    for (const std::string& code : codes) params.add_codes(code);
    params.set_asked_at_us(absl::ToUnixMicros(now));
    TestRun run(Code(region), params);
    run.breaks = std::move(breaks);
    for (killed_ = 0; killed_ < 100; ++killed_) {
      auto result = RunOnce(run);
      if (result.ok()) {
        errors_ = run.errors;
        return *result;
      }
      EXPECT_EQ(ReasonOf(result.status()), "KILLED") << result.status();
      if (ReasonOf(result.status()) != "KILLED") break;
      run.Resume();
    }
    ADD_FAILURE() << "the run does not end";
    return {};
  }

  std::vector<QualityFinding> Findings() {
    QualityFindingPage page;
    page.limit = 10'000;
    auto findings = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return ListQualityFindings(tx, auth::RegionScope::Everything(), page);
    });
    EXPECT_TRUE(findings.ok()) << findings.status();
    return *std::move(findings);
  }
  // "code subject person state", sorted.
  std::vector<std::string> Shown() {
    std::vector<std::string> shown;
    for (const QualityFinding& f : Findings()) {
      shown.push_back(absl::StrCat(f.hit.key.code, " ", f.hit.key.subject, " ", f.hit.key.person,
                                   " ", static_cast<int>(f.state)));
    }
    std::sort(shown.begin(), shown.end());
    return shown;
  }
  // Changes all findings.
  void Decide(const std::function<absl::Status(QualityFinding&)>& decide) {
    std::vector<QualityFinding> findings = Findings();
    for (QualityFinding& finding : findings) EXPECT_TRUE(decide(finding).ok());
    EXPECT_TRUE(
        Run([&](sql::Transaction& tx) { return UpdateQualityFindings(tx, findings); }).ok());
  }

  int64_t rules_ = 0;
  int killed_ = 0;
  std::vector<common::v1::JobError> errors_;
};

TEST_F(QualityRuns, OpenFindingsAndCloseWhatIsNoLongerTrue) {
  const QualityRuleId rule = PutRule("old", "person.age >= 60");
  PutHousehold(1, 1950);
  PutHousehold(2, 1990);
  PutHousehold(3, 1940, kOtherVillage);
  v1::RunRulesResult result = RunRules();
  EXPECT_EQ(result.household_count(), 3);
  EXPECT_EQ(result.person_count(), 3);
  EXPECT_EQ(result.hit_count(), 2);
  EXPECT_EQ(result.new_count(), 2);
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1", "old 3 30 1"));
  EXPECT_EQ(Findings()[0].hit.rule, rule);
  EXPECT_EQ(Findings()[0].hit.region.number(), kVillage);
  v1::QualityExplanation explanation;
  ASSERT_TRUE(explanation.ParseFromString(Findings()[0].hit.explanation));
  ASSERT_EQ(explanation.deciding_values_size(), 1);
  EXPECT_EQ(explanation.deciding_values(0).field(), "person.birth_date");
  EXPECT_EQ(explanation.deciding_values(0).value(), "19500101");

  PutHousehold(1, 1995);
  PutHousehold(2, 1930);
  result = RunRules(kNow + absl::Hours(1));
  EXPECT_EQ(result.new_count(), 1);
  EXPECT_EQ(result.closed_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 5", "old 2 20 1", "old 3 30 1"));
  result = RunRules(kNow + absl::Hours(2));
  EXPECT_EQ(result.new_count() + result.closed_count() + result.reopened_count(), 0);

  PutHousehold(1, 1950);
  EXPECT_EQ(RunRules(kNow + absl::Hours(3)).reopened_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1", "old 2 20 1", "old 3 30 1"));
}

TEST_F(QualityRuns, LeaveWhatPersonsDecided) {
  PutRule("old", "person.age >= 60");
  PutHousehold(1, 1950);
  RunRules();
  Decide([](QualityFinding& f) { return AssignFinding(f, "clerk", Date(2023, 12, 1)); });
  RunRules(kNow + absl::Hours(1));
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 2"));
  EXPECT_EQ(Findings()[0].assignee, "clerk");
  Decide([](QualityFinding& f) { return CorrectFinding(f, QualityOutcome::kTrueToLife, "clerk"); });
  RunRules(kNow + absl::Hours(2));
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 3"));
  Decide([](QualityFinding& f) { return VerifyFinding(f, true); });
  RunRules(kNow + absl::Hours(3));
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 4"));

  PutHousehold(1, 1949);  // what was found true to life was something else
  EXPECT_EQ(RunRules(kNow + absl::Hours(4)).reopened_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1"));
}

TEST_F(QualityRuns, OpenAgainWhatWasSaidToBeCorrectedAndIsNot) {
  PutRule("old", "person.age >= 60");
  PutHousehold(1, 1950);
  RunRules();
  Decide([](QualityFinding& f) { return CorrectFinding(f, QualityOutcome::kCorrected, "clerk"); });
  Decide([](QualityFinding& f) { return VerifyFinding(f, true); });
  EXPECT_EQ(RunRules(kNow + absl::Hours(1)).reopened_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1"));
}

TEST_F(QualityRuns, KeepToExemptionsUntilTheyExpire) {
  PutRule("old", "person.age >= 60");
  PutRule("any", "true", rules::Scope::kHousehold);
  PutHousehold(1, 1950);
  auto exempt = [&](int64_t id, Date expires_on, absl::Time at) {
    QualityExemption exemption;
    exemption.id = QualityExemptionId(id);
    exemption.key = {.code = "old", .subject = 1, .person = 0};
    exemption.region = RegionCode::FromNumber(kVillage);
    exemption.reason = "checked on the spot";
    exemption.expires_on = expires_on;
    exemption.created_at = at;
    EXPECT_TRUE(Run([&](sql::Transaction& tx) { return InsertExemptions(tx, {exemption}); }).ok());
  };
  exempt(2, Date(2023, 11, 20), kNow);
  EXPECT_EQ(RunRules().exempt_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("any 1 0 1", "old 1 10 6"));
  EXPECT_EQ(RunRules(kNow + absl::Hours(1)).exempt_count(), 1);
  EXPECT_EQ(RunRules(kNow + absl::Hours(24 * 6)).reopened_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("any 1 0 1", "old 1 10 1"));
  exempt(1, Date(2024, 11, 20), kNow + absl::Hours(24 * 7));  // the newest holds, not the last id
  RunRules(kNow + absl::Hours(24 * 8));
  EXPECT_THAT(Shown(), ElementsAre("any 1 0 1", "old 1 10 6"));
}

TEST_F(QualityRuns, EndTheSameWhereverTheyAreBrokenOff) {
  PutRule("old", "person.age >= 60");
  PutRule("odd", "person.birth_date % 20000 > 10000");
  for (int64_t id = 1; id <= 450; ++id) {
    PutHousehold(id, 1900 + static_cast<int>(id % 120), id % 3 == 0 ? kOtherVillage : kVillage);
  }
  const v1::RunRulesResult whole = RunRules();
  const std::vector<std::string> expected = Shown();
  ASSERT_GT(expected.size(), 300);
  for (int every : {1, 2, 3}) {
    ASSERT_TRUE(Run([](sql::Transaction& tx) {
                  return tx.Execute("DELETE FROM quality_finding").status();
                }).ok());
    // Killed at each checkpoint (each second, third one) once.
    int checkpoints = 0;
    const v1::RunRulesResult result =
        RunRules(kNow, {}, "230000000000", [&] { return ++checkpoints % (every + 1) != 0; });
    EXPECT_GT(killed_, 2);
    EXPECT_EQ(result.SerializeAsString(), whole.SerializeAsString());
    EXPECT_EQ(Shown(), expected);
  }
}

TEST_F(QualityRuns, FollowHouseholdsThatMoveAndForgetThoseThatAreGone) {
  PutRule("old", "person.age >= 60");
  PutHousehold(1, 1950);
  PutHousehold(2, 1950);
  RunRules();
  ASSERT_TRUE(Run([](sql::Transaction& tx) {
                return tx.Execute("DELETE FROM household_facts WHERE household_id = 2").status();
              }).ok());
  PutHousehold(1, 1950, kOtherVillage);
  const v1::RunRulesResult result = RunRules(kNow + absl::Hours(1), {}, "230221000000");
  EXPECT_EQ(result.household_count(), 0);
  EXPECT_EQ(result.closed_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1", "old 2 20 5"));
  for (const QualityFinding& finding : Findings()) {
    EXPECT_EQ(finding.hit.region.number(), finding.hit.key.subject == 1 ? kOtherVillage : kVillage);
  }
}

// Both enter the same findings: each is there once, and no run fails.
TEST_F(QualityRuns, MayRunAtTheSameTime) {
  PutRule("old", "person.age >= 60");
  for (int64_t id = 1; id <= 450; ++id) PutHousehold(id, 1950);
  std::vector<std::thread> threads;
  std::vector<absl::StatusOr<v1::RunRulesResult>> results(4, absl::UnknownError("not run"));
  for (auto& result : results) {
    threads.emplace_back([&] {
      v1::QualityJobParams params;
      params.set_asked_at_us(absl::ToUnixMicros(kNow));
      TestRun run(Code("230000000000"), params);
      result = RunOnce(run);
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t found = 0;
  for (const auto& result : results) {
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->hit_count(), 450);
    found += result->new_count();
  }
  EXPECT_EQ(found, 450);
  EXPECT_EQ(Count("quality_finding"), 450);
}

TEST_F(QualityRuns, TouchOnlyTheCodesAskedFor) {
  PutRule("old", "person.age >= 60");
  PutRule("any", "true", rules::Scope::kHousehold);
  PutHousehold(1, 1950);
  RunRules(kNow, {"old"});
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1"));
  RunRules(kNow, {"any"});
  EXPECT_THAT(Shown(), ElementsAre("any 1 0 1", "old 1 10 1"));
}

TEST_F(QualityRuns, UseTheVersionOfTheRegionAndOfTheDay) {
  PutRule("old", "person.age >= 60");
  PutRule("old", "person.age >= 90", rules::Scope::kPerson, "230222000000");
  PutHousehold(1, 1950);
  PutHousehold(2, 1950, kOtherVillage);
  RunRules();
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1"));
  PutRule("old", "person.age >= 99", rules::Scope::kPerson, "000000000000", 2);
  EXPECT_EQ(RunRules(kNow + absl::Hours(1)).closed_count(), 1);
}

TEST_F(QualityRuns, CheckVillages) {
  PutRule("doctors", "!has(village.doctors)", rules::Scope::kVillage);
  v1::VillageItems village;
  village.set_region_code(kVillage);
  auto put = [&] {
    EXPECT_TRUE(Run([&](sql::Transaction& tx) {
                  return UpsertVillages(tx, {{.region = RegionCode::FromNumber(kVillage),
                                              .version = 1,
                                              .facts = village.SerializeAsString(),
                                              .updated_by = "t",
                                              .updated_at = kNow}});
                }).ok());
  };
  put();
  EXPECT_EQ(RunRules().village_count(), 1);
  EXPECT_THAT(Shown(), ElementsAre("doctors 230221101200 0 1"));
  village.set_doctors(2);
  put();
  EXPECT_EQ(RunRules(kNow + absl::Hours(1)).closed_count(), 1);
}

TEST_F(QualityRuns, TellWhatTheyCouldNotCheck) {
  PutRule("old", "person.age >= 60");
  PutHousehold(1, 1950);
  RunRules();
  PutFacts(1, kVillage, "\xff\xff");
  const v1::RunRulesResult result = RunRules(kNow + absl::Hours(1));
  EXPECT_EQ(result.household_count(), 1);
  EXPECT_EQ(result.closed_count(), 0);
  EXPECT_THAT(Shown(), ElementsAre("old 1 10 1"));
  ASSERT_EQ(errors_.size(), 1);
  EXPECT_EQ(errors_[0].reason(), "FACTS_BROKEN");
  EXPECT_EQ(errors_[0].column(), HouseholdId(1).Name());
}

TEST_F(QualityRuns, FindNothingWithoutRules) {
  PutHousehold(1, 1950);
  EXPECT_EQ(RunRules().hit_count(), 0);
  EXPECT_THAT(Shown(), IsEmpty());
}

}  // namespace
}  // namespace jz::identification::testing
