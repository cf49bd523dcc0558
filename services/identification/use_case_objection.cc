#include "services/identification/use_case_objection.h"

#include "common/status/status.h"
#include "services/identification/store/case_store.h"
#include "services/identification/store/notice_store.h"

namespace jz::identification {

absl::StatusOr<Objection> FileObjection(sql::Transaction& tx, const rpc::CallContext& ctx,
                                        Objection objection) {
  // The lock keeps a conclusion away until the objection is there.
  JZ_ASSIGN_OR_RETURN(auto cases, LockCases(tx, ctx.scope(), {objection.case_id}));
  Metadata metadata = {{"case", objection.case_id.Name()}};
  if (cases.empty()) return NotFound("CASE_NOT_FOUND", metadata, "there is no such case");
  const Case& item = cases.front();
  if (item.awaiting != CaseStep::kConclusion) {
    return FailedPrecondition("NOT_IN_PUBLICITY", metadata, "the case is not in publicity");
  }
  objection.notice = item.notice;
  objection.campaign = item.campaign;
  objection.region = item.region;
  objection.state = ObjectionState::kOpen;
  objection.filed_by = ctx.subject();
  objection.filed_at = ctx.now;
  JZ_RETURN_IF_ERROR(InsertObjection(tx, objection));
  return objection;
}

absl::StatusOr<Objection> AnswerObjection(sql::Transaction& tx, const rpc::CallContext& ctx,
                                          ObjectionId id, ObjectionState outcome,
                                          const std::string& answer) {
  JZ_ASSIGN_OR_RETURN(auto found, LockObjection(tx, ctx.scope(), id));
  Metadata metadata = {{"objection", id.Name()}};
  if (!found) return NotFound("OBJECTION_NOT_FOUND", metadata, "there is no such objection");
  Objection objection = *std::move(found);
  if (objection.state != ObjectionState::kOpen) {
    return FailedPrecondition("OBJECTION_ANSWERED", metadata, "the objection was answered");
  }
  JZ_RETURN_IF_ERROR(auth::RequireDifferentPerson(objection.filed_by, ctx.subject()));
  objection.state = outcome;
  objection.answer = answer;
  objection.answered_by = ctx.subject();
  objection.answered_at = ctx.now;
  JZ_RETURN_IF_ERROR(UpdateObjection(tx, objection));
  if (outcome != ObjectionState::kUpheld) return objection;
  JZ_ASSIGN_OR_RETURN(auto cases, LockCases(tx, ctx.scope(), {objection.case_id}));
  if (!cases.empty() && cases.front().state == CaseState::kOpen) {
    JZ_RETURN_IF_ERROR(CloseCases(
        tx, {objection.case_id},
        {.state = CaseState::kRejected, .reason = "OBJECTION_UPHELD", .date = std::nullopt}));
  }
  return objection;
}

}  // namespace jz::identification
