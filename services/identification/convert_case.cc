// Requests of CaseService to values.
#include "services/identification/convert_case.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/identification/domain/csv.h"
#include "services/identification/domain/procedure.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

constexpr int kMaxReason = 64;
constexpr int kMaxAttendance = 100'000;
constexpr int kMaxPeriodDays = 731;

// Text that may have several lines.
void CheckLines(std::string text, int least, int most, const std::string& field,
                Violations& violations) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  CheckLength(text, least, most, field, violations);
}

void CheckReason(const std::string& reason, const std::string& field, Violations& violations) {
  bool fits = !reason.empty() && reason.size() <= kMaxReason && absl::ascii_isupper(reason[0]) &&
              std::all_of(reason.begin(), reason.end(), [](char c) {
                return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
              });
  if (!fits) {
    violations.Add(field, "REASON_FORMAT", "1 to 64 upper-case letters, digits and underscores");
  }
}

template <class IdType>
IdType IdFrom(const std::string& name, const std::string& field, Violations& violations) {
  absl::StatusOr<IdType> id = IdType::Parse(name);
  if (!id.ok()) violations.Add(field, "RESOURCE_NAME_FORMAT", "not a name of this collection");
  return id.value_or(IdType());
}

template <class IdType>
IdType IdOrEmpty(const std::string& name, const std::string& field, Violations& violations) {
  return name.empty() ? IdType() : IdFrom<IdType>(name, field, violations);
}

// Names of cases, each once.
template <class Names>
std::vector<CaseId> CaseIdsFrom(const Names& names, Violations& violations) {
  if (names.size() > kMaxBatch) {
    violations.Add("cases", "BATCH_TOO_LARGE", "at most 1,000 in a call");
    return {};
  }
  std::vector<CaseId> ids;
  std::set<CaseId> seen;
  for (int i = 0; i < names.size(); ++i) {
    std::string field = absl::StrCat("cases[", i, "]");
    CaseId id = IdFrom<CaseId>(names[i], field, violations);
    if (!id.empty() && !seen.insert(id).second) {
      violations.Add(field, "DUPLICATE", "the same case comes twice");
    }
    ids.push_back(id);
  }
  return ids;
}

void AddException(const v1::CaseOutcome& from, const std::string& field, StepCommand& command,
                  Violations& violations) {
  CaseId id = IdFrom<CaseId>(from.case_(), field + ".case", violations);
  CaseException exception{.rejection_reason = from.rejection_reason(), .votes = std::nullopt};
  if (!exception.rejection_reason.empty()) {
    CheckReason(exception.rejection_reason, field + ".rejection_reason", violations);
  }
  if (from.has_votes()) {
    exception.votes = Votes{.in_favour = from.votes().votes_for(),
                            .against = from.votes().votes_against(),
                            .abstained = from.votes().abstained()};
    if (!IsMeeting(command.step)) {
      violations.Add(field + ".votes", "VOTES_WITHOUT_MEETING", "nobody votes at this step");
    } else if (!VotesFit(*exception.votes, command.attendance)) {
      violations.Add(field + ".votes", "VOTES_EXCEED_ATTENDANCE",
                     "votes are not negative and not more than the persons present");
    }
  }
  const std::vector<CaseId>& only = command.only;
  if (!only.empty() && std::find(only.begin(), only.end(), id) == only.end()) {
    violations.Add(field + ".case", "CASE_NOT_SELECTED", "not one of `cases`");
  }
  if (!command.exceptions.emplace(id, exception).second) {
    violations.Add(field + ".case", "DUPLICATE", "the same case comes twice");
  }
}

template <class Request>
void SetExceptions(const Request& request, StepCommand& command, Violations& violations) {
  if (request.outcomes_size() > kMaxBatch) {
    violations.Add("outcomes", "BATCH_TOO_LARGE", "at most 1,000 in a call");
    return;
  }
  for (int i = 0; i < request.outcomes_size(); ++i) {
    AddException(request.outcomes(i), absl::StrCat("outcomes[", i, "]"), command, violations);
  }
}

void SetMeeting(const v1::Meeting& meeting, StepCommand& command, Violations& violations) {
  command.attendance = meeting.attendance();
  command.votes = {.in_favour = meeting.votes_for(),
                   .against = meeting.votes_against(),
                   .abstained = meeting.abstained()};
  command.reference = meeting.minutes();
  if (command.attendance < 1 || command.attendance > kMaxAttendance) {
    violations.Add("meeting.attendance", "ATTENDANCE_RANGE", "1 to 100,000");
  }
  if (!VotesFit(command.votes, command.attendance)) {
    violations.Add("meeting", "VOTES_EXCEED_ATTENDANCE",
                   "votes are not negative and not more than the persons present");
  }
  CheckLength(command.reference, 0, 200, "meeting.minutes", violations);
}

template <class Request>
StepCommand CommandBase(const Request& request, CaseStep step, Violations& violations) {
  StepCommand command;
  command.step = step;
  command.campaign = IdOrEmpty<CampaignId>(request.campaign(), "campaign", violations);
  command.region = RegionFrom(request.region_code(), "region_code", violations);
  return command;
}

template <class Request>
absl::StatusOr<StepCommand> MeetingCommand(const Request& request, CaseStep step) {
  Violations violations;
  StepCommand command = CommandBase(request, step, violations);
  command.only = CaseIdsFrom(request.cases(), violations);
  command.held_on = DateFrom(request.held_on(), "held_on", violations);
  SetMeeting(request.meeting(), command, violations);
  SetExceptions(request, command, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return command;
}

template <class Request>
absl::StatusOr<StepCommand> DocumentCommand(const Request& request, CaseStep step) {
  Violations violations;
  StepCommand command = CommandBase(request, step, violations);
  command.only = CaseIdsFrom(request.cases(), violations);
  command.held_on = DateFrom(request.held_on(), "held_on", violations);
  command.reference = request.reference();
  CheckLength(command.reference, 0, 200, "reference", violations);
  SetExceptions(request, command, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return command;
}

void CheckPeriod(Date start, Date end, Violations& violations) {
  if (end < start) violations.Add("period_end", "PERIOD_ORDER", "not before period_start");
}

}  // namespace

absl::StatusOr<NewCampaign> CampaignFrom(const v1::CreateCampaignRequest& request, Date today) {
  Violations violations;
  NewCampaign campaign{.region = RegionFrom(request.region_code(), "region_code", violations),
                       .title = request.title(),
                       .period_start = DateFrom(request.period_start(), "period_start", violations),
                       .period_end = DateFrom(request.period_end(), "period_end", violations)};
  if (campaign.region == RegionCode() && RegionCode::Parse(request.region_code()).ok()) {
    violations.Add("region_code", "REGION_LEVEL", "a province or a region inside one");
  }
  CheckLength(campaign.title, 1, 100, "title", violations);
  CheckPeriod(campaign.period_start, campaign.period_end, violations);
  if (campaign.period_end - campaign.period_start >= kMaxPeriodDays) {
    violations.Add("period_end", "PERIOD_LENGTH", "at most 731 days");
  }
  if (campaign.period_start > today) {
    violations.Add("period_start", "DATE_IN_FUTURE", "not in the future");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return campaign;
}

absl::StatusOr<std::vector<SingleProposal>> ProposalsFrom(const v1::CreateCasesRequest& request) {
  Violations violations;
  CheckBatch("proposals", request.proposals_size(), kMaxBatch, violations);
  if (request.proposals_size() > kMaxBatch) return violations.ToStatus();
  std::vector<SingleProposal> proposals;
  std::set<HouseholdId> seen;
  for (int i = 0; i < request.proposals_size(); ++i) {
    const auto& from = request.proposals(i);
    std::string field = absl::StrCat("proposals[", i, "]");
    SingleProposal proposal{
        .household = IdFrom<HouseholdId>(from.household(), field + ".household", violations),
        .kind = static_cast<AdjustmentKind>(from.kind()),
        .reason = from.reason(),
        .note = from.note()};
    if (!proposal.household.empty() && !seen.insert(proposal.household).second) {
      violations.Add(field + ".household", "DUPLICATE", "the same household comes twice");
    }
    if (from.kind() == v1::ADJUSTMENT_KIND_UNSPECIFIED ||
        !v1::AdjustmentKind_IsValid(from.kind())) {
      violations.Add(field + ".kind", "KIND_REQUIRED", "what is proposed");
    }
    CheckReason(proposal.reason, field + ".reason", violations);
    CheckLines(proposal.note, 0, 500, field + ".note", violations);
    proposals.push_back(std::move(proposal));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return proposals;
}

absl::StatusOr<std::vector<CaseId>> CasesFrom(const v1::ReassessCasesRequest& request) {
  Violations violations;
  if (request.cases().empty()) violations.Add("cases", "BATCH_EMPTY", "give at least one");
  std::vector<CaseId> ids = CaseIdsFrom(request.cases(), violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return ids;
}

absl::StatusOr<CasePage> PageFrom(const v1::ListCasesRequest& request) {
  Violations violations;
  CasePage page;
  if (!request.campaign().empty()) {
    page.campaign = IdFrom<CampaignId>(request.campaign(), "campaign", violations);
  }
  for (int state : request.states()) {
    if (state == 0 || !v1::CaseState_IsValid(state)) {
      violations.Add("states", "STATE_UNKNOWN", "no such state");
    }
    page.states.push_back(static_cast<CaseState>(state));
  }
  for (int kind : request.kinds()) {
    if (kind == 0 || !v1::AdjustmentKind_IsValid(kind)) {
      violations.Add("kinds", "KIND_UNKNOWN", "no such kind");
    }
    page.kinds.push_back(static_cast<AdjustmentKind>(kind));
  }
  page.awaiting = static_cast<CaseStep>(request.awaiting());
  page.household = IdOrEmpty<HouseholdId>(request.household(), "household", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return page;
}

absl::StatusOr<NoticePage> PageFrom(const v1::ListNoticesRequest& request) {
  Violations violations;
  NoticePage page;
  page.campaign = IdOrEmpty<CampaignId>(request.campaign(), "campaign", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return page;
}

absl::StatusOr<ObjectionPage> PageFrom(const v1::ListObjectionsRequest& request) {
  Violations violations;
  ObjectionPage page;
  page.case_id = IdOrEmpty<CaseId>(request.case_(), "case", violations);
  if (request.state() != v1::OBJECTION_STATE_UNSPECIFIED) {
    page.state = static_cast<ObjectionState>(request.state());
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return page;
}

absl::StatusOr<FlowQuestion> QuestionFrom(const v1::ComputeFlowsRequest& request) {
  Violations violations;
  RegionCode region = RegionFrom(request.region_code(), "region_code", violations);
  Period period{.start = DateFrom(request.period_start(), "period_start", violations),
                .end = DateFrom(request.period_end(), "period_end", violations)};
  CheckPeriod(period.start, period.end, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return FlowQuestion{.region = region, .period = period};
}

absl::StatusOr<StepCommand> CommandFrom(const v1::RecordGroupAssessmentsRequest& request) {
  return MeetingCommand(request, CaseStep::kGroupAssessment);
}

absl::StatusOr<StepCommand> CommandFrom(const v1::RecordVillageDeliberationsRequest& request) {
  return MeetingCommand(request, CaseStep::kVillageDeliberation);
}

absl::StatusOr<StepCommand> CommandFrom(const v1::VerifyCasesRequest& request) {
  return DocumentCommand(request, CaseStep::kTownshipVerification);
}

absl::StatusOr<StepCommand> CommandFrom(const v1::DecideCasesRequest& request) {
  return DocumentCommand(request, CaseStep::kCountyDecision);
}

absl::StatusOr<StepCommand> CommandFrom(const v1::OpenPublicityRequest& request) {
  Violations violations;
  StepCommand command = CommandBase(request, CaseStep::kPublicity, violations);
  command.held_on = DateFrom(request.posted_on(), "posted_on", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return command;
}

absl::StatusOr<StepCommand> CommandFrom(const v1::ConcludePublicityRequest& request) {
  Violations violations;
  StepCommand command = CommandBase(request, CaseStep::kConclusion, violations);
  command.held_on = DateFrom(request.concluded_on(), "concluded_on", violations);
  if (!request.effective_date().empty()) {
    command.effective_date = DateFrom(request.effective_date(), "effective_date", violations);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return command;
}

absl::StatusOr<FiledObjection> ObjectionFrom(const v1::FileObjectionRequest& request) {
  Violations violations;
  FiledObjection objection{.case_id = IdFrom<CaseId>(request.case_(), "case", violations),
                           .text = request.text(),
                           .objector_name = request.objector_name()};
  CheckLines(objection.text, 1, 2000, "text", violations);
  CheckLength(objection.objector_name, 0, 64, "objector_name", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return objection;
}

absl::StatusOr<ObjectionAnswer> AnswerFrom(const v1::AnswerObjectionRequest& request) {
  Violations violations;
  ObjectionAnswer answer{.id = IdFrom<ObjectionId>(request.name(), "name", violations),
                         .outcome = static_cast<ObjectionState>(request.outcome()),
                         .answer = request.answer()};
  if (request.outcome() != v1::OBJECTION_STATE_UPHELD &&
      request.outcome() != v1::OBJECTION_STATE_DISMISSED) {
    violations.Add("outcome", "OUTCOME_REQUIRED", "UPHELD or DISMISSED");
  }
  CheckLines(answer.answer, 1, 2000, "answer", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return answer;
}

}  // namespace jz::identification
