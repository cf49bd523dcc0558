#include "services/funds/convert_disbursement.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "common/crypto/mask.h"
#include "common/feed/households.h"
#include "common/status/status.h"
#include "services/funds/etag.h"
#include "services/funds/fields.h"
#include "services/funds/timestamps.h"
#include "services/funds/use_case_receipt.h"

namespace jz::funds {
namespace {

constexpr int kMaxLinesOfRequest = 1000;
constexpr int64_t kMaxItems = 1'000'000'000;
constexpr size_t kLeastBankAccount = 6;
constexpr size_t kMostBankAccount = 34;

bool IsBankAccount(absl::string_view text) {
  return text.size() >= kLeastBankAccount && text.size() <= kMostBankAccount &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isdigit(c) || absl::ascii_isupper(c);
         });
}

// Which fields go together: money needs a budget line and an account, goods need a count.
void CheckMoneyAndGoods(const Batch& batch, Fields& fields) {
  const bool goods = !batch.item.empty();
  fields.Require(goods || batch.declared_total_fen > 0, "declared_total_fen", "REQUIRED",
                 "0 only when goods are handed out");
  fields.Require(goods == (batch.declared_item_total > 0), "declared_item_total", "ITEM_TOTAL",
                 "at least 1 with an item, 0 without");
  const bool money = batch.declared_total_fen > 0;
  fields.Require(money == !batch.budget_line.empty(), "budget_line", "REQUIRED_FOR_MONEY",
                 "exactly when money is paid");
  fields.Require(money == !batch.paying_account.empty(), "paying_account", "REQUIRED_FOR_MONEY",
                 "exactly when money is paid");
  fields.Require(batch.project.empty() || money, "project", "REQUIRED_FOR_MONEY",
                 "only when money is paid");
}

absl::StatusOr<Line> LineFrom(const v1::AddDisbursementLinesRequest::NewLine& from, Fields fields,
                              const crypto::Sealer& sealer) {
  Line line;
  line.client_line_id = fields.Code("client_line_id", from.client_line_id(), 1, 64, "._-");
  line.household = fields.Name<HouseholdId>("household", from.household()).value();
  line.person = fields.Name<PersonId>("person", from.person(), false).value();
  line.payee_name = fields.Text("payee_name", from.payee_name(), 0, 100);
  line.amount_fen = fields.Number("amount_fen", from.amount_fen(), 0, kMaxLineFen);
  line.item_count = fields.Number("item_count", from.item_count(), 0, kMaxItems);
  if (from.bank_account().empty()) return line;
  if (!IsBankAccount(from.bank_account())) {
    fields.Bad("bank_account", "FORMAT", "6 to 34 digits and capital letters");
    return line;
  }
  JZ_ASSIGN_OR_RETURN(line.bank_account_sealed,
                      sealer.Seal(kBankAccountContext, from.bank_account()));
  line.bank_account_hash = sealer.Hash(kBankAccountContext, from.bank_account());
  return line;
}

}  // namespace

v1::DisbursementBatch ToProto(const Batch& batch, const BatchTotals& totals) {
  v1::DisbursementBatch proto;
  proto.set_name(batch.id.Name());
  proto.set_region_code(batch.region.ToString());
  proto.set_purpose(batch.purpose);
  if (!batch.budget_line.empty()) proto.set_budget_line(batch.budget_line.Name());
  if (!batch.project.empty()) proto.set_project(batch.project.Name());
  if (!batch.paying_account.empty()) proto.set_paying_account(batch.paying_account.Name());
  proto.set_pay_date(FormatDate(batch.pay_date));
  proto.set_declared_count(batch.declared_count);
  proto.set_declared_total_fen(batch.declared_total_fen);
  proto.set_item(batch.item);
  proto.set_declared_item_total(batch.declared_item_total);
  proto.set_standard_fen(batch.standard_fen);
  proto.set_per(static_cast<v1::PaidPer>(batch.per));
  proto.set_state(static_cast<v1::DisbursementState>(batch.state));
  proto.set_line_count(totals.line_count);
  proto.set_line_total_fen(totals.line_total_fen);
  proto.set_item_total(totals.item_total);
  proto.set_paid_count(totals.paid_count);
  proto.set_paid_total_fen(totals.paid_total_fen);
  proto.set_returned_count(totals.returned_count);
  proto.set_returned_total_fen(totals.returned_total_fen);
  if (!batch.pending_transfer.empty()) proto.set_pending_transfer(batch.pending_transfer.Name());
  proto.set_created_by(batch.created_by);
  *proto.mutable_created_at() = ToTimestamp(batch.created_at);
  proto.set_approved_by(batch.approved_by);
  if (!batch.approved_by.empty()) *proto.mutable_approved_at() = ToTimestamp(batch.approved_at);
  proto.set_reject_reason(batch.reject_reason);
  proto.set_etag(EtagOf(batch.version));
  return proto;
}

v1::CheckDisbursementBatchResponse ToProto(const BatchCheck& check) {
  v1::CheckDisbursementBatchResponse proto;
  const Batch& batch = check.batch;
  proto.set_line_count(check.totals.line_count);
  proto.set_line_total_fen(check.totals.line_total_fen);
  proto.set_item_total(check.totals.item_total);
  proto.set_count_differs(check.totals.line_count != batch.declared_count);
  proto.set_total_differs(check.totals.line_total_fen != batch.declared_total_fen);
  proto.set_item_total_differs(check.totals.item_total != batch.declared_item_total);
  for (const RefusedLine& line : check.refused) {
    v1::RefusedLine& to = *proto.add_refused_lines();
    to.set_client_line_id(line.client_line_id);
    to.set_reason(line.reason);
  }
  proto.set_ok(CheckDeclaration(batch, check.totals).ok() && check.refused.empty());
  return proto;
}

absl::StatusOr<v1::DisbursementLine> ToProto(const Payment& payment, const crypto::Sealer& sealer) {
  const Line& line = payment.line;
  v1::DisbursementLine proto;
  proto.set_name(line.id.Name());
  proto.set_batch(line.batch.Name());
  proto.set_line_number(line.number);
  proto.set_client_line_id(line.client_line_id);
  proto.set_household(HouseholdId(line.household).Name());
  if (line.person != 0) proto.set_person(PersonId(line.person).Name());
  proto.set_region_code(line.region.ToString());
  proto.set_payee_name(crypto::MaskName(line.payee_name, crypto::Purpose::kList));
  if (!line.bank_account_sealed.empty()) {
    JZ_ASSIGN_OR_RETURN(std::string account,
                        sealer.Open(kBankAccountContext, line.bank_account_sealed));
    proto.set_bank_account(crypto::MaskAccount(account, crypto::Purpose::kList));
  }
  proto.set_amount_fen(line.amount_fen);
  proto.set_item_count(line.item_count);
  proto.set_result(static_cast<v1::LineResult>(line.result));
  proto.set_bank_reference(line.bank_reference);
  if (line.result != LineResult::kNone) *proto.mutable_result_at() = ToTimestamp(line.result_at);
  proto.set_purpose(payment.purpose);
  proto.set_pay_date(FormatDate(payment.pay_date));
  proto.set_item(payment.item);
  return proto;
}

absl::StatusOr<Batch> FromProto(const rpc::CallContext& ctx,
                                const v1::CreateDisbursementBatchRequest& request) {
  Violations violations;
  Fields fields(violations);
  Batch batch;
  batch.region = fields.Region("region_code", request.region_code());
  batch.purpose = fields.Code("purpose", request.purpose(), 1, 40, "_");
  batch.budget_line = fields.Name<BudgetLineId>("budget_line", request.budget_line(), false);
  batch.project = fields.Name<ProjectId>("project", request.project(), false);
  batch.paying_account = fields.Name<AccountId>("paying_account", request.paying_account(), false);
  batch.pay_date = fields.Day("pay_date", request.pay_date());
  batch.declared_count = static_cast<int>(
      fields.Number("declared_count", request.declared_count(), 1, kMaxLinesOfBatch));
  batch.declared_total_fen = fields.Fen("declared_total_fen", request.declared_total_fen(), 0);
  batch.item = fields.Code("item", request.item(), 0, 40, "_");
  batch.declared_item_total = fields.Number("declared_item_total", request.declared_item_total(), 0,
                                            kMaxItems * kMaxLinesOfBatch);
  batch.standard_fen = fields.Fen("standard_fen", request.standard_fen(), 0);
  batch.per = fields.Enum<PaidPer>("per", request.per(), v1::PaidPer_MAX);
  batch.created_by = ctx.subject();
  batch.created_at = ctx.now;
  CheckMoneyAndGoods(batch, fields);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return batch;
}

absl::StatusOr<LinesRequest> FromProto(const v1::AddDisbursementLinesRequest& request,
                                       const crypto::Sealer& sealer) {
  Violations violations;
  LinesRequest lines;
  lines.batch = Fields(violations).Name<BatchId>("name", request.name());
  const int count = request.lines_size();
  if (count < 1 || count > kMaxLinesOfRequest) violations.Add("lines", "RANGE", "1 to 1000 lines");
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < count && i < kMaxLinesOfRequest; ++i) {
    Fields fields(violations, "lines", i);
    JZ_ASSIGN_OR_RETURN(Line line, LineFrom(request.lines(i), fields, sealer));
    fields.Require(seen.insert(line.client_line_id).second, "client_line_id", "DUPLICATE",
                   "twice in this request");
    lines.lines.push_back(std::move(line));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return lines;
}

absl::StatusOr<RemoveRequest> FromProto(const v1::RemoveDisbursementLinesRequest& request) {
  Violations violations;
  RemoveRequest remove;
  remove.batch = Fields(violations).Name<BatchId>("name", request.name());
  const int count = request.client_line_ids_size();
  if (count < 1 || count > kMaxLinesOfRequest) {
    violations.Add("client_line_ids", "RANGE", "1 to 1000 ids");
  }
  remove.client_line_ids.assign(request.client_line_ids().begin(), request.client_line_ids().end());
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return remove;
}

}  // namespace jz::funds
