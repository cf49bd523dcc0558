#include "services/identification/store/step_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kInsertBatch[] =
    "INSERT INTO step_batch (id, campaign_id, step, region_code, held_on, attendance, reference, "
    "recorded_by, recorded_at_us, cursor_region, cursor_id, passed_count, rejected_count, "
    "finished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, FALSE)";
constexpr char kSelectBatch[] =
    "SELECT id, campaign_id, step, region_code, held_on, attendance, reference, recorded_by, "
    "recorded_at_us, cursor_region, cursor_id, passed_count, rejected_count, finished "
    "FROM step_batch WHERE id = ?";
constexpr char kUpdateBatch[] =
    "UPDATE step_batch SET cursor_region = ?, cursor_id = ?, passed_count = ?, "
    "rejected_count = ?, finished = ? WHERE id = ?";
constexpr char kInsertSteps[] =
    "INSERT INTO case_step (case_id, step, batch_id, passed, reason, votes_for, votes_against, "
    "abstained) VALUES";
constexpr char kSelectSteps[] =
    "SELECT s.step, s.passed, s.reason, b.held_on, b.attendance, s.votes_for, s.votes_against, "
    "s.abstained, b.reference, b.recorded_by, b.recorded_at_us FROM case_step s "
    "JOIN step_batch b ON b.id = s.batch_id WHERE s.case_id = ? "
    "ORDER BY b.held_on, b.recorded_at_us, s.step";
constexpr char kInsertRefusals[] = "INSERT INTO case_refusal (batch_id, case_id, reason) VALUES";
constexpr char kCountRefusals[] = "SELECT COUNT(*) FROM case_refusal WHERE batch_id = ?";
constexpr char kSelectRefusals[] =
    "SELECT case_id, reason FROM case_refusal WHERE batch_id = ? ORDER BY case_id LIMIT ?";

StepBatch ToBatch(const sql::Row& row) {
  return {.id = row.Int(0),
          .campaign = row.IdOf<CampaignId>(1),
          .step = static_cast<CaseStep>(row.Int(2)),
          .region = row.Region(3),
          .held_on = row.Day(4),
          .attendance = static_cast<int>(row.Int(5)),
          .reference = row.Text(6),
          .recorded_by = row.Text(7),
          .recorded_at = row.Time(8),
          .cursor_region = row.Region(9),
          .cursor_id = row.IdOf<CaseId>(10),
          .passed_count = row.Int(11),
          .rejected_count = row.Int(12),
          .finished = row.Bool(13)};
}

RecordedStep ReadStep(const sql::Row& row) {
  RecordedStep step{.step = static_cast<CaseStep>(row.Int(0)),
                    .passed = row.Bool(1),
                    .reason = row.Text(2),
                    .held_on = row.Day(3),
                    .attendance = static_cast<int>(row.Int(4)),
                    .votes = std::nullopt,
                    .reference = row.Text(8),
                    .recorded_by = row.Text(9),
                    .recorded_at = row.Time(10)};
  if (!row.IsNull(5)) {
    step.votes = Votes{.in_favour = static_cast<int>(row.Int(5)),
                       .against = static_cast<int>(row.Int(6)),
                       .abstained = static_cast<int>(row.Int(7))};
  }
  return step;
}

absl::StatusOr<StepBatch> ReadBatch(sql::Transaction& tx, int64_t id, absl::string_view tail) {
  JZ_ASSIGN_OR_RETURN(auto batch, tx.SelectOne(absl::StrCat(kSelectBatch, tail), {id}, ToBatch));
  if (!batch) return Internal("STEP_BATCH_MISSING", "a recording of a step is gone");
  return *std::move(batch);
}

}  // namespace

absl::Status InsertStepBatch(sql::Transaction& tx, const StepBatch& batch) {
  return tx
      .Execute(kInsertBatch,
               {batch.id, batch.campaign, static_cast<int>(batch.step), batch.region, batch.held_on,
                batch.attendance, batch.reference, batch.recorded_by, batch.recorded_at})
      .status();
}

absl::StatusOr<StepBatch> LoadStepBatch(sql::Transaction& tx, int64_t id) {
  return ReadBatch(tx, id, "");
}

absl::StatusOr<StepBatch> LockStepBatch(sql::Transaction& tx, int64_t id) {
  return ReadBatch(tx, id, " FOR UPDATE");
}

absl::Status UpdateStepBatch(sql::Transaction& tx, const StepBatch& batch) {
  return tx
      .Execute(kUpdateBatch, {batch.cursor_region, batch.cursor_id, batch.passed_count,
                              batch.rejected_count, batch.finished, batch.id})
      .status();
}

absl::Status InsertCaseSteps(sql::Transaction& tx, absl::Span<const CaseStepRow> rows) {
  if (rows.empty()) return absl::OkStatus();
  sql::Values values;
  for (const CaseStepRow& row : rows) {
    values.insert(values.end(),
                  {row.case_id, static_cast<int>(row.step), row.batch, row.passed, row.reason});
    if (row.votes) {
      values.insert(values.end(), {row.votes->in_favour, row.votes->against, row.votes->abstained});
    } else {
      values.insert(values.end(), 3, sql::Value());
    }
  }
  return tx.InsertRows(kInsertSteps, 8, values).status();
}

absl::StatusOr<std::vector<RecordedStep>> LoadRecordedSteps(sql::Transaction& tx, CaseId id) {
  return tx.Select(kSelectSteps, {id}, ReadStep);
}

absl::Status InsertRefusals(sql::Transaction& tx, int64_t batch,
                            absl::Span<const CaseRefusal> refusals) {
  if (refusals.empty()) return absl::OkStatus();
  sql::Values values;
  for (const CaseRefusal& refusal : refusals) {
    values.insert(values.end(), {batch, refusal.case_id, refusal.reason});
  }
  return tx.InsertRows(kInsertRefusals, 3, values).status();
}

absl::StatusOr<Refusals> LoadRefusals(sql::Transaction& tx, int64_t batch, int limit) {
  Refusals refusals;
  JZ_ASSIGN_OR_RETURN(auto count, tx.SelectOne(kCountRefusals, {batch},
                                               [](const sql::Row& row) { return row.Int(0); }));
  refusals.count = count.value_or(0);
  JZ_ASSIGN_OR_RETURN(refusals.first,
                      tx.Select(kSelectRefusals, {batch, limit}, [](const sql::Row& row) {
                        return CaseRefusal{.case_id = row.IdOf<CaseId>(0), .reason = row.Text(1)};
                      }));
  return refusals;
}

}  // namespace jz::identification
