// Values of cases to messages.
#include "google/protobuf/util/time_util.h"
#include "services/identification/convert_case.h"
#include "services/identification/domain/decision.h"

namespace jz::identification {
namespace {

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

std::string FormatOptional(const std::optional<Date>& date) {
  return date ? FormatDate(*date) : std::string();
}

template <class Id>
std::string NameOrEmpty(Id id) {
  return id.empty() ? std::string() : id.Name();
}

v1::AdjustmentKind ToMessage(AdjustmentKind kind) { return static_cast<v1::AdjustmentKind>(kind); }

v1::Count ToMessage(const Count& count) {
  v1::Count message;
  message.set_households(count.households);
  message.set_persons(count.persons);
  return message;
}

v1::Stock ToMessage(const Stock& stock) {
  v1::Stock message;
  *message.mutable_total() = ToMessage(stock.total);
  *message.mutable_registered() = ToMessage(stock.registered);
  *message.mutable_exited() = ToMessage(stock.exited);
  return message;
}

v1::Flow ToMessage(const Flow& flow) {
  v1::Flow message;
  message.set_households(flow.all.households);
  message.set_persons(flow.all.persons);
  message.set_registered_households(flow.registered.households);
  message.set_registered_persons(flow.registered.persons);
  return message;
}

}  // namespace

v1::Campaign ToMessage(const Campaign& campaign) {
  v1::Campaign message;
  message.set_name(campaign.id.Name());
  message.set_region_code(campaign.region.ToString());
  message.set_title(campaign.title);
  message.set_period_start(FormatDate(campaign.period_start));
  message.set_period_end(FormatDate(campaign.period_end));
  message.set_procedure(campaign.procedure);
  message.set_state(static_cast<v1::CampaignState>(campaign.state));
  message.set_job(jobs::JobId(campaign.job).Name());
  message.set_created_by(campaign.created_by);
  *message.mutable_create_time() = ToTimestamp(campaign.created_at);
  return message;
}

v1::CaseCount ToMessage(const CaseCount& count) {
  v1::CaseCount message;
  message.set_kind(ToMessage(count.kind));
  message.set_state(static_cast<v1::CaseState>(count.state));
  message.set_awaiting(static_cast<v1::CaseStep>(count.awaiting));
  message.set_count(count.count);
  return message;
}

v1::Case ToMessage(const Case& item) {
  v1::Case message;
  message.set_name(item.id.Name());
  message.set_campaign(NameOrEmpty(item.campaign));
  message.set_household(item.household.Name());
  message.set_region_code(item.region.ToString());
  message.set_kind(ToMessage(item.kind));
  message.set_reason(item.reason);
  message.set_state(static_cast<v1::CaseState>(item.state));
  message.set_awaiting(static_cast<v1::CaseStep>(item.awaiting));
  message.set_closing_reason(item.closing_reason);
  message.set_planned_exit_year(item.planned_exit_year);
  message.set_last_step_on(FormatOptional(item.last_step_on));
  message.set_decided_on(FormatOptional(item.decided_on));
  message.set_notice(NameOrEmpty(item.notice));
  message.set_effective_date(FormatOptional(item.effective_date));
  message.set_supersedes(NameOrEmpty(item.supersedes));
  message.set_proposed_by(item.proposed_by);
  *message.mutable_create_time() = ToTimestamp(item.created_at);
  return message;
}

v1::Assessment ToMessage(const CaseAssessment& assessment, const Case& item) {
  v1::Assessment message;
  message.set_rule(assessment.rule);
  const RuleText text = TextOfRule(assessment.rule);
  message.set_rule_text_zh(std::string(text.zh));
  message.set_rule_text_en(std::string(text.en));
  message.set_household_state(static_cast<v1::HouseholdState>(assessment.household_state));
  message.set_household_version(item.household_version);
  message.set_member_count(item.member_count);
  message.set_able_to_work_count(assessment.able_to_work_count);
  message.set_income_year(assessment.income_year);
  message.set_net_income_per_head_fen(assessment.net_income_per_head_fen);
  message.set_previous_net_income_per_head_fen(assessment.previous_net_income_per_head_fen);
  message.set_poverty_line_fen(assessment.line.fen);
  message.set_poverty_line_region_code(assessment.line.region.ToString());
  message.set_poverty_line_valid_from(FormatOptional(assessment.line.valid_from));
  for (const std::string& failed : assessment.failed_guarantees) {
    message.add_failed_guarantees(failed);
  }
  for (const std::string& kind : assessment.exclusion_kinds) message.add_exclusion_kinds(kind);
  message.set_note(assessment.note);
  return message;
}

v1::StepRecord ToMessage(const RecordedStep& step) {
  v1::StepRecord message;
  message.set_step(static_cast<v1::CaseStep>(step.step));
  message.set_passed(step.passed);
  message.set_reason(step.reason);
  message.set_held_on(FormatDate(step.held_on));
  if (step.votes) {
    v1::Meeting& meeting = *message.mutable_meeting();
    meeting.set_attendance(step.attendance);
    meeting.set_votes_for(step.votes->in_favour);
    meeting.set_votes_against(step.votes->against);
    meeting.set_abstained(step.votes->abstained);
    meeting.set_minutes(step.reference);
  }
  message.set_reference(step.reference);
  message.set_recorded_by(step.recorded_by);
  *message.mutable_record_time() = ToTimestamp(step.recorded_at);
  return message;
}

v1::StepSummary ToMessage(const StepResult& result) {
  v1::StepSummary message;
  message.set_passed_count(result.passed_count);
  message.set_rejected_count(result.rejected_count);
  message.set_refused_count(result.refused.count);
  for (const CaseRefusal& from : result.refused.first) {
    v1::RefusedCase& to = *message.add_refused();
    to.set_case_(from.case_id.Name());
    to.set_reason(from.reason);
  }
  for (NoticeId notice : result.notices) message.add_notices(notice.Name());
  return message;
}

v1::Notice ToMessage(const Notice& notice) {
  v1::Notice message;
  message.set_name(notice.id.Name());
  message.set_campaign(NameOrEmpty(notice.campaign));
  message.set_region_code(notice.region.ToString());
  message.set_posted_on(FormatDate(notice.posted_on));
  message.set_days(notice.days);
  message.set_ends_on(FormatDate(notice.ends_on));
  message.set_posted_by(notice.posted_by);
  message.set_case_count(notice.case_count);
  return message;
}

v1::NoticeEntry ToMessage(const NoticeEntry& entry) {
  v1::NoticeEntry message;
  message.set_head_name(crypto::MaskName(entry.head_name, crypto::Purpose::kPublicity));
  message.set_group_name(entry.group_name);
  message.set_kind(ToMessage(entry.kind));
  message.set_reason(PublicReason(entry.reason));
  return message;
}

v1::Objection ToMessage(const Objection& objection, crypto::Purpose purpose) {
  v1::Objection message;
  message.set_name(objection.id.Name());
  message.set_case_(objection.case_id.Name());
  message.set_notice(objection.notice.Name());
  message.set_region_code(objection.region.ToString());
  message.set_text(objection.text);
  message.set_objector_name(crypto::MaskName(objection.objector_name, purpose));
  message.set_state(static_cast<v1::ObjectionState>(objection.state));
  message.set_answer(objection.answer);
  message.set_filed_by(objection.filed_by);
  *message.mutable_create_time() = ToTimestamp(objection.filed_at);
  if (objection.state != ObjectionState::kOpen) {
    message.set_answered_by(objection.answered_by);
    *message.mutable_answer_time() = ToTimestamp(objection.answered_at);
  }
  return message;
}

v1::Flows ToMessage(const Flows& flows, RegionCode region, const Period& period) {
  v1::Flows message;
  message.set_region_code(region.ToString());
  message.set_period_start(FormatDate(period.start));
  message.set_period_end(FormatDate(period.end));
  *message.mutable_opening() = ToMessage(flows.opening);
  *message.mutable_removed_wrongly_admitted() = ToMessage(flows.removed_wrongly_admitted);
  *message.mutable_closed_by_death() = ToMessage(flows.closed_by_death);
  *message.mutable_closed_otherwise() = ToMessage(flows.closed_otherwise);
  *message.mutable_exited() = ToMessage(flows.exited);
  *message.mutable_reverted_exit() = ToMessage(flows.reverted_exit);
  *message.mutable_relapsed() = ToMessage(flows.relapsed);
  *message.mutable_newly_admitted() = ToMessage(flows.newly_admitted);
  *message.mutable_retained() = ToMessage(flows.retained);
  *message.mutable_person_natural_decrease() = ToMessage(flows.person_natural_decrease);
  *message.mutable_person_natural_increase() = ToMessage(flows.person_natural_increase);
  *message.mutable_within_period() = ToMessage(flows.within_period);
  *message.mutable_joined_by_split() = ToMessage(flows.joined_by_split);
  *message.mutable_left_by_merge() = ToMessage(flows.left_by_merge);
  *message.mutable_closing() = ToMessage(flows.closing);
  for (const FlowCheck& from : CheckFlows(flows)) {
    v1::FlowCheck& to = *message.add_checks();
    to.set_name(from.name);
    to.set_computed(from.computed);
    to.set_closing(from.closing);
    to.set_equal(from.computed == from.closing);
  }
  return message;
}

}  // namespace jz::identification
