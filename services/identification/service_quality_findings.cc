// Findings of the quality rules: reading, assigning, correcting, verifying, counting.
#include "absl/container/flat_hash_map.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_quality.h"
#include "services/identification/service_quality.h"

namespace jz::identification {
namespace {

absl::Status FindingNotFound(QualityFindingId id) {
  return NotFound("QUALITY_FINDING_NOT_FOUND", {{"finding", id.Name()}},
                  "there is no such finding");
}

absl::StatusOr<v1::QualityFinding> Get(const Deps& deps, const rpc::CallContext& ctx,
                                       const v1::GetQualityFindingRequest& request) {
  JZ_ASSIGN_OR_RETURN(QualityFindingId id, QualityFindingId::Parse(request.name()));
  return deps.db.Fetch(
      ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<v1::QualityFinding> {
        JZ_ASSIGN_OR_RETURN(auto findings, LoadQualityFindings(tx, ctx.scope(), {id}));
        if (findings.empty()) return FindingNotFound(id);
        JZ_ASSIGN_OR_RETURN(auto events, LoadQualityEvents(tx, id));
        v1::QualityFinding message = ToMessage(findings.front());
        for (const QualityEvent& event : events) {
          *message.add_events() = ToMessage(event);
        }
        return message;
      });
}

absl::StatusOr<v1::ListQualityFindingsResponse> List(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListQualityFindingsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  QualityFindingPage page;
  page.code = request.code();
  page.severity = request.severity();
  page.assignee = request.assignee();
  for (int state : request.states()) {
    if (state == 0 || !v1::QualityFindingState_IsValid(state)) {
      return InvalidArgument("QUALITY_FINDING_STATE_UNKNOWN", {}, "no such state");
    }
    page.states.push_back(state);
  }
  if (!request.household().empty()) {
    JZ_ASSIGN_OR_RETURN(HouseholdId household, HouseholdId::Parse(request.household()));
    page.subject = household.value();
  }
  if (request.overdue()) page.overdue_on = DateInShanghai(ctx.now);
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  pages.Begin(page);
  JZ_ASSIGN_OR_RETURN(auto findings, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListQualityFindings(tx, scope, page);
  }));
  v1::ListQualityFindingsResponse response;
  response.set_next_page_token(pages.Next(findings, [](const QualityFinding& last) {
    return std::vector<std::string>{absl::StrCat(last.hit.region.number()),
                                    absl::StrCat(last.id.value())};
  }));
  for (const QualityFinding& finding : findings) *response.add_findings() = ToMessage(finding);
  return response;
}

absl::Status CheckEtag(const QualityFinding& finding, const std::string& etag) {
  if (etag.empty() || etag == EtagOf(finding)) return absl::OkStatus();
  return Aborted("ETAG_MISMATCH", {{"finding", finding.id.Name()}},
                 "the finding was changed in between");
}

// What a call did to the finding at `index`.
struct Step {
  QualityEventKind kind = QualityEventKind::kUnspecified;
  std::string reason;
};

// Locks the findings, lets `step` (absl::StatusOr<Step>(size_t index, QualityFinding&)) change each
// of them in the order of the request, and writes rows, events and the answer.
template <class Response, class Request, class StepFn>
absl::StatusOr<Response> Change(const Deps& deps, const rpc::CallContext& ctx,
                                const Request& request, const std::vector<QualityFindingId>& ids,
                                StepFn step) {
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(auto locked, LockQualityFindings(tx, ctx.scope(), ids));
      absl::flat_hash_map<QualityFindingId, QualityFinding*> by_id;
      for (QualityFinding& finding : locked) by_id[finding.id] = &finding;
      Response response;
      std::vector<QualityEvent> events;
      for (size_t i = 0; i < ids.size(); ++i) {
        auto found = by_id.find(ids[i]);
        if (found == by_id.end()) return FindingNotFound(ids[i]);
        QualityFinding& finding = *found->second;
        JZ_ASSIGN_OR_RETURN(Step done, step(i, finding));
        events.push_back({.finding = finding.id,
                          .version = finding.version,
                          .kind = done.kind,
                          .outcome = finding.outcome,
                          .reason = done.reason,
                          .recorded_by = ctx.subject(),
                          .recorded_at = ctx.now});
        *response.add_findings() = ToMessage(finding);
      }
      JZ_RETURN_IF_ERROR(UpdateQualityFindings(tx, locked));
      JZ_RETURN_IF_ERROR(InsertQualityEvents(tx, events));
      return response;
    });
  });
}

absl::StatusOr<v1::BatchAssignQualityFindingsResponse> Assign(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::BatchAssignQualityFindingsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(FindingAssignment assignment,
                      AssignmentFrom(request, DateInShanghai(ctx.now)));
  return Change<v1::BatchAssignQualityFindingsResponse>(
      deps, ctx, request, assignment.findings,
      [&](size_t, QualityFinding& finding) -> absl::StatusOr<Step> {
        JZ_RETURN_IF_ERROR(AssignFinding(finding, assignment.assignee, assignment.due_on));
        return Step{.kind = QualityEventKind::kAssigned, .reason = ""};
      });
}

absl::StatusOr<v1::BatchCorrectQualityFindingsResponse> Correct(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::BatchCorrectQualityFindingsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<QualityFindingId> ids, CorrectedFrom(request));
  return Change<v1::BatchCorrectQualityFindingsResponse>(
      deps, ctx, request, ids, [&](size_t i, QualityFinding& finding) -> absl::StatusOr<Step> {
        const auto& correction = request.corrections(static_cast<int>(i));
        JZ_RETURN_IF_ERROR(CheckEtag(finding, correction.etag()));
        JZ_RETURN_IF_ERROR(CorrectFinding(
            finding, static_cast<QualityOutcome>(correction.outcome()), ctx.subject()));
        return Step{.kind = QualityEventKind::kCorrected, .reason = correction.reason()};
      });
}

absl::StatusOr<v1::BatchVerifyQualityFindingsResponse> Verify(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::BatchVerifyQualityFindingsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<QualityFindingId> ids, VerifiedFrom(request));
  return Change<v1::BatchVerifyQualityFindingsResponse>(
      deps, ctx, request, ids, [&](size_t i, QualityFinding& finding) -> absl::StatusOr<Step> {
        const auto& verification = request.verifications(static_cast<int>(i));
        JZ_RETURN_IF_ERROR(CheckEtag(finding, verification.etag()));
        JZ_RETURN_IF_ERROR(VerifyFinding(finding, verification.accept()));
        JZ_RETURN_IF_ERROR(auth::RequireDifferentPerson(finding.corrected_by, ctx.subject()));
        return Step{.kind = verification.accept() ? QualityEventKind::kVerified
                                                  : QualityEventKind::kReturned,
                    .reason = verification.reason()};
      });
}

// How many codes one part of a region has.
int64_t PartWidth(RegionLevel level) {
  switch (level) {
    case RegionLevel::kNation:
      return 10'000'000'000;
    case RegionLevel::kProvince:
      return 100'000'000;
    case RegionLevel::kCity:
      return 1'000'000;
    case RegionLevel::kCounty:
      return 1'000;
    default:
      return 1;
  }
}

absl::StatusOr<v1::QualityStatistics> Count(const Deps& deps, const rpc::CallContext& ctx,
                                            const v1::GetQualityStatisticsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  QualityFigureQuery query{.code = request.code(), .today = DateInShanghai(ctx.now)};
  if (request.by_part()) {
    RegionCode region;
    if (!request.region_code().empty()) {
      JZ_ASSIGN_OR_RETURN(region, RegionCode::Parse(request.region_code()));
    }
    query.part_width = PartWidth(region.level());
  }
  JZ_ASSIGN_OR_RETURN(auto figures, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return CountQualityFindings(tx, scope, query);
  }));
  v1::QualityStatistics response;
  for (const QualityFigure& figure : figures) {
    v1::QualityStatistics::Row& row = *response.add_rows();
    row.set_region_code(request.by_part() ? figure.part.ToString() : request.region_code());
    row.set_code(figure.code);
    row.set_severity(static_cast<v1::RuleSeverity>(figure.severity));
    row.set_state(static_cast<v1::QualityFindingState>(figure.state));
    row.set_count(figure.count);
    row.set_overdue_count(figure.overdue_count);
    row.set_subject_count(figure.subject_count);
  }
  return response;
}

}  // namespace

void AddQualityFindings(rpc::Router& router, const Deps& deps) {
  router.Unary<v1::GetQualityFindingRequest, v1::QualityFinding>(
      "GetQualityFinding",
      [&](const auto& ctx, const auto& request) { return Get(deps, ctx, request); });
  router.Unary<v1::ListQualityFindingsRequest, v1::ListQualityFindingsResponse>(
      "ListQualityFindings",
      [&](const auto& ctx, const auto& request) { return List(deps, ctx, request); });
  router.Unary<v1::BatchAssignQualityFindingsRequest, v1::BatchAssignQualityFindingsResponse>(
      "BatchAssignQualityFindings",
      [&](const auto& ctx, const auto& request) { return Assign(deps, ctx, request); });
  router.Unary<v1::BatchCorrectQualityFindingsRequest, v1::BatchCorrectQualityFindingsResponse>(
      "BatchCorrectQualityFindings",
      [&](const auto& ctx, const auto& request) { return Correct(deps, ctx, request); });
  router.Unary<v1::BatchVerifyQualityFindingsRequest, v1::BatchVerifyQualityFindingsResponse>(
      "BatchVerifyQualityFindings",
      [&](const auto& ctx, const auto& request) { return Verify(deps, ctx, request); });
  router.Unary<v1::GetQualityStatisticsRequest, v1::QualityStatistics>(
      "GetQualityStatistics",
      [&](const auto& ctx, const auto& request) { return Count(deps, ctx, request); });
}

}  // namespace jz::identification
