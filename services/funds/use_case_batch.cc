#include "services/funds/use_case_batch.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/feed/households.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "services/funds/etag.h"
#include "services/funds/feed_changes.h"
#include "services/funds/store/account_store.h"
#include "services/funds/store/disbursement_store.h"
#include "services/funds/store/payment_store.h"

namespace jz::funds {
namespace {

constexpr char kDisbursementCode[] = "disbursement";

absl::StatusOr<Batch> LockForStep(sql::Transaction& tx, const auth::RegionScope& scope, BatchId id,
                                  const std::string& etag) {
  JZ_ASSIGN_OR_RETURN(std::optional<Batch> batch, LockBatch(tx, scope, id));
  if (!batch.has_value()) return BatchNotFound(id);
  JZ_RETURN_IF_ERROR(RequireEtag(etag, batch->version));
  return *std::move(batch);
}

absl::Status SaveStep(sql::Transaction& tx, Batch& batch, const Author& author,
                      absl::string_view reason = "") {
  ++batch.version;
  JZ_RETURN_IF_ERROR(SaveBatchState(tx, batch, author, reason));
  return feed::Publish(tx, {BatchChange(batch, author.now)});
}

absl::StatusOr<BudgetLine> BudgetOf(sql::Transaction& tx, const auth::RegionScope& scope,
                                    const Batch& batch) {
  JZ_ASSIGN_OR_RETURN(std::optional<BudgetLine> line, FindBudgetLine(tx, scope, batch.budget_line));
  if (line.has_value()) return *std::move(line);
  return NotFound("BUDGET_LINE_NOT_FOUND", {{"budget_line", batch.budget_line.Name()}},
                  "no such budget line");
}

absl::Status CheckProject(sql::Transaction& tx, const auth::RegionScope& scope,
                          const Batch& batch) {
  if (batch.project.empty()) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(std::optional<Project> project, FindProject(tx, scope, batch.project));
  if (project.has_value()) return CheckProjectOfBatch(batch, *project);
  return NotFound("PROJECT_NOT_FOUND", {{"project", batch.project.Name()}}, "no such project");
}

absl::StatusOr<PaymentFacts> LoadFacts(sql::Transaction& tx, const auth::RegionScope& scope,
                                       const Batch& batch, absl::Span<const Line> lines) {
  absl::flat_hash_set<int64_t> distinct;
  for (const Line& line : lines) distinct.insert(line.household);
  const std::vector<int64_t> ids(distinct.begin(), distinct.end());
  PaymentFacts facts;
  JZ_ASSIGN_OR_RETURN(auto households, feed::HouseholdsOnDay(tx, scope, ids, batch.pay_date));
  for (const auto& [id, on_day] : households) {
    facts.households[id] = {.region = on_day.region, .on_register = on_day.on_register()};
  }
  if (batch.per == PaidPer::kPerson) {
    JZ_ASSIGN_OR_RETURN(facts.members, feed::MembersOnDay(tx, ids, batch.pay_date));
  }
  JZ_ASSIGN_OR_RETURN(facts.paid_elsewhere, FindClaims(tx, batch, lines));
  return facts;
}

void SetRegions(std::vector<Line>& lines, const PaymentFacts& facts) {
  for (Line& line : lines) line.region = facts.households.at(line.household).region;
}

absl::StatusOr<BatchTotals> TotalsOfBatch(sql::Transaction& tx, BatchId id) {
  JZ_ASSIGN_OR_RETURN(std::vector<BatchTotals> totals, SumLines(tx, {&id, 1}));
  return totals[0];
}

absl::Status Claim(sql::Transaction& tx, const Batch& batch, absl::Span<const Line> lines) {
  absl::Status status = InsertClaims(tx, batch, lines);
  if (!absl::IsAlreadyExists(status)) return status;
  return FailedPrecondition("LINES_REFUSED", {{"refused_count", "1"}},
                            "another batch was submitted at the same time for one of the payees; "
                            "check the batch again");
}

// Gives lines that are new their numbers, and finds those that are there already.
absl::StatusOr<std::vector<Line>> NumberNewLines(
    std::vector<Line>& lines, const absl::flat_hash_map<std::string, Line>& known,
    const Batch& batch, int last_number) {
  std::vector<Line> fresh;
  for (Line& line : lines) {
    auto stored = known.find(line.client_line_id);
    if (stored == known.end()) {
      line.number = ++last_number;
      line.batch = batch.id;
      line.region = batch.region;  // the household's, once it is checked
      fresh.push_back(line);
    } else if (SameContent(stored->second, line)) {
      line.id = stored->second.id;
    } else {
      return InvalidArgument("LINE_ID_REUSED", {{"client_line_id", line.client_line_id}},
                             "the batch has another line of this id");
    }
  }
  return fresh;
}

}  // namespace

absl::Status BatchNotFound(BatchId id) {
  return NotFound("BATCH_NOT_FOUND", {{"batch", id.Name()}}, "no such disbursement batch");
}

absl::Status CreateBatch(sql::Transaction& tx, const auth::RegionScope& scope, const Batch& batch) {
  JZ_RETURN_IF_ERROR(RequirePurpose(tx, batch.purpose));
  if (!batch.budget_line.empty()) {
    JZ_ASSIGN_OR_RETURN(BudgetLine line, BudgetOf(tx, scope, batch));
    JZ_RETURN_IF_ERROR(CheckBudgetOfBatch(batch, line));
    JZ_RETURN_IF_ERROR(CheckProject(tx, scope, batch));
    JZ_ASSIGN_OR_RETURN(std::optional<Account> account,
                        FindAccount(tx, scope, batch.paying_account));
    if (!account.has_value()) {
      return NotFound("ACCOUNT_NOT_FOUND", {{"account", batch.paying_account.Name()}},
                      "no such account");
    }
    JZ_RETURN_IF_ERROR(CheckPayingAccount(*account));
  }
  JZ_RETURN_IF_ERROR(InsertBatch(tx, batch));
  return feed::Publish(tx, {BatchChange(batch, batch.created_at)});
}

absl::StatusOr<AddedLines> AddLines(sql::Transaction& tx, const Actor& actor, BatchId id,
                                    std::vector<Line> lines) {
  JZ_ASSIGN_OR_RETURN(Batch batch, LockForStep(tx, actor.scope, id, ""));
  JZ_RETURN_IF_ERROR(RequireDraftOf(batch, actor.author.subject));
  JZ_RETURN_IF_ERROR(CheckLines(batch, lines));
  std::vector<std::string> client_ids;
  client_ids.reserve(lines.size());
  for (const Line& line : lines) client_ids.push_back(line.client_line_id);
  JZ_ASSIGN_OR_RETURN(std::vector<Line> stored, FindLinesByClientId(tx, id, client_ids));
  absl::flat_hash_map<std::string, Line> known;
  for (Line& line : stored) known[line.client_line_id] = line;

  JZ_ASSIGN_OR_RETURN(int last_number, LastLineNumber(tx, id));
  JZ_ASSIGN_OR_RETURN(std::vector<Line> fresh, NumberNewLines(lines, known, batch, last_number));
  JZ_RETURN_IF_ERROR(InsertLines(tx, fresh));
  AddedLines added;
  JZ_ASSIGN_OR_RETURN(added.totals, TotalsOfBatch(tx, id));
  if (added.totals.line_count > kMaxLinesOfBatch) {
    return FailedPrecondition("BATCH_FULL", {{"most", absl::StrCat(kMaxLinesOfBatch)}},
                              "a batch has 5,000 lines at most; make another one");
  }
  for (const Line& line : lines) added.ids.push_back(line.id);
  return added;
}

absl::StatusOr<RemovedLines> RemoveLines(sql::Transaction& tx, const Actor& actor, BatchId id,
                                         absl::Span<const std::string> client_line_ids) {
  JZ_ASSIGN_OR_RETURN(Batch batch, LockForStep(tx, actor.scope, id, ""));
  JZ_RETURN_IF_ERROR(RequireDraftOf(batch, actor.author.subject));
  RemovedLines removed;
  JZ_ASSIGN_OR_RETURN(removed.removed_count, DeleteLines(tx, id, client_line_ids));
  JZ_ASSIGN_OR_RETURN(removed.totals, TotalsOfBatch(tx, id));
  return removed;
}

absl::StatusOr<BatchCheck> CheckBatch(sql::Transaction& tx, const auth::RegionScope& scope,
                                      BatchId id) {
  JZ_ASSIGN_OR_RETURN(std::optional<Batch> batch, FindBatch(tx, scope, id));
  if (!batch.has_value()) return BatchNotFound(id);
  JZ_ASSIGN_OR_RETURN(std::vector<Line> lines, LoadLines(tx, id));
  JZ_ASSIGN_OR_RETURN(PaymentFacts facts, LoadFacts(tx, scope, *batch, lines));
  BatchCheck check{.batch = *std::move(batch), .totals = TotalsOf(lines), .refused = {}};
  check.refused = RefuseLines(check.batch, lines, facts);
  return check;
}

absl::StatusOr<Batch> SubmitBatch(sql::Transaction& tx, const Actor& actor, BatchStep& step) {
  JZ_ASSIGN_OR_RETURN(Batch batch, LockForStep(tx, actor.scope, step.id, step.etag));
  JZ_RETURN_IF_ERROR(RequireDraftOf(batch, actor.author.subject));
  JZ_ASSIGN_OR_RETURN(std::vector<Line> lines, LoadLines(tx, batch.id));
  JZ_RETURN_IF_ERROR(CheckDeclaration(batch, TotalsOf(lines)));
  JZ_ASSIGN_OR_RETURN(PaymentFacts facts, LoadFacts(tx, actor.scope, batch, lines));
  JZ_RETURN_IF_ERROR(LinesRefused(RefuseLines(batch, lines, facts)));
  SetRegions(lines, facts);
  JZ_RETURN_IF_ERROR(SaveLineRegions(tx, lines));
  JZ_RETURN_IF_ERROR(Claim(tx, batch, lines));

  if (batch.declared_total_fen > 0) {
    JZ_ASSIGN_OR_RETURN(BudgetLine budget, BudgetOf(tx, actor.scope, batch));
    Transfer& reservation = step.posting.transfer;
    reservation.kind = TransferKind::kPending;
    reservation.debit = budget.account;
    reservation.credit = batch.paying_account;
    reservation.amount_fen = batch.declared_total_fen;
    reservation.code = kDisbursementCode;
    reservation.trace = budget.document_number;
    JZ_RETURN_IF_ERROR(PostOne(tx, step.posting));
    batch.pending_transfer = reservation.id;
  }
  batch.state = BatchState::kSubmitted;
  JZ_RETURN_IF_ERROR(SaveStep(tx, batch, actor.author));
  return batch;
}

absl::StatusOr<Batch> CancelBatch(sql::Transaction& tx, const Actor& actor, const BatchStep& step) {
  JZ_ASSIGN_OR_RETURN(Batch batch, LockForStep(tx, actor.scope, step.id, step.etag));
  JZ_RETURN_IF_ERROR(RequireDraftOf(batch, actor.author.subject));
  batch.state = BatchState::kCancelled;
  JZ_RETURN_IF_ERROR(SaveStep(tx, batch, actor.author));
  return batch;
}

absl::StatusOr<Batch> ApproveBatch(sql::Transaction& tx, const Actor& actor,
                                   const BatchStep& step) {
  JZ_ASSIGN_OR_RETURN(Batch batch, LockForStep(tx, actor.scope, step.id, step.etag));
  JZ_RETURN_IF_ERROR(RequireSubmitted(batch));
  JZ_RETURN_IF_ERROR(auth::RequireDifferentPerson(batch.created_by, actor.author.subject));
  // The register may have changed since the batch was submitted.
  JZ_ASSIGN_OR_RETURN(std::vector<Line> lines, LoadLines(tx, batch.id));
  JZ_ASSIGN_OR_RETURN(PaymentFacts facts, LoadFacts(tx, actor.scope, batch, lines));
  JZ_RETURN_IF_ERROR(LinesRefused(RefuseLines(batch, lines, facts)));
  batch.state = BatchState::kApproved;
  batch.approved_by = actor.author.subject;
  batch.approved_at = actor.author.now;
  JZ_RETURN_IF_ERROR(SaveStep(tx, batch, actor.author));
  return batch;
}

absl::StatusOr<Batch> RejectBatch(sql::Transaction& tx, const Actor& actor, BatchStep& step) {
  JZ_ASSIGN_OR_RETURN(Batch batch, LockForStep(tx, actor.scope, step.id, step.etag));
  JZ_RETURN_IF_ERROR(RequireSubmitted(batch));
  JZ_RETURN_IF_ERROR(auth::RequireDifferentPerson(batch.created_by, actor.author.subject));
  JZ_RETURN_IF_ERROR(DeleteClaims(tx, batch.id));
  if (!batch.pending_transfer.empty()) {
    step.posting.transfer.kind = TransferKind::kVoidPending;
    step.posting.transfer.pending = batch.pending_transfer;
    JZ_RETURN_IF_ERROR(PostOne(tx, step.posting));
    batch.pending_transfer = TransferId();
  }
  batch.state = BatchState::kDraft;
  batch.reject_reason = step.reason;
  JZ_RETURN_IF_ERROR(SaveStep(tx, batch, actor.author, step.reason));
  return batch;
}

}  // namespace jz::funds
