#include "services/identification/use_case_assess.h"

#include "absl/container/flat_hash_map.h"
#include "common/status/status.h"
#include "services/identification/store/assessment_store.h"
#include "services/identification/store/income_store.h"

namespace jz::identification {
namespace {

using FactsById = absl::flat_hash_map<HouseholdId, HouseholdFacts*>;

HouseholdFacts FactsOf(const Household& household) {
  HouseholdFacts facts;
  facts.state = household.state;
  facts.member_count = household.member_count;
  facts.able_to_work_count = household.able_to_work_count;
  facts.net_income_per_head_fen = household.net_income_per_head_fen;
  facts.previous_net_income_per_head_fen = household.previous_net_income_per_head_fen;
  facts.housing = household.housing;
  facts.safe_water = household.safe_water;
  facts.education_ok = household.education_ok;
  facts.medical_ok = household.medical_ok;
  facts.exclusion_kinds = household.exclusion_kinds;
  return facts;
}

absl::Status AddIncomeYears(sql::Transaction& tx, absl::Span<const HouseholdId> ids,
                            FactsById& facts) {
  JZ_ASSIGN_OR_RETURN(auto incomes, LoadLatestIncomes(tx, ids));
  for (const HouseholdIncome& income : incomes) {
    facts.at(income.household)->income_year = income.statement.year;
  }
  return absl::OkStatus();
}

absl::Status AddDepartures(sql::Transaction& tx, FactsById& facts) {
  std::vector<HouseholdId> empty;
  for (const auto& [id, one] : facts) {
    if (one->member_count == 0) empty.push_back(id);
  }
  JZ_ASSIGN_OR_RETURN(auto departures, LoadDepartures(tx, empty));
  for (const HouseholdDeparture& departure : departures) {
    facts.at(departure.household)->departures.push_back(departure.departure);
  }
  return absl::OkStatus();
}

absl::Status AddAdmissionIncomes(sql::Transaction& tx, PolicyCache& policies,
                                 absl::Span<const Household> households, FactsById& facts) {
  std::vector<HouseholdId> registered;
  absl::flat_hash_map<HouseholdId, RegionCode> regions;
  for (const Household& household : households) {
    if (household.state != HouseholdState::kRegistered) continue;
    registered.push_back(household.id);
    regions[household.id] = household.region;
  }
  JZ_ASSIGN_OR_RETURN(auto incomes, LoadAdmissionIncomes(tx, registered));
  for (const AdmissionIncome& income : incomes) {
    JZ_ASSIGN_OR_RETURN(auto line, policies.Find(tx, kPovertyLine, regions.at(income.household),
                                                 income.admitted_on));
    if (line) {
      facts.at(income.household)->poor_when_admitted = income.net_per_head_fen < line->value;
    }
  }
  return absl::OkStatus();
}

NewCase DraftOf(const Household& household, const HouseholdFacts& facts, const PovertyLine& line) {
  NewCase draft;
  draft.item.household = household.id;
  draft.item.region = household.region;
  draft.item.household_version = household.version;
  draft.assessment = {.rule = "",
                      .household_state = facts.state,
                      .able_to_work_count = facts.able_to_work_count,
                      .income_year = facts.income_year,
                      .net_income_per_head_fen = facts.net_income_per_head_fen,
                      .previous_net_income_per_head_fen = facts.previous_net_income_per_head_fen,
                      .line = line,
                      .failed_guarantees = FailedGuarantees(facts),
                      .exclusion_kinds = facts.exclusion_kinds,
                      .note = ""};
  return draft;
}

void ApplyProposal(const Proposal& proposal, const AssessmentTask& task, NewCase& draft) {
  bool open = proposal.outcome == ProposalOutcome::kCase;
  draft.item.campaign = task.campaign.id;
  draft.item.kind = proposal.kind;
  draft.item.reason = proposal.reason;
  draft.item.state = open ? CaseState::kOpen : CaseState::kNotAdmitted;
  draft.item.awaiting = open ? FirstStep(task.procedure) : CaseStep::kNone;
  draft.item.member_count = proposal.member_count;
  draft.item.planned_exit_year = open ? proposal.planned_exit_year : 0;
  draft.item.last_step_on = task.campaign.period_start;
  draft.item.proposed_by = task.proposed_by;
  draft.item.created_at = task.now;
  draft.assessment.rule = proposal.rule;
}

// The same refusal, naming the household.
absl::Status ForHousehold(const absl::Status& status, HouseholdId household) {
  Metadata metadata = {{"household", household.Name()}};
  std::string condition = MetadataOf(status, "condition");
  if (!condition.empty()) metadata.emplace_back("condition", condition);
  return MakeError(status.code(), ReasonOf(status), metadata, status.message());
}

absl::StatusOr<NewCase> DraftSingleCase(sql::Transaction& tx, PolicyCache& policies,
                                        const ProposalTask& task, const Household& household,
                                        const HouseholdFacts& facts,
                                        const SingleProposal& proposal) {
  Date today = DateInShanghai(task.now);
  JZ_ASSIGN_OR_RETURN(PovertyLine line, policies.Line(tx, household.region, today));
  absl::Status admissible = CheckProposal(proposal.kind, facts, line);
  if (!admissible.ok()) return ForHousehold(admissible, household.id);
  JZ_ASSIGN_OR_RETURN(ExitYears years, policies.Exit(tx, household.region, today));

  NewCase draft = DraftOf(household, facts, line);
  draft.item.kind = proposal.kind;
  draft.item.reason = proposal.reason;
  draft.item.awaiting = FirstStep(task.procedure);
  draft.item.member_count = facts.member_count > 0
                                ? facts.member_count
                                : ExtinctionOf(facts.departures, today).member_count;
  draft.item.planned_exit_year = PlannedExitYear(proposal.kind, facts.able_to_work_count, years);
  draft.item.last_step_on = household.state_since;
  draft.item.proposed_by = task.proposed_by;
  draft.item.created_at = task.now;
  draft.assessment.rule = std::string(kRuleProposed);
  draft.assessment.note = proposal.note;
  return draft;
}

}  // namespace

absl::StatusOr<std::optional<Parameter>> PolicyCache::Find(sql::Transaction& tx,
                                                           const std::string& kind,
                                                           RegionCode region, Date date) {
  auto key = std::make_tuple(kind, region, date);
  auto cached = found_.find(key);
  if (cached != found_.end()) return cached->second;
  JZ_ASSIGN_OR_RETURN(auto parameter,
                      ResolveParameter(tx, {.kind = kind, .region = region, .date = date}));
  found_[key] = parameter;
  return parameter;
}

absl::StatusOr<Parameter> PolicyCache::Require(sql::Transaction& tx, const std::string& kind,
                                               RegionCode region, Date date) {
  JZ_ASSIGN_OR_RETURN(auto parameter, Find(tx, kind, region, date));
  if (parameter) return *std::move(parameter);
  return FailedPrecondition(
      "PARAMETER_NOT_FOUND",
      {{"kind", kind}, {"region", region.ToString()}, {"date", FormatDate(date)}},
      "no such parameter holds in the region on that day");
}

absl::StatusOr<PovertyLine> PolicyCache::Line(sql::Transaction& tx, RegionCode region, Date date) {
  JZ_ASSIGN_OR_RETURN(Parameter line, Require(tx, kPovertyLine, region, date));
  return PovertyLine{.fen = line.value, .region = line.region, .valid_from = line.valid_from};
}

absl::StatusOr<ExitYears> PolicyCache::Exit(sql::Transaction& tx, RegionCode region, Date date) {
  auto year = [&](const char* kind) -> absl::StatusOr<int> {
    JZ_ASSIGN_OR_RETURN(auto parameter, Find(tx, kind, region, date));
    return parameter ? static_cast<int>(parameter->value) : 0;
  };
  ExitYears years;
  JZ_ASSIGN_OR_RETURN(years.retained, year(kExitRetained));
  JZ_ASSIGN_OR_RETURN(years.unable_to_work, year(kExitUnableToWork));
  JZ_ASSIGN_OR_RETURN(years.able_to_work_first, year(kExitAbleFirst));
  JZ_ASSIGN_OR_RETURN(years.able_to_work_second, year(kExitAbleSecond));
  return years;
}

absl::StatusOr<std::vector<HouseholdFacts>> LoadFacts(sql::Transaction& tx, PolicyCache& policies,
                                                      absl::Span<const Household> households) {
  std::vector<HouseholdFacts> facts;
  std::vector<HouseholdId> ids;
  for (const Household& household : households) {
    facts.push_back(FactsOf(household));
    ids.push_back(household.id);
  }
  FactsById by_id;
  for (size_t i = 0; i < ids.size(); ++i) by_id[ids[i]] = &facts[i];
  JZ_RETURN_IF_ERROR(AddIncomeYears(tx, ids, by_id));
  JZ_RETURN_IF_ERROR(AddDepartures(tx, by_id));
  JZ_RETURN_IF_ERROR(AddAdmissionIncomes(tx, policies, households, by_id));
  return facts;
}

absl::StatusOr<Assessed> AssessForCampaign(sql::Transaction& tx, PolicyCache& policies,
                                           const AssessmentTask& task,
                                           absl::Span<const Household> households) {
  JZ_ASSIGN_OR_RETURN(auto facts, LoadFacts(tx, policies, households));
  Date policy_day = task.campaign.period_end;
  Assessed assessed;
  for (size_t i = 0; i < households.size(); ++i) {
    RegionCode region = households[i].region;
    AssessmentPolicy policy{
        .line = {}, .exit_years = {}, .period_start = task.campaign.period_start};
    JZ_ASSIGN_OR_RETURN(policy.line, policies.Line(tx, region, policy_day));
    JZ_ASSIGN_OR_RETURN(policy.exit_years, policies.Exit(tx, region, policy_day));
    Proposal proposal = AssessHousehold(facts[i], policy);
    if (proposal.outcome == ProposalOutcome::kNothing) {
      if (facts[i].income_year == 0) assessed.income_unknown.push_back(households[i].id);
      continue;
    }
    NewCase draft = DraftOf(households[i], facts[i], policy.line);
    ApplyProposal(proposal, task, draft);
    assessed.drafts.push_back(std::move(draft));
  }
  return assessed;
}

absl::StatusOr<std::vector<NewCase>> DraftSingleCases(sql::Transaction& tx, PolicyCache& policies,
                                                      const ProposalTask& task,
                                                      absl::Span<const Household> households,
                                                      absl::Span<const SingleProposal> proposals) {
  JZ_ASSIGN_OR_RETURN(auto facts, LoadFacts(tx, policies, households));
  std::vector<NewCase> drafts;
  for (size_t i = 0; i < households.size(); ++i) {
    JZ_ASSIGN_OR_RETURN(NewCase draft,
                        DraftSingleCase(tx, policies, task, households[i], facts[i], proposals[i]));
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace jz::identification
