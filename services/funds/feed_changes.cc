#include "services/funds/feed_changes.h"

#include "common/feed/households.h"
#include "common/feed/outbox.h"
#include "jingzhun/funds/v1/changes.pb.h"

namespace jz::funds {

namespace v1 = ::jingzhun::funds::v1;

common::v1::Change BudgetLineChange(const BudgetLine& line) {
  v1::BudgetLineCreated payload;
  payload.set_budget_line(line.id.Name());
  payload.set_year(line.year);
  payload.set_purpose(line.purpose);
  payload.set_amount_fen(line.amount_fen);
  payload.set_document_number(line.document_number);
  return feed::MakeChange(line.id.Name(), line.region, 1, line.created_at, payload);
}

common::v1::Change ProjectChange(const Project& project, absl::Time now) {
  v1::ProjectChanged payload;
  payload.set_project(project.id.Name());
  payload.set_budget_line(project.budget_line.Name());
  payload.set_purpose(project.purpose);
  payload.set_amount_fen(project.amount_fen);
  payload.set_state(static_cast<v1::ProjectState>(project.state));
  return feed::MakeChange(project.id.Name(), project.region, project.version, now, payload);
}

common::v1::Change BatchChange(const Batch& batch, absl::Time now) {
  v1::DisbursementBatchChanged payload;
  payload.set_batch(batch.id.Name());
  payload.set_purpose(batch.purpose);
  payload.set_pay_date(FormatDate(batch.pay_date));
  payload.set_state(static_cast<v1::DisbursementState>(batch.state));
  payload.set_declared_count(batch.declared_count);
  payload.set_declared_total_fen(batch.declared_total_fen);
  payload.set_item(batch.item);
  payload.set_declared_item_total(batch.declared_item_total);
  return feed::MakeChange(batch.id.Name(), batch.region, batch.version, now, payload);
}

common::v1::Change PaymentChange(const Batch& batch, const Line& line) {
  v1::PaymentConfirmed payload;
  payload.set_batch(batch.id.Name());
  payload.set_purpose(batch.purpose);
  payload.set_household(HouseholdId(line.household).Name());
  if (line.person != 0) payload.set_person(PersonId(line.person).Name());
  payload.set_amount_fen(line.amount_fen);
  payload.set_standard_fen(batch.standard_fen);
  payload.set_paid_date(FormatDate(batch.pay_date));
  payload.set_item(batch.item);
  payload.set_item_count(line.item_count);
  return feed::MakeChange(line.id.Name(), line.region, 1, line.result_at, payload);
}

}  // namespace jz::funds
