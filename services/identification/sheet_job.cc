#include "services/identification/sheet_job.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/import_validation.h"
#include "services/identification/sheet_batch.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

constexpr size_t kBatchRows = 500;
constexpr size_t kMaxErrors = 1000;  // kept before they are saved
// How often a batch is tried anew when somebody else enters the same persons at the same moment.
constexpr int kMaxTries = 10;
// A share says little of a few rows.
constexpr int64_t kMinGuardedRows = 100;

// One pass over the file.
class Pass {
 public:
  Pass(const Deps& deps, jobs::JobRun& run, const v1::SheetJobParams& params,
       const SheetContext& context, v1::SheetJobState state, bool writing)
      : deps_(deps),
        run_(run),
        params_(params),
        context_(context),
        state_(std::move(state)),
        writing_(writing),
        begin_(writing ? state_.offset() : 0),
        already_reported_(state_.reported_errors()),
        renamed_(params.columns().begin(), params.columns().end()),
        file_(run, context, renamed_),
        check_(context.kind) {}

  absl::StatusOr<v1::SheetJobState> Run() {
    if (!writing_) state_.clear_result();
    JZ_RETURN_IF_ERROR(file_.Read([&](SheetRow row) { return OnRow(std::move(row)); }));
    JZ_RETURN_IF_ERROR(Flush(file_.end_offset(), file_.end_line()));
    AddErrors(file_.errors());
    if (!writing_) JZ_RETURN_IF_ERROR(EndChecking());
    return state_;
  }

 private:
  v1::ImportSheetResult& result() { return *state_.mutable_result(); }

  absl::Status OnRow(SheetRow row) {
    ++rows_;
    const bool repeats = check_.Add(row);
    if (row.offset < begin_) {
      if (HasWork() && row.id && row.errors.empty()) seen_.insert(PersonKey(HashOf(row)));
      return absl::OkStatus();
    }
    if (!writing_) {
      if (repeats) result().set_duplicates_in_file(result().duplicates_in_file() + 1);
      AddErrors(row.errors);
    }
    if (batch_.rows.size() >= kBatchRows && !SameHousehold(batch_.rows.back(), row)) {
      JZ_RETURN_IF_ERROR(Flush(row.offset, row.line));
    }
    batch_.hashes.push_back(row.id ? HashOf(row) : std::string());
    batch_.rows.push_back(std::move(row));
    return absl::OkStatus();
  }

  // Rows of a person add up there, also over batches.
  bool HasWork() const {
    return context_.kind == v1::SHEET_KIND_MIGRANT_WORK ||
           context_.kind == v1::SHEET_KIND_PLANNED_WORK;
  }

  std::string HashOf(const SheetRow& row) const {
    return deps_.sealer.Hash(kCitizenIdContext, row.id->Person());
  }

  static bool SameHousehold(const SheetRow& a, const SheetRow& b) {
    return !a.household_no.empty() && a.household_no == b.household_no;
  }

  void AddErrors(const ImportErrors& errors) {
    errors_.insert(errors_.end(), errors.begin(), errors.end());
  }

  SheetUpdate Update() const {
    return {.context = context_,
            .columns = *file_.columns(),
            .sealer = deps_.sealer,
            .job = run_.id(),
            .seen = seen_};
  }

  // `offset` and `line` are those of the first row behind the batch.
  absl::Status Flush(int64_t offset, int64_t line) {
    if (batch_.rows.empty()) return absl::OkStatus();
    JZ_RETURN_IF_ERROR(writing_ ? WriteBatch(offset, line) : CheckBatch());
    for (size_t i = 0; HasWork() && writing_ && i < batch_.rows.size(); ++i) {
      if (batch_.rows[i].errors.empty()) seen_.insert(PersonKey(batch_.hashes[i]));
    }
    batch_ = {};
    return absl::OkStatus();
  }

  absl::StatusOr<SheetOutcome> Apply(sql::Transaction& tx, SheetIds ids, const SheetWrite* write) {
    const SheetUpdate update = Update();
    if (context_.kind == v1::SHEET_KIND_VILLAGES) {
      return ApplyVillageRows(tx, update, batch_, write);
    }
    return ApplyPersonRows(tx, update, batch_, std::move(ids), write);
  }

  absl::Status CheckBatch() {
    JZ_ASSIGN_OR_RETURN(SheetOutcome outcome,
                        deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
                          return Apply(tx, SheetIds::Pretended(), nullptr);
                        }));
    AddErrors(outcome.errors);
    Count(outcome, result());
    result().set_row_count(rows_);
    return errors_.size() >= kMaxErrors || rows_ - saved_rows_ >= static_cast<int64_t>(kBatchRows)
               ? Save()
               : absl::OkStatus();
  }

  absl::StatusOr<SheetIds> ReserveIds() {
    if (context_.kind != v1::SHEET_KIND_MONITORED_OBJECTS) return SheetIds::Pretended();
    const SheetUpdate update = Update();
    auto counts = deps_.db.Fetch(
        run_.deadline(), [&](sql::Transaction& tx) { return CountNewIds(tx, update, batch_); });
    JZ_RETURN_IF_ERROR(counts.status());
    std::map<int32_t, std::vector<int64_t>> ids;
    for (const auto& [county, count] : *counts) {
      const RegionCode region = RegionCode::FromNumber(int64_t{county} * 1'000'000);
      JZ_ASSIGN_OR_RETURN(ids[county], deps_.ids.Next(region, count, run_.deadline()));
    }
    return SheetIds(std::move(ids));
  }

  absl::Status WriteBatch(int64_t offset, int64_t line) {
    const SheetWrite write{.author = run_.created_by(), .now = deps_.clock.Now()};
    absl::Status status;
    for (int tries = 0; tries < kMaxTries; ++tries) {
      JZ_ASSIGN_OR_RETURN(SheetIds ids, ReserveIds());
      v1::SheetJobState after;
      status = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
        JZ_ASSIGN_OR_RETURN(SheetOutcome outcome, Apply(tx, ids, &write));
        after = After(outcome, offset, line);
        return run_.Checkpoint(tx, {.state = after.SerializeAsString(),
                                    .done_count = after.done_rows(),
                                    .total_count = after.result().row_count(),
                                    .errors = Refusals(outcome)});
      });
      if (status.ok()) state_ = std::move(after);
      if (!absl::IsAlreadyExists(status)) break;
    }
    JZ_RETURN_IF_ERROR(status);
    deps_.outbox.Notify();
    return absl::OkStatus();
  }

  v1::SheetJobState After(const SheetOutcome& outcome, int64_t offset, int64_t line) const {
    v1::SheetJobState after = state_;
    after.set_offset(offset);
    after.set_line(line);
    after.set_done_rows(state_.done_rows() + static_cast<int64_t>(batch_.rows.size()));
    Count(outcome, *after.mutable_result());
    return after;
  }

  // Where the first pass found no errors, what is refused now changed since then. Where rows are
  // left out, the report has them already.
  std::vector<common::v1::JobError> Refusals(const SheetOutcome& outcome) const {
    std::vector<common::v1::JobError> errors;
    if (params_.skip_errors()) return errors;
    for (const ImportError& error : outcome.errors) errors.push_back(ToMessage(error));
    return errors;
  }

  static void Count(const SheetOutcome& outcome, v1::ImportSheetResult& result) {
    result.set_created_household_count(result.created_household_count() +
                                       outcome.created_households);
    result.set_updated_household_count(result.updated_household_count() +
                                       outcome.updated_households);
    result.set_created_person_count(result.created_person_count() + outcome.created_persons);
    result.set_updated_person_count(result.updated_person_count() + outcome.updated_persons);
    result.set_village_count(result.village_count() + outcome.villages);
    result.set_duplicates_in_register(result.duplicates_in_register() +
                                      outcome.duplicates_in_register);
    result.set_refused_row_count(result.refused_row_count() + outcome.refused_rows);
  }

  absl::Status EndChecking() {
    result().set_row_count(rows_);
    result().set_encoding(file_.encoding() == TextEncoding::kUtf8 ? "UTF-8" : "GB18030");
    if (file_.columns() != nullptr) {
      for (const std::string& column : file_.columns()->ignored()) {
        result().add_ignored_columns(column);
      }
    }
    const bool usable = file_.errors().empty();
    const bool clean = errors_.empty() && found_errors_ == 0;
    state_.set_validated(usable && (clean || params_.skip_errors()) && !TooManyDuplicates());
    if (state_.validated() && params_.commit()) ClearCounts();
    return Save();
  }

  // What was counted is what would be; what is counts anew.
  void ClearCounts() {
    result().clear_created_household_count();
    result().clear_updated_household_count();
    result().clear_created_person_count();
    result().clear_updated_person_count();
    result().clear_village_count();
    result().clear_refused_row_count();
  }

  bool TooManyDuplicates() { return SharesTooMany(params_, state_.result()); }

  absl::Status Save() {
    jobs::JobRun::Progress progress;
    for (const ImportError& error : errors_) {
      if (++found_errors_ > already_reported_) progress.errors.push_back(ToMessage(error));
    }
    errors_.clear();
    saved_rows_ = rows_;
    state_.set_reported_errors(std::max(found_errors_, already_reported_));
    progress.state = state_.SerializeAsString();
    progress.done_count = rows_;
    progress.total_count = state_.validated() ? rows_ : 0;
    return deps_.db.Run(run_.deadline(),
                        [&](sql::Transaction& tx) { return run_.Checkpoint(tx, progress); });
  }

 public:
  static bool SharesTooMany(const v1::SheetJobParams& params, const v1::ImportSheetResult& result) {
    if (params.max_duplicate_percent() == 0 || result.row_count() < kMinGuardedRows) return false;
    const int64_t duplicates = result.duplicates_in_file() + result.duplicates_in_register();
    return duplicates * 100 > int64_t{params.max_duplicate_percent()} * result.row_count();
  }

 private:
  const Deps& deps_;
  jobs::JobRun& run_;
  const v1::SheetJobParams& params_;
  const SheetContext& context_;
  v1::SheetJobState state_;
  const bool writing_;
  const int64_t begin_;  // rows before were written by a run that was cut short
  const int64_t already_reported_;
  const std::map<std::string, std::string> renamed_;
  SheetFile file_;
  SheetCheck check_;
  SheetBatch batch_;
  absl::flat_hash_set<uint64_t> seen_;  // persons of the batches that are written
  ImportErrors errors_;                 // not yet saved
  int64_t found_errors_ = 0;
  int64_t rows_ = 0;
  int64_t saved_rows_ = 0;
};

// What lies inside the region, and the regions that it lies in, whose names files have too.
absl::StatusOr<std::vector<Region>> LoadRegionsAround(sql::Transaction& tx, RegionCode region) {
  JZ_ASSIGN_OR_RETURN(std::vector<Region> regions, LoadRegionsInside(tx, region));
  std::vector<RegionCode> above;
  for (RegionCode at = region; at != RegionCode(); at = at.Parent()) above.push_back(at.Parent());
  JZ_ASSIGN_OR_RETURN(std::vector<Region> some, LoadRegions(tx, above));
  regions.insert(regions.end(), some.begin(), some.end());
  return regions;
}

absl::Status Refused(const v1::SheetJobParams& params, const v1::SheetJobState& state) {
  if (Pass::SharesTooMany(params, state.result())) {
    return FailedPrecondition(
        "IMPORT_TOO_MANY_DUPLICATES",
        {{"in_file", absl::StrCat(state.result().duplicates_in_file())},
         {"in_register", absl::StrCat(state.result().duplicates_in_register())}},
        "too many rows are duplicates; nothing was imported");
  }
  return FailedPrecondition("IMPORT_HAS_ERRORS",
                            {{"errors", absl::StrCat(state.reported_errors())}},
                            absl::StrCat(state.reported_errors(), " errors; nothing was imported"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunSheetImport(const Deps& deps,
                                                                          jobs::JobRun& run) {
  v1::SheetJobParams params;
  v1::SheetJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("IMPORT_STATE_BROKEN", "params or state of an import do not parse");
  }
  const Date today = DateInShanghai(deps.clock.Now());
  JZ_ASSIGN_OR_RETURN(std::vector<Region> regions,
                      deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
                        return LoadRegionsAround(tx, run.region());
                      }));
  JZ_ASSIGN_OR_RETURN(CodeBook codes, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, run.region(), today);
  }));
  const RegionNames names(regions, today);
  const SheetContext context{.kind = params.kind(),
                             .region = run.region(),
                             .today = today,
                             .codes = codes,
                             .regions = names};
  if (!state.validated()) {
    JZ_ASSIGN_OR_RETURN(state, Pass(deps, run, params, context, state, false).Run());
  }
  if (params.commit() && !state.validated()) return Refused(params, state);
  if (params.commit()) {
    JZ_ASSIGN_OR_RETURN(state, Pass(deps, run, params, context, state, true).Run());
  }
  return std::make_unique<v1::ImportSheetResult>(state.result());
}

}  // namespace jz::identification
