// Messages of CaseService to values and back; every problem of a request is reported at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/mask.h"
#include "common/rpc/context.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/case.pb.h"
#include "services/identification/domain/case.h"
#include "services/identification/domain/flow.h"
#include "services/identification/store/case_store.h"
#include "services/identification/store/flow_store.h"
#include "services/identification/store/notice_store.h"
#include "services/identification/use_case_assess.h"
#include "services/identification/use_case_campaign.h"
#include "services/identification/use_case_step.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

v1::Campaign ToMessage(const Campaign& campaign);
v1::CaseCount ToMessage(const CaseCount& count);
v1::Case ToMessage(const Case& item);
v1::Assessment ToMessage(const CaseAssessment& assessment, const Case& item);
v1::StepRecord ToMessage(const RecordedStep& step);
v1::StepSummary ToMessage(const StepResult& result);
v1::Notice ToMessage(const Notice& notice);
// As it hangs in public.
v1::NoticeEntry ToMessage(const NoticeEntry& entry);
// The objector's name is masked in lists.
v1::Objection ToMessage(const Objection& objection, crypto::Purpose purpose);
v1::Flows ToMessage(const Flows& flows, RegionCode region, const Period& period);

absl::StatusOr<NewCampaign> CampaignFrom(const v1::CreateCampaignRequest& request, Date today);
absl::StatusOr<std::vector<SingleProposal>> ProposalsFrom(const v1::CreateCasesRequest& request);
absl::StatusOr<std::vector<CaseId>> CasesFrom(const v1::ReassessCasesRequest& request);
// Filters only; page keys are added by the handler.
absl::StatusOr<CasePage> PageFrom(const v1::ListCasesRequest& request);
absl::StatusOr<NoticePage> PageFrom(const v1::ListNoticesRequest& request);
absl::StatusOr<ObjectionPage> PageFrom(const v1::ListObjectionsRequest& request);
struct FlowQuestion {
  RegionCode region;
  Period period;
};
absl::StatusOr<FlowQuestion> QuestionFrom(const v1::ComputeFlowsRequest& request);

// Commands without request_id and canonical request.
absl::StatusOr<StepCommand> CommandFrom(const v1::RecordGroupAssessmentsRequest& request);
absl::StatusOr<StepCommand> CommandFrom(const v1::RecordVillageDeliberationsRequest& request);
absl::StatusOr<StepCommand> CommandFrom(const v1::VerifyCasesRequest& request);
absl::StatusOr<StepCommand> CommandFrom(const v1::DecideCasesRequest& request);
absl::StatusOr<StepCommand> CommandFrom(const v1::OpenPublicityRequest& request);
absl::StatusOr<StepCommand> CommandFrom(const v1::ConcludePublicityRequest& request);

struct FiledObjection {
  CaseId case_id;
  std::string text;
  std::string objector_name;
};
absl::StatusOr<FiledObjection> ObjectionFrom(const v1::FileObjectionRequest& request);
struct ObjectionAnswer {
  ObjectionId id;
  ObjectionState outcome = ObjectionState::kUnspecified;
  std::string answer;
};
absl::StatusOr<ObjectionAnswer> AnswerFrom(const v1::AnswerObjectionRequest& request);

}  // namespace jz::identification
