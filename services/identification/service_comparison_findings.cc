// Findings of comparisons: reading, answering, checking, counting.
#include "absl/container/flat_hash_map.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_comparison.h"
#include "services/identification/service_comparison.h"
#include "services/identification/store/comparison_store.h"

namespace jz::identification {
namespace {

absl::Status FindingNotFound(ComparisonFindingId id) {
  return NotFound("COMPARISON_FINDING_NOT_FOUND", {{"finding", id.Name()}},
                  "there is no such finding");
}

absl::StatusOr<v1::ComparisonFinding> Get(const Deps& deps, const rpc::CallContext& ctx,
                                          const v1::GetComparisonFindingRequest& request) {
  JZ_ASSIGN_OR_RETURN(ComparisonFindingId id, ComparisonFindingId::Parse(request.name()));
  return deps.db.Fetch(
      ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<v1::ComparisonFinding> {
        JZ_ASSIGN_OR_RETURN(auto findings, LoadComparisonFindings(tx, ctx.scope(), {id}));
        if (findings.empty()) return FindingNotFound(id);
        JZ_ASSIGN_OR_RETURN(auto events, LoadFindingEvents(tx, id));
        v1::ComparisonFinding message = ToMessage(findings.front());
        for (const FindingEvent& event : events) *message.add_events() = ToMessage(event);
        return message;
      });
}

absl::StatusOr<v1::ListComparisonFindingsResponse> List(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::ListComparisonFindingsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  ComparisonFindingPage page;
  page.kind = request.kind();
  page.state = static_cast<ComparisonFindingState>(request.state());
  if (request.overdue()) page.overdue_on = DateInShanghai(ctx.now);
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  pages.Begin(page);
  JZ_ASSIGN_OR_RETURN(auto findings, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListComparisonFindings(tx, scope, page);
  }));
  v1::ListComparisonFindingsResponse response;
  response.set_next_page_token(pages.Next(
      findings, [](const NamedFinding& last) { return rpc::ByRegionAndId(last.finding); }));
  for (const NamedFinding& finding : findings) *response.add_findings() = ToMessage(finding);
  return response;
}

// Findings that a call is about, locked, in its order.
absl::StatusOr<std::vector<NamedFinding>> LockInOrder(sql::Transaction& tx,
                                                      const rpc::CallContext& ctx,
                                                      const std::vector<ComparisonFindingId>& ids) {
  JZ_ASSIGN_OR_RETURN(auto locked, LockComparisonFindings(tx, ctx.scope(), ids));
  absl::flat_hash_map<ComparisonFindingId, NamedFinding*> by_id;
  for (NamedFinding& finding : locked) by_id[finding.finding.id] = &finding;
  std::vector<NamedFinding> in_order;
  for (ComparisonFindingId id : ids) {
    auto found = by_id.find(id);
    if (found == by_id.end()) return FindingNotFound(id);
    in_order.push_back(std::move(*found->second));
  }
  return in_order;
}

absl::Status CheckEtag(const ComparisonFinding& finding, const std::string& etag) {
  if (etag.empty() || etag == EtagOf(finding)) return absl::OkStatus();
  return Aborted("ETAG_MISMATCH", {{"finding", finding.id.Name()}},
                 "the finding was changed in between");
}

// Rows, events, and the answer.
template <class Response>
absl::StatusOr<Response> Save(sql::Transaction& tx, const std::vector<NamedFinding>& findings,
                              const std::vector<FindingEvent>& events) {
  std::vector<ComparisonFinding> rows;
  Response response;
  for (const NamedFinding& finding : findings) {
    rows.push_back(finding.finding);
    *response.add_findings() = ToMessage(finding);
  }
  JZ_RETURN_IF_ERROR(UpdateComparisonFindings(tx, rows));
  JZ_RETURN_IF_ERROR(InsertFindingEvents(tx, events));
  return response;
}

absl::StatusOr<v1::BatchAnswerComparisonFindingsResponse> Answer(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::BatchAnswerComparisonFindingsRequest& request) {
  using Response = v1::BatchAnswerComparisonFindingsResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<FindingAnswer> answers, AnswersFrom(request));
  std::vector<ComparisonFindingId> ids;
  for (const FindingAnswer& answer : answers) ids.push_back(answer.finding);
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(std::vector<NamedFinding> findings, LockInOrder(tx, ctx, ids));
      std::vector<FindingEvent> events;
      for (size_t i = 0; i < answers.size(); ++i) {
        ComparisonFinding& finding = findings[i].finding;
        JZ_RETURN_IF_ERROR(CheckEtag(finding, answers[i].etag));
        JZ_RETURN_IF_ERROR(AnswerFinding(finding, answers[i].outcome, ctx.subject()));
        events.push_back({.finding = finding.id,
                          .version = finding.version,
                          .kind = FindingEventKind::kAnswered,
                          .outcome = answers[i].outcome,
                          .reason = answers[i].reason,
                          .evidence_reference = answers[i].evidence_reference,
                          .recorded_by = ctx.subject(),
                          .recorded_at = ctx.now});
      }
      return Save<Response>(tx, findings, events);
    });
  });
}

// When a returned finding is due: as long from today as its kind gives.
absl::StatusOr<Date> NewDueDate(
    sql::Transaction& tx, const ComparisonFinding& finding, Date today,
    absl::flat_hash_map<std::string, std::vector<ComparisonKind>>& kinds) {
  auto known = kinds.find(finding.kind);
  if (known == kinds.end()) {
    JZ_ASSIGN_OR_RETURN(std::vector<ComparisonKind> versions, LoadKinds(tx, {finding.kind}));
    known = kinds.emplace(finding.kind, std::move(versions)).first;
  }
  const ComparisonKind* kind = ResolveKind(known->second, finding.region, today);
  constexpr int kDaysWithoutKind = 15;  // it does not hold any more, its findings have to end
  return today + (kind == nullptr ? kDaysWithoutKind : kind->due_days);
}

absl::StatusOr<v1::BatchCheckComparisonFindingsResponse> Check(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::BatchCheckComparisonFindingsRequest& request) {
  using Response = v1::BatchCheckComparisonFindingsResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<FindingCheck> checks, ChecksFrom(request));
  std::vector<ComparisonFindingId> ids;
  for (const FindingCheck& check : checks) ids.push_back(check.finding);
  const Date today = DateInShanghai(ctx.now);
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(std::vector<NamedFinding> findings, LockInOrder(tx, ctx, ids));
      absl::flat_hash_map<std::string, std::vector<ComparisonKind>> kinds;
      std::vector<FindingEvent> events;
      for (size_t i = 0; i < checks.size(); ++i) {
        ComparisonFinding& finding = findings[i].finding;
        JZ_RETURN_IF_ERROR(CheckEtag(finding, checks[i].etag));
        JZ_ASSIGN_OR_RETURN(Date due_on, NewDueDate(tx, finding, today, kinds));
        const std::string answered_by = finding.answered_by;
        JZ_RETURN_IF_ERROR(CheckFinding(finding, checks[i].accept, due_on));
        JZ_RETURN_IF_ERROR(auth::RequireDifferentPerson(answered_by, ctx.subject()));
        events.push_back(
            {.finding = finding.id,
             .version = finding.version,
             .kind = checks[i].accept ? FindingEventKind::kAccepted : FindingEventKind::kReturned,
             .outcome = finding.outcome,
             .reason = checks[i].reason,
             .evidence_reference = "",
             .recorded_by = ctx.subject(),
             .recorded_at = ctx.now});
      }
      return Save<Response>(tx, findings, events);
    });
  });
}

// How many codes one part of a region has; 0 when it has no parts.
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

absl::StatusOr<v1::ComparisonFigures> Count(const Deps& deps, const rpc::CallContext& ctx,
                                            const v1::GetComparisonFiguresRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  RegionCode region;
  if (!request.region_code().empty()) {
    JZ_ASSIGN_OR_RETURN(region, RegionCode::Parse(request.region_code()));
  }
  ComparisonFigureQuery query{.kind = request.kind(), .today = DateInShanghai(ctx.now)};
  if (request.by_part()) query.part_width = PartWidth(region.level());
  JZ_ASSIGN_OR_RETURN(auto figures, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return CountComparisonFindings(tx, scope, query);
  }));
  v1::ComparisonFigures response;
  for (const ComparisonFigure& figure : figures) {
    v1::ComparisonFigures::Row& row = *response.add_rows();
    row = ToMessage(figure);
    if (!request.by_part()) row.set_region_code(request.region_code());
  }
  return response;
}

}  // namespace

void AddComparisonFindings(rpc::Router& router, const Deps& deps) {
  router.Unary<v1::GetComparisonFindingRequest, v1::ComparisonFinding>(
      "GetComparisonFinding",
      [&](const auto& ctx, const auto& request) { return Get(deps, ctx, request); });
  router.Unary<v1::ListComparisonFindingsRequest, v1::ListComparisonFindingsResponse>(
      "ListComparisonFindings",
      [&](const auto& ctx, const auto& request) { return List(deps, ctx, request); });
  router.Unary<v1::BatchAnswerComparisonFindingsRequest, v1::BatchAnswerComparisonFindingsResponse>(
      "BatchAnswerComparisonFindings",
      [&](const auto& ctx, const auto& request) { return Answer(deps, ctx, request); });
  router.Unary<v1::BatchCheckComparisonFindingsRequest, v1::BatchCheckComparisonFindingsResponse>(
      "BatchCheckComparisonFindings",
      [&](const auto& ctx, const auto& request) { return Check(deps, ctx, request); });
  router.Unary<v1::GetComparisonFiguresRequest, v1::ComparisonFigures>(
      "GetComparisonFigures",
      [&](const auto& ctx, const auto& request) { return Count(deps, ctx, request); });
}

}  // namespace jz::identification
