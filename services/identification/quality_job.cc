#include "services/identification/quality_job.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/quality_storage.pb.h"
#include "services/identification/convert_quality.h"
#include "services/identification/quality_rules.h"
#include "services/identification/quality_writing.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/village_store.h"

namespace jz::identification {
namespace {

constexpr int kBatchHouseholds = 200;
constexpr int kBatchVillages = 500;

class QualityRun {
 public:
  QualityRun(const Deps& deps, jobs::JobRun& run, const v1::QualityJobParams& params,
             v1::QualityJobState state, const QualityRules& rules)
      : deps_(deps),
        run_(run),
        codes_(params.codes().begin(), params.codes().end()),
        state_(std::move(state)),
        rules_(rules),
        evaluator_(rules.set),
        writer_(deps, run, params) {}

  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Run() {
    if (state_.phase() == v1::QualityJobState::PHASE_UNSPECIFIED) JZ_RETURN_IF_ERROR(Begin());
    bool more = true;
    while (more) {
      switch (state_.phase()) {
        case v1::QualityJobState::PHASE_HOUSEHOLDS: {
          JZ_ASSIGN_OR_RETURN(more, CheckHouseholds());
          break;
        }
        case v1::QualityJobState::PHASE_VILLAGES: {
          JZ_ASSIGN_OR_RETURN(more, CheckVillages());
          break;
        }
        default: {
          JZ_ASSIGN_OR_RETURN(more, writer_.WriteStrays(state_));
          if (!more) return std::make_unique<v1::RunRulesResult>(state_.result());
        }
      }
      if (!more) {
        state_.set_phase(static_cast<v1::QualityJobState::Phase>(state_.phase() + 1));
        state_.set_after_region(0);
        state_.set_after_id(0);
        more = true;
      }
    }
    return Internal("QUALITY_RUN_ENDLESS", "a run has no end");
  }

 private:
  // The first checkpoint: how much there is to do, and which rules cannot run.
  absl::Status Begin() {
    CheckedBatch batch;
    for (const std::string& name : rules_.broken) {
      common::v1::JobError& error = batch.errors.emplace_back();
      error.set_column(name);
      error.set_reason("QUALITY_RULE_BROKEN");
      error.set_text_zh("规则使用的编码已失效，未运行");
      error.set_text_en("the rule names a code that has ended; it did not run");
    }
    JZ_ASSIGN_OR_RETURN(const int64_t total, deps_.db.Fetch(run_.deadline(), [&](auto& tx) {
      return CountFacts(tx, run_.region());
    }));
    state_.set_total_count(total);
    state_.set_phase(v1::QualityJobState::PHASE_HOUSEHOLDS);
    batch.after = state_;
    JZ_ASSIGN_OR_RETURN(state_, writer_.Write(batch));
    return absl::OkStatus();
  }

  absl::StatusOr<bool> CheckHouseholds();
  absl::StatusOr<bool> CheckVillages();

  // What `evaluate` reports, as hits of the batch.
  template <class Evaluate>
  absl::Status Collect(Evaluate evaluate, CheckedBatch& batch);
  void AddError(const absl::Status& status, const std::string& name, CheckedBatch& batch) const;
  bool Wanted(const std::string& code) const { return codes_.empty() || codes_.contains(code); }

  const Deps& deps_;
  jobs::JobRun& run_;
  const std::set<std::string> codes_;
  v1::QualityJobState state_;
  const QualityRules& rules_;
  rules::Evaluator evaluator_;
  QualityWriter writer_;
};

void QualityRun::AddError(const absl::Status& status, const std::string& name,
                          CheckedBatch& batch) const {
  common::v1::JobError& error = batch.errors.emplace_back();
  error.set_column(name);
  error.set_reason(ReasonOf(status));
  error.set_text_zh("档案数据无法读取，未检查");
  error.set_text_en("the record cannot be read; it was not checked");
}

template <class Evaluate>
absl::Status QualityRun::Collect(Evaluate evaluate, CheckedBatch& batch) {
  const size_t before = batch.hits.size();
  absl::Status status = evaluate([&](const rules::Hit& hit) {
    const rules::RuleSet::Entry& entry = rules_.set.entries()[hit.entry];
    if (!Wanted(entry.rule.variants[hit.variant].code)) return;
    batch.hits.push_back(QualityHitFrom(entry, hit, evaluator_.Explain(hit, rules_.codes)));
  });
  if (!status.ok()) batch.hits.resize(before);
  return status;
}

absl::StatusOr<bool> QualityRun::CheckHouseholds() {
  JZ_ASSIGN_OR_RETURN(
      std::vector<FactsRow> rows, deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
        return ListFacts(tx, {.region = run_.region(),
                              .after_region = RegionCode::FromNumber(state_.after_region()),
                              .after_household = HouseholdId(state_.after_id()),
                              .limit = kBatchHouseholds});
      }));
  if (rows.empty()) return false;
  CheckedBatch batch;
  batch.after = state_;
  v1::RunRulesResult& result = *batch.after.mutable_result();
  for (const FactsRow& row : rows) {
    absl::Status status = Collect(
        [&](auto sink) { return evaluator_.RunHousehold(row.facts, rules_.today, sink); }, batch);
    result.set_household_count(result.household_count() + 1);
    if (status.ok()) {
      batch.subjects.push_back(row.household.value());
      result.set_person_count(result.person_count() + evaluator_.members());
    } else {
      AddError(status, row.household.Name(), batch);
    }
  }
  batch.after.set_after_region(rows.back().region.number());
  batch.after.set_after_id(rows.back().household.value());
  batch.done_count = result.household_count();
  JZ_ASSIGN_OR_RETURN(state_, writer_.Write(batch));
  return true;
}

absl::StatusOr<bool> QualityRun::CheckVillages() {
  JZ_ASSIGN_OR_RETURN(
      std::vector<VillageRow> rows, deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
        return ListVillages(tx, auth::RegionScope({run_.region()}),
                            RegionCode::FromNumber(state_.after_region()), kBatchVillages);
      }));
  if (rows.empty()) return false;
  CheckedBatch batch;
  batch.after = state_;
  v1::RunRulesResult& result = *batch.after.mutable_result();
  for (const VillageRow& row : rows) {
    absl::Status status = Collect(
        [&](auto sink) { return evaluator_.RunVillage(row.facts, rules_.today, sink); }, batch);
    result.set_village_count(result.village_count() + 1);
    if (status.ok()) {
      batch.subjects.push_back(row.region.number());
    } else {
      AddError(status, VillageName(row.region.number()), batch);
    }
  }
  batch.after.set_after_region(rows.back().region.number());
  batch.done_count = state_.total_count();
  JZ_ASSIGN_OR_RETURN(state_, writer_.Write(batch));
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunQualityRules(const Deps& deps,
                                                                           jobs::JobRun& run) {
  v1::QualityJobParams params;
  v1::QualityJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("QUALITY_STATE_BROKEN", "params or state of a run do not parse");
  }
  const absl::Time asked_at = absl::FromUnixMicros(params.asked_at_us());
  const std::vector<std::string> codes(params.codes().begin(), params.codes().end());
  JZ_ASSIGN_OR_RETURN(auto rules, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return LoadQualityRules(tx, DateInShanghai(asked_at), asked_at, codes);
  }));
  return QualityRun(deps, run, params, std::move(state), *rules).Run();
}

}  // namespace jz::identification
