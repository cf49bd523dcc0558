// Bank file, receipts, and lists of lines.
#include "absl/strings/escaping.h"
#include "common/base/sha256.h"
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"
#include "services/funds/convert_disbursement.h"
#include "services/funds/handler.h"
#include "services/funds/service.h"
#include "services/funds/store/disbursement_store.h"
#include "services/funds/use_case_receipt.h"

namespace jz::funds {
namespace {

std::string Sha256Hex(absl::string_view bytes) {
  return absl::BytesToHexString(BytesOf(Sha256(bytes)));
}

Actor ActorOf(const rpc::CallContext& ctx) {
  return {.scope = ctx.scope(), .author = {.subject = ctx.subject(), .now = ctx.now}};
}

absl::StatusOr<v1::BankFile> ReadBankFile(const Deps& deps, const rpc::CallContext& ctx,
                                          const v1::ReadBankFileRequest& request) {
  Violations violations;
  Fields fields(violations);
  BankFileReading reading;
  reading.batch = fields.Name<BatchId>("name", request.name());
  reading.reason = fields.Text("reason", request.reason(), 1, 500);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_ASSIGN_OR_RETURN(reading.id,
                      deps.ids.Next(CountyNear(ctx.scope(), reading.batch.value()), ctx.deadline));
  v1::BankFile file;
  JZ_ASSIGN_OR_RETURN(*file.mutable_data(),
                      deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
                        return funds::ReadBankFile(tx, ActorOf(ctx), deps.sealer, reading);
                      }));
  telemetry::Log(telemetry::Severity::kInfo, "bank file read",
                 {{"batch", request.name()}, {"subject", ctx.subject()}});
  file.set_file_name(absl::StrCat("payments-", EncodeId(reading.batch.value()), ".csv"));
  file.set_sha256(Sha256Hex(file.data()));
  return file;
}

// The whole upload as one message.
absl::StatusOr<v1::UploadBankReceiptRequest> ReadUpload(
    rpc::Reader<v1::UploadBankReceiptRequest>& reader) {
  v1::UploadBankReceiptRequest whole;
  v1::UploadBankReceiptRequest part;
  JZ_ASSIGN_OR_RETURN(bool more, reader.Read(whole));
  while (more) {
    JZ_ASSIGN_OR_RETURN(more, reader.Read(part));
    if (more) whole.mutable_data()->append(part.data());
    if (whole.data().size() > static_cast<size_t>(kMaxReceiptBytes)) {
      return InvalidArgument("RECEIPT_TOO_LARGE", {{"most_bytes", absl::StrCat(kMaxReceiptBytes)}},
                             "the file is larger than 4 MiB");
    }
  }
  return whole;
}

Posting OwnPosting(const rpc::CallContext& ctx, int64_t id) {
  Posting posting;
  posting.transfer.id = TransferId(id);
  posting.transfer.client_id = RandomUuid();
  posting.transfer.created_by = ctx.subject();
  posting.transfer.created_at = ctx.now;
  return posting;
}

absl::StatusOr<v1::UploadBankReceiptResponse> UploadBankReceipt(
    const Deps& deps, const rpc::CallContext& ctx,
    rpc::Reader<v1::UploadBankReceiptRequest>& reader) {
  JZ_ASSIGN_OR_RETURN(v1::UploadBankReceiptRequest request, ReadUpload(reader));
  ReceiptFile file;
  JZ_ASSIGN_OR_RETURN(file.batch, NameOf<BatchId>(request.name()));
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(file.rows, ParseReceipt(request.data()));
  file.sha256 = Sha256Hex(request.data());
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids,
                      deps.ids.Next(CountyNear(ctx.scope(), file.batch.value()), 3, ctx.deadline));
  file.id = ids[0];
  file.posted = OwnPosting(ctx, ids[1]);
  file.released = OwnPosting(ctx, ids[2]);
  using Response = v1::UploadBankReceiptResponse;
  return WriteOnce<Response>(
      deps, ctx, request, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
        JZ_ASSIGN_OR_RETURN(AppliedReceipt applied, ApplyReceipt(tx, ActorOf(ctx), file));
        Response response;
        *response.mutable_batch() = ToProto(applied.batch, applied.totals);
        response.set_new_paid_count(applied.new_paid_count);
        response.set_new_returned_count(applied.new_returned_count);
        response.set_known_count(applied.known_count);
        return response;
      });
}

absl::StatusOr<v1::ListDisbursementLinesResponse> ListDisbursementLines(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::ListDisbursementLinesRequest& request) {
  JZ_ASSIGN_OR_RETURN(BatchId id, NameOf<BatchId>(request.batch()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  using Response = v1::ListDisbursementLinesResponse;
  return deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
    JZ_ASSIGN_OR_RETURN(std::optional<Batch> batch, FindBatch(tx, ctx.scope(), id));
    if (!batch.has_value()) return BatchNotFound(id);
    JZ_ASSIGN_OR_RETURN(std::vector<Line> lines,
                        ListLines(tx, id, static_cast<int>(page.Number(0)), page.limit()));
    Response response;
    response.set_next_page_token(page.Next(lines, [](const Line& last) {
      return std::vector<std::string>{absl::StrCat(last.number)};
    }));
    for (Line& line : lines) {
      const Payment shown = {.line = std::move(line),
                             .purpose = batch->purpose,
                             .pay_date = batch->pay_date,
                             .item = batch->item};
      JZ_ASSIGN_OR_RETURN(*response.add_lines(), ToProto(shown, deps.sealer));
    }
    return response;
  });
}

absl::StatusOr<v1::ListHouseholdPaymentsResponse> ListHouseholdPayments(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::ListHouseholdPaymentsRequest& request) {
  JZ_ASSIGN_OR_RETURN(int64_t household, ParseResourceName("households", request.household()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  JZ_ASSIGN_OR_RETURN(
      std::vector<Payment> payments, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
        return ListPayments(tx, ctx.scope(), household, LineId(page.Number(0)), page.limit());
      }));
  v1::ListHouseholdPaymentsResponse response;
  response.set_next_page_token(page.Next(payments, [](const Payment& last) {
    return std::vector<std::string>{absl::StrCat(last.line.id.value())};
  }));
  for (const Payment& payment : payments) {
    JZ_ASSIGN_OR_RETURN(*response.add_payments(), ToProto(payment, deps.sealer));
  }
  return response;
}

}  // namespace

void AddPayments(rpc::Router& router, const Deps& deps) {
  AddUnary(router, deps, "ReadBankFile", ReadBankFile);
  AddUnary(router, deps, "ListDisbursementLines", ListDisbursementLines);
  AddUnary(router, deps, "ListHouseholdPayments", ListHouseholdPayments);
  router.ClientStream<v1::UploadBankReceiptRequest, v1::UploadBankReceiptResponse>(
      "UploadBankReceipt",
      [&deps](const rpc::CallContext& ctx, rpc::Reader<v1::UploadBankReceiptRequest>& reader) {
        return UploadBankReceipt(deps, ctx, reader);
      });
}

}  // namespace jz::funds
