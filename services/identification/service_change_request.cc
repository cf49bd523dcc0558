#include "services/identification/service_change_request.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/change_request.pb.h"
#include "services/identification/change_conflict.h"
#include "services/identification/convert_register.h"
#include "services/identification/edit_household.h"
#include "services/identification/request_checks.h"
#include "services/identification/service_household.h"
#include "services/identification/store/change_request_store.h"
#include "services/identification/store/household_store.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxNote = 500;
constexpr int kDaysToDecide = 15;
constexpr int kMaxDays = 366;
constexpr size_t kPieceBytes = 4000;  // of what one seal takes
// With the rest of the error it stays below what a client takes.
constexpr size_t kMaxConflictBytes = 4500;
constexpr char kConflictType[] = "type.googleapis.com/jingzhun.identification.v1.ChangeConflict";

static_assert(static_cast<int>(ChangeRequestState::kWithdrawn) ==
              v1::CHANGE_REQUEST_STATE_WITHDRAWN);

std::string EtagOfVersion(int64_t version) { return absl::StrCat("v", version); }

absl::Status RequestNotFound(ChangeRequestId id) {
  return NotFound("CHANGE_REQUEST_NOT_FOUND", {{"change_request", id.Name()}},
                  "there is no such change request");
}

absl::StatusOr<std::string> Seal(const crypto::Sealer& sealer, const v1::HouseholdEdit& edit) {
  const std::string plain = edit.SerializeAsString();
  v1::SealedPieces sealed;
  for (size_t at = 0; at < plain.size(); at += kPieceBytes) {
    JZ_ASSIGN_OR_RETURN(*sealed.add_pieces(),
                        sealer.Seal(kChangeRequestContext, plain.substr(at, kPieceBytes)));
  }
  return sealed.SerializeAsString();
}

absl::StatusOr<v1::HouseholdEdit> Open(const crypto::Sealer& sealer, const std::string& sealed) {
  v1::SealedPieces pieces;
  v1::HouseholdEdit edit;
  std::string plain;
  if (!pieces.ParseFromString(sealed)) {
    return Internal("CHANGE_REQUEST_BROKEN", "a sealed edit does not parse");
  }
  for (const std::string& piece : pieces.pieces()) {
    JZ_ASSIGN_OR_RETURN(std::string part, sealer.Open(kChangeRequestContext, piece));
    plain += part;
  }
  if (!edit.ParseFromString(plain)) {
    return Internal("CHANGE_REQUEST_BROKEN", "an edit does not parse");
  }
  return edit;
}

v1::ChangeRequest ToMessage(const ChangeRequest& request) {
  auto instant = [](absl::Time time) {
    return TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
  };
  v1::ChangeRequest message;
  message.set_name(request.id.Name());
  message.set_household(request.household.Name());
  message.set_region_code(request.region.ToString());
  message.set_state(static_cast<v1::ChangeRequestState>(request.state));
  message.set_reason(request.reason);
  message.set_due_on(FormatDate(request.due_on));
  message.set_proposed_by(request.proposed_by);
  *message.mutable_propose_time() = instant(request.proposed_at);
  message.set_verified_by(request.verified_by);
  if (!request.verified_by.empty()) *message.mutable_verify_time() = instant(request.verified_at);
  message.set_decided_by(request.decided_by);
  if (!request.decided_by.empty()) *message.mutable_decide_time() = instant(request.decided_at);
  message.set_note(request.note);
  message.set_etag(EtagOfVersion(request.version));
  return message;
}

// Both versions of the household; nothing when it is as it was.
absl::StatusOr<std::optional<v1::ChangeConflict>> ConflictOf(const Deps& deps, sql::Transaction& tx,
                                                             const ChangeRequest& request,
                                                             const Household& now,
                                                             const v1::HouseholdEdit& edit) {
  if (now.version == request.base_version) return std::optional<v1::ChangeConflict>();
  v1::HouseholdRecord records[2];
  const int64_t versions[] = {request.base_version, now.version};
  for (int i = 0; i < 2; ++i) {
    JZ_ASSIGN_OR_RETURN(auto snapshot, LoadSnapshot(tx, request.household, versions[i]));
    if (!snapshot || !records[i].ParseFromString(*snapshot)) {
      return Internal("HISTORY_BROKEN", "a version of a household is missing or does not parse");
    }
  }
  JZ_ASSIGN_OR_RETURN(v1::ChangeConflict conflict,
                      CompareVersions(records[0], records[1], edit, deps.sealer));
  conflict.set_base_etag(EtagOfVersion(versions[0]));
  conflict.set_current_etag(EtagOfVersion(versions[1]));
  return std::optional(std::move(conflict));
}

absl::Status WithConflict(absl::Status status, v1::ChangeConflict conflict) {
  while (conflict.ByteSizeLong() > kMaxConflictBytes && conflict.fields_size() > 0) {
    conflict.mutable_fields()->RemoveLast();
  }
  status.SetPayload(kConflictType, absl::Cord(conflict.SerializeAsString()));
  return status;
}

class Handlers {
 public:
  Handlers(const Deps& deps, QualityRuleCache& rules) : deps_(deps), rules_(rules) {}

  absl::StatusOr<v1::ChangeRequest> Propose(const rpc::CallContext& ctx,
                                            const v1::ProposeChangeRequest& request) const {
    JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
    ChangeRequest made;
    JZ_ASSIGN_OR_RETURN(made.household, HouseholdId::Parse(request.edit().household()));
    JZ_RETURN_IF_ERROR(CheckProposal(ctx, request, made));
    JZ_ASSIGN_OR_RETURN(made.edit_sealed, Seal(deps_.sealer, request.edit()));
    JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, NewIds(deps_, made.household, 1, ctx.deadline));
    made.id = ChangeRequestId(ids.front());
    return deps_.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
      return rpc::Once<v1::ChangeRequest>(
          tx, ctx, request, [&]() -> absl::StatusOr<v1::ChangeRequest> {
            JZ_RETURN_IF_ERROR(TryEdit(ctx, tx, request.edit(), made));
            absl::Status inserted = InsertChangeRequest(tx, made);
            if (absl::IsAlreadyExists(inserted)) {
              return FailedPrecondition("CHANGE_REQUEST_PENDING",
                                        {{"household", made.household.Name()}},
                                        "another request waits for the household");
            }
            JZ_RETURN_IF_ERROR(inserted);
            v1::ChangeRequest message = ToMessage(made);
            *message.mutable_edit() = Masked(request.edit());
            return message;
          });
    });
  }

  // Check, Reject, Withdraw: what only moves the request on.
  template <class Request>
  absl::StatusOr<v1::ChangeRequest> Step(const rpc::CallContext& ctx, const Request& request,
                                         ChangeRequestState to, bool needs_note) const {
    JZ_RETURN_IF_ERROR(CheckStep(request, needs_note));
    JZ_ASSIGN_OR_RETURN(ChangeRequestId id, ChangeRequestId::Parse(request.name()));
    return deps_.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
      return rpc::Once<v1::ChangeRequest>(
          tx, ctx, request, [&]() -> absl::StatusOr<v1::ChangeRequest> {
            JZ_ASSIGN_OR_RETURN(ChangeRequest stored, Lock(ctx, tx, id, request.etag()));
            JZ_RETURN_IF_ERROR(TakeStep(
                {.to = to, .by = ctx.subject(), .at = ctx.now, .note = request.note()}, stored));
            JZ_RETURN_IF_ERROR(UpdateChangeRequest(tx, stored));
            return ToMessage(stored);
          });
    });
  }

  absl::StatusOr<v1::ApproveChangeResponse> Approve(const rpc::CallContext& ctx,
                                                    const v1::ApproveChangeRequest& request) const {
    using Response = v1::ApproveChangeResponse;
    JZ_RETURN_IF_ERROR(CheckStep(request, false));
    JZ_ASSIGN_OR_RETURN(ChangeRequestId id, ChangeRequestId::Parse(request.name()));
    JZ_ASSIGN_OR_RETURN(auto known, deps_.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
      return LoadChangeRequest(tx, ctx.scope(), id);
    }));
    if (!known) return RequestNotFound(id);
    JZ_ASSIGN_OR_RETURN(const v1::HouseholdEdit edit, Open(deps_.sealer, known->edit_sealed));
    JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids,
                        NewIds(deps_, known->household, edit.joins_size(), ctx.deadline));
    auto response = deps_.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
      return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
        JZ_ASSIGN_OR_RETURN(ChangeRequest stored, Lock(ctx, tx, id, request.etag()));
        JZ_RETURN_IF_ERROR(TakeStep({.to = ChangeRequestState::kApproved,
                                     .by = ctx.subject(),
                                     .at = ctx.now,
                                     .note = request.note()},
                                    stored));
        return Apply(ctx, tx, stored, edit, ids);
      });
    });
    if (response.ok()) deps_.outbox.Notify();
    return response;
  }

  absl::StatusOr<v1::ChangeRequest> Get(const rpc::CallContext& ctx,
                                        const v1::GetChangeRequestRequest& request) const {
    JZ_ASSIGN_OR_RETURN(ChangeRequestId id, ChangeRequestId::Parse(request.name()));
    v1::ChangeRequest message;
    JZ_RETURN_IF_ERROR(deps_.db.Read(ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
      JZ_ASSIGN_OR_RETURN(auto stored, LoadChangeRequest(tx, ctx.scope(), id));
      if (!stored) return RequestNotFound(id);
      JZ_ASSIGN_OR_RETURN(v1::HouseholdEdit edit, Open(deps_.sealer, stored->edit_sealed));
      message = ToMessage(*stored);
      *message.mutable_edit() = Masked(edit);
      if (!Waits(stored->state)) return absl::OkStatus();
      JZ_ASSIGN_OR_RETURN(std::vector<Household> households,
                          LoadHouseholds(tx, ctx.scope(), {stored->household}));
      if (households.empty()) return RequestNotFound(id);
      JZ_ASSIGN_OR_RETURN(auto conflict, ConflictOf(deps_, tx, *stored, households.front(), edit));
      if (conflict) *message.mutable_conflict() = *std::move(conflict);
      return absl::OkStatus();
    }));
    return message;
  }

  absl::StatusOr<v1::ListChangeRequestsResponse> List(
      const rpc::CallContext& ctx, const v1::ListChangeRequestsRequest& request) const {
    JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
    ChangeRequestPage page;
    for (int state : request.states()) {
      if (state == v1::CHANGE_REQUEST_STATE_UNSPECIFIED || !v1::ChangeRequestState_IsValid(state)) {
        return InvalidArgument("CHANGE_REQUEST_STATE_UNKNOWN", {{"field", "states"}},
                               "no such state");
      }
      page.states.push_back(static_cast<ChangeRequestState>(state));
    }
    if (!request.household().empty()) {
      JZ_ASSIGN_OR_RETURN(page.household, HouseholdId::Parse(request.household()));
    }
    if (request.overdue()) page.due_before = DateInShanghai(ctx.now);
    JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps_.page_tokens, ctx, request));
    pages.Begin(page);
    JZ_ASSIGN_OR_RETURN(auto listed, deps_.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
      return ListChangeRequests(tx, scope, page);
    }));
    v1::ListChangeRequestsResponse response;
    response.set_next_page_token(pages.Next(listed, rpc::ByRegionAndId));
    for (const ChangeRequest& one : listed) *response.add_change_requests() = ToMessage(one);
    return response;
  }

 private:
  absl::Status CheckProposal(const rpc::CallContext& ctx, const v1::ProposeChangeRequest& request,
                             ChangeRequest& made) const {
    Violations violations;
    const Date today = DateInShanghai(ctx.now);
    CheckText(request.reason(), kMaxNote, "reason", "REASON_REQUIRED", violations);
    made.due_on = today + kDaysToDecide;
    if (!request.due_on().empty()) {
      made.due_on = DateFrom(request.due_on(), "due_on", violations, today);
      if (made.due_on < today || made.due_on > today + kMaxDays) {
        violations.Add("due_on", "DUE_RANGE", "from today to a year from now");
      }
    }
    made.state = ChangeRequestState::kProposed;
    made.reason = request.reason();
    made.proposed_by = ctx.subject();
    made.proposed_at = ctx.now;
    made.verified_at = made.decided_at = absl::UnixEpoch();
    return violations.ToStatus();
  }

  // Refuses what could not be applied; changes nothing.
  absl::Status TryEdit(const rpc::CallContext& ctx, sql::Transaction& tx,
                       const v1::HouseholdEdit& edit, ChangeRequest& made) const {
    JZ_ASSIGN_OR_RETURN(
        std::vector<HouseholdDraft> drafts,
        LockDrafts(tx, ctx.scope(),
                   {{.id = made.household, .etag = edit.etag(), .etag_field = "edit.etag"}}));
    made.region = drafts.front().household().region;
    made.base_version = drafts.front().household().version;
    JZ_ASSIGN_OR_RETURN(auto held, rules_.Get(tx, ctx.now));
    std::vector<int64_t> pretended;
    for (int i = 0; i < edit.joins_size(); ++i) pretended.push_back(-1 - i);
    const EditContext context{.sealer = deps_.sealer,
                              .codes = held->codes,
                              .today = DateInShanghai(ctx.now),
                              .new_ids = std::move(pretended)};
    JZ_RETURN_IF_ERROR(ApplyEdit(tx, context, edit, "edit", drafts.front()));
    v1::CheckFactsResponse unseen;
    return CheckDrafts(tx, *held, ctx, absl::MakeSpan(drafts), *unseen.mutable_violations());
  }

  template <class Request>
  absl::Status CheckStep(const Request& request, bool needs_note) const {
    JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
    Violations violations;
    CheckText(request.note(), kMaxNote, "note", needs_note ? "REASON_REQUIRED" : nullptr,
              violations);
    return violations.ToStatus();
  }

  absl::StatusOr<ChangeRequest> Lock(const rpc::CallContext& ctx, sql::Transaction& tx,
                                     ChangeRequestId id, const std::string& etag) const {
    JZ_ASSIGN_OR_RETURN(auto stored, LockChangeRequest(tx, ctx.scope(), id));
    if (!stored) return RequestNotFound(id);
    if (!etag.empty() && etag != EtagOfVersion(stored->version)) {
      return Aborted("ETAG_MISMATCH", {{"change_request", id.Name()}},
                     "the request was changed meanwhile");
    }
    return *std::move(stored);
  }

  absl::StatusOr<v1::ApproveChangeResponse> Apply(const rpc::CallContext& ctx, sql::Transaction& tx,
                                                  const ChangeRequest& stored,
                                                  const v1::HouseholdEdit& edit,
                                                  const std::vector<int64_t>& ids) const {
    JZ_ASSIGN_OR_RETURN(auto held, rules_.Get(tx, ctx.now));
    v1::UpdateHouseholdResponse applied;
    absl::Status status = UpdateInside(deps_, *held, ctx, tx, edit, ids, applied);
    if (absl::IsAborted(status) && ReasonOf(status) == "ETAG_MISMATCH") {
      JZ_ASSIGN_OR_RETURN(std::vector<Household> households,
                          LoadHouseholds(tx, ctx.scope(), {stored.household}));
      if (households.empty()) return status;
      JZ_ASSIGN_OR_RETURN(auto conflict, ConflictOf(deps_, tx, stored, households.front(), edit));
      return conflict ? WithConflict(status, *std::move(conflict)) : status;
    }
    JZ_RETURN_IF_ERROR(status);
    JZ_RETURN_IF_ERROR(UpdateChangeRequest(tx, stored));
    v1::ApproveChangeResponse response;
    *response.mutable_change_request() = ToMessage(stored);
    *response.mutable_warnings() = std::move(*applied.mutable_warnings());
    return response;
  }

  const Deps& deps_;
  QualityRuleCache& rules_;
};

}  // namespace

rpc::Router ChangeRequestRouter(const Deps& deps, QualityRuleCache& rules) {
  rpc::Router router("jingzhun.identification.v1.ChangeRequestService");
  const Handlers handlers(deps, rules);
  router.Unary<v1::ProposeChangeRequest, v1::ChangeRequest>(
      "ProposeChange",
      [=](const auto& ctx, const auto& request) { return handlers.Propose(ctx, request); });
  router.Unary<v1::VerifyChangeRequest, v1::ChangeRequest>(
      "VerifyChange", [=](const auto& ctx, const auto& request) {
        return handlers.Step(ctx, request, ChangeRequestState::kVerified, false);
      });
  router.Unary<v1::ApproveChangeRequest, v1::ApproveChangeResponse>(
      "ApproveChange",
      [=](const auto& ctx, const auto& request) { return handlers.Approve(ctx, request); });
  router.Unary<v1::RejectChangeRequest, v1::ChangeRequest>(
      "RejectChange", [=](const auto& ctx, const auto& request) {
        return handlers.Step(ctx, request, ChangeRequestState::kRejected, true);
      });
  router.Unary<v1::WithdrawChangeRequest, v1::ChangeRequest>(
      "WithdrawChange", [=](const auto& ctx, const auto& request) {
        return handlers.Step(ctx, request, ChangeRequestState::kWithdrawn, false);
      });
  router.Unary<v1::GetChangeRequestRequest, v1::ChangeRequest>(
      "GetChangeRequest",
      [=](const auto& ctx, const auto& request) { return handlers.Get(ctx, request); });
  router.Unary<v1::ListChangeRequestsRequest, v1::ListChangeRequestsResponse>(
      "ListChangeRequests",
      [=](const auto& ctx, const auto& request) { return handlers.List(ctx, request); });
  return router;
}

}  // namespace jz::identification
