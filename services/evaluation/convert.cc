#include "services/evaluation/convert.h"

namespace jz::evaluation {

std::vector<Published> FromRequest(const v1::CreateEvaluationRequest& request) {
  std::vector<Published> published;
  for (const v1::PublishedFigure& figure : request.published()) {
    published.push_back({.figure = figure.figure(),
                         .value = figure.value(),
                         .source = figure.source(),
                         .terms = {figure.terms().begin(), figure.terms().end()}});
  }
  return published;
}

void ToMessage(const Flows& flows, v1::Flows& message) {
  auto set = [](const Count& count, v1::Count* out) {
    out->set_households(count.households);
    out->set_persons(count.persons);
  };
  set(flows.opening, message.mutable_opening());
  set(flows.opening_exited, message.mutable_opening_exited());
  set(flows.removed_wrongly_admitted, message.mutable_removed_wrongly_admitted());
  set(flows.closed_by_death, message.mutable_closed_by_death());
  set(flows.closed_otherwise, message.mutable_closed_otherwise());
  set(flows.retained, message.mutable_retained());
  set(flows.exited, message.mutable_exited());
  set(flows.reverted_exit, message.mutable_reverted_exit());
  set(flows.relapsed, message.mutable_relapsed());
  set(flows.newly_admitted, message.mutable_newly_admitted());
  set(flows.members_left, message.mutable_members_left());
  set(flows.members_joined, message.mutable_members_joined());
  set(flows.closing, message.mutable_closing());
  set(flows.closing_exited, message.mutable_closing_exited());
}

void ToMessage(const std::vector<Rate>& rates, v1::Evaluation& message) {
  for (const Rate& rate : rates) {
    v1::Rate& out = *message.add_rates();
    out.set_name(rate.name);
    out.set_numerator(rate.numerator);
    out.set_denominator(rate.denominator);
    out.set_denominator_name(rate.denominator_name);
    if (rate.denominator > 0) out.set_percent(Decimal({rate.numerator * 100, rate.denominator}, 2));
  }
}

void ToMessage(const std::vector<FundTotal>& funds, v1::Evaluation& message) {
  for (const FundTotal& total : funds) {
    v1::FundTotal& out = *message.add_funds();
    out.set_purpose(total.purpose);
    out.set_payment_count(total.payment_count);
    out.set_household_count(total.household_count);
    out.set_total_fen(total.total_fen);
    out.set_standard_fen(total.standard_fen);
    out.set_off_standard_count(total.off_standard_count);
    out.set_item_count(total.item_count);
  }
}

void ToMessage(const Judgement& judgement, v1::Evaluation& message) {
  for (const Check& check : judgement.checks) {
    v1::Check& out = *message.add_checks();
    out.set_figure(check.figure);
    out.set_computed(check.computed);
    out.set_published(check.published);
    out.set_equal(check.equal);
  }
  for (const Finding& finding : judgement.findings) {
    v1::Finding& out = *message.add_findings();
    out.set_reason(finding.reason);
    out.set_subject(finding.subject);
    out.set_text_zh(finding.text_zh);
    out.set_text_en(finding.text_en);
  }
}

}  // namespace jz::evaluation
