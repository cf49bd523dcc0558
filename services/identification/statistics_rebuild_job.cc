#include "services/identification/statistics_rebuild_job.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/statistics_storage.pb.h"
#include "services/identification/statistics_recount.h"
#include "services/identification/store/history_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

namespace {

constexpr char kService[] = "identification";
constexpr size_t kErrorsOfVillage = 20;

common::v1::JobError Differs(RegionCode region, absl::string_view when, size_t cells) {
  common::v1::JobError error;
  error.set_column(region.ToString());
  error.set_reason("STATISTIC_DIFFERS");
  error.set_text_zh(absl::StrCat(when, "：", cells, " 项统计与档案不一致"));
  error.set_text_en(absl::StrCat(when, ": ", cells, " cells differ from the records"));
  return error;
}

std::string Shown(absl::Time at) {
  return absl::FormatTime(absl::RFC3339_full, at, absl::UTCTimeZone());
}

// One village, compared in one snapshot.
struct Comparison {
  RegionCode village;
  Recount counted;
  VillageChanges difference;
  int64_t cells = 0;
  int64_t repairs = 0;  // that had been made until then
};

class RebuildRun {
 public:
  RebuildRun(const Deps& deps, jobs::JobRun& run, v1::RebuildJobParams params,
             v1::RebuildJobState state)
      : deps_(deps), run_(run), params_(std::move(params)), state_(std::move(state)) {}

  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Run() {
    while (!state_.villages_done()) JZ_RETURN_IF_ERROR(NextVillage());
    for (bool more = true; more;) {
      JZ_ASSIGN_OR_RETURN(more, NextRegion());
    }
    return std::make_unique<v1::RebuildStatisticsResult>(state_.result());
  }

 private:
  absl::Status NextVillage();
  absl::StatusOr<std::optional<Comparison>> CompareNext(sql::Transaction& tx);
  absl::Status Record(const Comparison& village);
  // False when there was none.
  absl::StatusOr<bool> NextRegion();
  absl::Status CheckRegion(sql::Transaction& tx, RegionCode region, v1::RebuildJobState& after,
                           std::vector<common::v1::JobError>& errors);
  absl::Status Save(sql::Transaction& tx, const v1::RebuildJobState& after,
                    std::vector<common::v1::JobError> errors) {
    return run_.Checkpoint(tx, {.state = after.SerializeAsString(),
                                .done_count = after.result().village_count(),
                                .total_count = 0,
                                .errors = std::move(errors)});
  }
  bool repairs() const { return params_.repair() || params_.fill(); }

  const Deps& deps_;
  jobs::JobRun& run_;
  const v1::RebuildJobParams params_;
  v1::RebuildJobState state_;
};

absl::StatusOr<std::optional<Comparison>> RebuildRun::CompareNext(sql::Transaction& tx) {
  const RegionCode after =
      RegionCode::FromNumber(std::max(state_.village(), run_.region().number() - 1));
  JZ_ASSIGN_OR_RETURN(auto village, NextRecordedVillage(tx, after, run_.region().Last()));
  if (!village) return std::nullopt;
  Comparison comparison;
  comparison.village = *village;
  JZ_ASSIGN_OR_RETURN(comparison.repairs, LoadRepairs(tx));
  JZ_ASSIGN_OR_RETURN(StatisticState state, LoadStatisticState(tx));
  if (!state.ages) return FailedPrecondition("STATISTICS_NOT_BEGUN", {}, "no day is counted yet");
  JZ_ASSIGN_OR_RETURN(comparison.counted, RecountVillage(tx, *village, *state.ages));
  JZ_ASSIGN_OR_RETURN(VillageChanges kept, KeptChanges(tx, *village));
  comparison.difference = Difference(comparison.counted.changes, kept);
  for (const auto& [at, cells] : comparison.counted.changes) {
    comparison.cells += static_cast<int64_t>(cells.size());
  }
  return comparison;
}

absl::Status RebuildRun::NextVillage() {
  JZ_ASSIGN_OR_RETURN(auto comparison, deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
    return CompareNext(tx);
  }));
  if (comparison) return Record(*comparison);
  v1::RebuildJobState after = state_;
  after.set_villages_done(true);
  after.set_region(run_.region().number() - 1);
  JZ_RETURN_IF_ERROR(
      deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) { return Save(tx, after, {}); }));
  state_ = std::move(after);
  return absl::OkStatus();
}

// Deltas of others that were written since the snapshot say what changed, not what is: they do not
// touch the difference. Only another correction would.
absl::Status RebuildRun::Record(const Comparison& village) {
  v1::RebuildJobState after = state_;
  after.set_village(village.village.number());
  v1::RebuildStatisticsResult& result = *after.mutable_result();
  StatisticDeltas deltas;
  std::vector<common::v1::JobError> errors;
  int64_t differing = 0;
  for (const auto& [at, cells] : village.difference) {
    deltas[{village.village, at}].Add(cells);
    differing += static_cast<int64_t>(cells.size());
    if (errors.size() < kErrorsOfVillage && !params_.fill()) {
      errors.push_back(Differs(village.village, Shown(at), cells.size()));
    }
  }
  result.set_village_count(result.village_count() + 1);
  result.set_version_count(result.version_count() + village.counted.versions);
  result.set_cell_count(result.cell_count() + village.cells);
  result.set_difference_count(result.difference_count() + differing);
  if (repairs()) result.set_corrected_count(result.corrected_count() + differing);
  bool outdated = false;
  absl::Status written = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
    outdated = false;
    if (repairs() && !deltas.empty()) {
      JZ_ASSIGN_OR_RETURN(int64_t repairs, LockRepairs(tx));
      outdated = repairs != village.repairs;
      if (outdated) return absl::OkStatus();
      JZ_RETURN_IF_ERROR(SetRepairs(tx, repairs + 1));
      JZ_RETURN_IF_ERROR(InsertDeltas(tx, deltas, false));
    }
    return Save(tx, after, errors);
  });
  JZ_RETURN_IF_ERROR(written);
  if (!outdated) state_ = std::move(after);
  return absl::OkStatus();
}

absl::Status RebuildRun::CheckRegion(sql::Transaction& tx, RegionCode region,
                                     v1::RebuildJobState& after,
                                     std::vector<common::v1::JobError>& errors) {
  JZ_RETURN_IF_ERROR(LockRoll(tx));
  JZ_ASSIGN_OR_RETURN(KeptDays kept, LoadKept(tx, region, Date(1000, 1, 1)));
  JZ_ASSIGN_OR_RETURN(const KeptDays summed, SumDays(tx, region));
  v1::RebuildStatisticsResult& result = *after.mutable_result();
  result.set_kept_count(result.kept_count() + static_cast<int64_t>(kept.size()));
  if (kept == summed) return absl::OkStatus();
  std::vector<KeptRow> rows;
  for (const auto& [day, cells] : summed) {
    rows.push_back({.region = region, .day = day, .cells = cells.Pack()});
    StatisticCells difference = cells;
    difference.Add(kept[day], -1);
    kept.erase(day);
    if (difference.empty()) continue;
    errors.push_back(Differs(region, FormatDate(day), difference.size()));
  }
  for (const auto& [day, cells] : kept) {
    errors.push_back(Differs(region, FormatDate(day), cells.size()));
  }
  result.set_kept_difference_count(result.kept_difference_count() +
                                   static_cast<int64_t>(errors.size()));
  if (!repairs()) return absl::OkStatus();
  JZ_RETURN_IF_ERROR(DeleteKept(tx, region));
  return PutKept(tx, rows);
}

absl::StatusOr<bool> RebuildRun::NextRegion() {
  v1::RebuildJobState after;
  JZ_ASSIGN_OR_RETURN(
      bool found,
      deps_.db.Transact(run_.deadline(), [&](sql::Transaction& tx) -> absl::StatusOr<bool> {
        after = state_;
        JZ_ASSIGN_OR_RETURN(auto region, NextCounted(tx, RegionCode::FromNumber(state_.region()),
                                                     run_.region().Last()));
        std::vector<common::v1::JobError> errors;
        if (region) {
          JZ_RETURN_IF_ERROR(CheckRegion(tx, *region, after, errors));
          after.set_region(region->number());
        } else if (params_.fill()) {
          JZ_RETURN_IF_ERROR(SetFilled(tx, DateInShanghai(deps_.clock.Now())));
        }
        JZ_RETURN_IF_ERROR(Save(tx, after, std::move(errors)));
        return region.has_value();
      }));
  state_ = std::move(after);
  return found;
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunStatisticsRebuild(const Deps& deps,
                                                                                jobs::JobRun& run) {
  v1::RebuildJobParams params;
  v1::RebuildJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("REBUILD_STATE_BROKEN", "params or state of a rebuild do not parse");
  }
  return RebuildRun(deps, run, std::move(params), std::move(state)).Run();
}

absl::Status BeginStatistics(const Deps& deps, absl::Time deadline) {
  const absl::Time now = deps.clock.Now();
  return deps.db.Run(deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(std::optional<Date> aged, LockAges(tx));
    if (aged) return absl::OkStatus();
    JZ_RETURN_IF_ERROR(SetAges(tx, DateInShanghai(now)));
    JZ_ASSIGN_OR_RETURN(auto village, NextRecordedVillage(tx, RegionCode(), RegionCode().Last()));
    if (!village) return SetFilled(tx, DateInShanghai(now));
    v1::RebuildJobParams params;
    params.set_fill(true);
    return deps.jobs
        .Add(tx,
             {.kind = kRebuildJob,
              .region = RegionCode(),
              .params = params.SerializeAsString(),
              .created_by = kService},
             now)
        .status();
  });
}

}  // namespace jz::identification
