#include "services/funds/use_case_receipt.h"

#include <utility>

#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "services/funds/domain/invariant.h"
#include "services/funds/feed_changes.h"
#include "services/funds/store/disbursement_store.h"

namespace jz::funds {
namespace {

absl::Status Resolve(sql::Transaction& tx, const Batch& batch, TransferKind kind,
                     int64_t amount_fen, Posting& posting) {
  posting.transfer.kind = kind;
  posting.transfer.pending = batch.pending_transfer;
  posting.transfer.amount_fen = amount_fen;
  return PostOne(tx, posting);
}

// Gives back what was returned and closes the batch.
absl::Status Close(sql::Transaction& tx, const Actor& actor, Posting& released,
                   AppliedReceipt& applied) {
  Batch& batch = applied.batch;
  const BatchTotals& totals = applied.totals;
  RequireInvariant(
      totals.paid_count + totals.returned_count == batch.declared_count &&
          totals.paid_total_fen + totals.returned_total_fen == batch.declared_total_fen,
      "paid and returned lines of a batch do not come to its total");
  if (totals.returned_total_fen > 0) {
    JZ_RETURN_IF_ERROR(Resolve(tx, batch, TransferKind::kVoidPending, 0, released));
    RequireInvariant(released.transfer.amount_fen == totals.returned_total_fen,
                     "what is given back differs from what was returned");
  }
  batch.state = BatchState::kClosed;
  batch.pending_transfer = TransferId();
  ++batch.version;
  return SaveBatchState(tx, batch, actor.author);
}

absl::Status SaveEffect(sql::Transaction& tx, const Actor& actor, const ReceiptFile& file,
                        const ReceiptEffect& effect) {
  JZ_RETURN_IF_ERROR(InsertReceipt(tx,
                                   {.id = file.id,
                                    .batch = file.batch,
                                    .file_sha256 = file.sha256,
                                    .paid_count = static_cast<int>(effect.paid.size()),
                                    .returned_count = static_cast<int>(effect.returned.size())},
                                   actor.author));
  JZ_RETURN_IF_ERROR(InsertResults(tx, file.id, effect.paid));
  JZ_RETURN_IF_ERROR(InsertResults(tx, file.id, effect.returned));
  // A returned payment may be made again, in another batch.
  return DeleteClaims(tx, file.batch, effect.returned);
}

}  // namespace

absl::StatusOr<std::string> ReadBankFile(sql::Transaction& tx, const Actor& actor,
                                         const crypto::Sealer& sealer,
                                         const BankFileReading& reading) {
  JZ_ASSIGN_OR_RETURN(std::optional<Batch> batch, FindBatch(tx, actor.scope, reading.batch));
  if (!batch.has_value()) return BatchNotFound(reading.batch);
  JZ_RETURN_IF_ERROR(RequireApproved(*batch));
  JZ_ASSIGN_OR_RETURN(std::vector<Line> lines, LoadLines(tx, batch->id));
  std::vector<BankOrder> orders;
  orders.reserve(lines.size());
  for (const Line& line : lines) {
    BankOrder& order = orders.emplace_back();
    order.line = &line;
    if (line.bank_account_sealed.empty()) continue;
    JZ_ASSIGN_OR_RETURN(order.bank_account,
                        sealer.Open(kBankAccountContext, line.bank_account_sealed));
  }
  JZ_RETURN_IF_ERROR(InsertBankFileReading(tx, reading, actor.author));
  return WriteBankFile(orders);
}

absl::StatusOr<AppliedReceipt> ApplyReceipt(sql::Transaction& tx, const Actor& actor,
                                            ReceiptFile& file) {
  JZ_ASSIGN_OR_RETURN(std::optional<Batch> batch, LockBatch(tx, actor.scope, file.batch));
  if (!batch.has_value()) return BatchNotFound(file.batch);
  JZ_RETURN_IF_ERROR(RequireApproved(*batch));
  JZ_RETURN_IF_ERROR(auth::RequireDifferentPerson(batch->created_by, actor.author.subject));
  JZ_ASSIGN_OR_RETURN(std::vector<Line> lines, LoadLines(tx, batch->id));
  JZ_ASSIGN_OR_RETURN(ReceiptEffect effect, MatchReceipt(lines, file.rows, actor.author.now));

  AppliedReceipt applied{.batch = *std::move(batch),
                         .totals = {},
                         .new_paid_count = static_cast<int>(effect.paid.size()),
                         .new_returned_count = static_cast<int>(effect.returned.size()),
                         .known_count = effect.known_count};
  const bool changes = applied.new_paid_count + applied.new_returned_count > 0;
  if (changes) {
    JZ_RETURN_IF_ERROR(SaveEffect(tx, actor, file, effect));
    if (effect.paid_fen > 0) {
      JZ_RETURN_IF_ERROR(
          Resolve(tx, applied.batch, TransferKind::kPostPending, effect.paid_fen, file.posted));
    }
  }
  JZ_ASSIGN_OR_RETURN(std::vector<BatchTotals> totals, SumLines(tx, {&applied.batch.id, 1}));
  applied.totals = totals[0];
  if (!changes) return applied;

  std::vector<common::v1::Change> published;
  published.reserve(effect.paid.size() + 1);
  for (const Line& line : effect.paid) published.push_back(PaymentChange(applied.batch, line));
  if (effect.complete) {
    JZ_RETURN_IF_ERROR(Close(tx, actor, file.released, applied));
    published.push_back(BatchChange(applied.batch, actor.author.now));
  }
  JZ_RETURN_IF_ERROR(feed::Publish(tx, std::move(published)));
  return applied;
}

}  // namespace jz::funds
