// Notices and objections.
#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "services/identification/convert_case.h"
#include "services/identification/service_case.h"
#include "services/identification/store/region_store.h"
#include "services/identification/use_case_objection.h"

namespace jz::identification {
namespace {

constexpr PageLimits kEntryPage = {.default_size = 1000, .max_size = 1000};

absl::StatusOr<v1::GetNoticeResponse> ReadNotice(const Deps& deps, const rpc::CallContext& ctx,
                                                 const v1::GetNoticeRequest& request,
                                                 sql::Transaction& tx) {
  JZ_ASSIGN_OR_RETURN(NoticeId id, NoticeId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages,
                      rpc::ListPage::Of(deps.page_tokens, ctx, request, kEntryPage));
  JZ_ASSIGN_OR_RETURN(auto notice, LoadNotice(tx, ctx.scope(), id));
  if (!notice) {
    return NotFound("NOTICE_NOT_FOUND", {{"notice", id.Name()}}, "there is no such notice");
  }
  JZ_ASSIGN_OR_RETURN(auto region, FindRegion(tx, ctx.scope(), notice->region, notice->posted_on));
  JZ_ASSIGN_OR_RETURN(auto entries,
                      ListNoticeEntries(tx, id, CaseId(pages.Number(0)), pages.limit()));
  v1::GetNoticeResponse response;
  *response.mutable_notice() = ToMessage(*notice);
  if (region) response.mutable_notice()->set_region_name(region->name);
  response.set_next_page_token(pages.Next(entries, [](const NoticeEntry& last) {
    return std::vector<std::string>{absl::StrCat(last.case_id.value())};
  }));
  for (const NoticeEntry& entry : entries) *response.add_entries() = ToMessage(entry);
  return response;
}

absl::StatusOr<v1::GetNoticeResponse> Get(const Deps& deps, const rpc::CallContext& ctx,
                                          const v1::GetNoticeRequest& request) {
  return deps.db.Fetch(ctx.deadline,
                       [&](sql::Transaction& tx) { return ReadNotice(deps, ctx, request, tx); });
}

absl::StatusOr<v1::ListNoticesResponse> List(const Deps& deps, const rpc::CallContext& ctx,
                                             const v1::ListNoticesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(NoticePage page, PageFrom(request));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  pages.Begin(page);
  JZ_ASSIGN_OR_RETURN(auto notices, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListNotices(tx, scope, page);
  }));
  v1::ListNoticesResponse response;
  response.set_next_page_token(pages.Next(notices, rpc::ByRegionAndId));
  for (const Notice& notice : notices) *response.add_notices() = ToMessage(notice);
  return response;
}

absl::StatusOr<v1::Objection> File(const Deps& deps, const rpc::CallContext& ctx,
                                   const v1::FileObjectionRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(FiledObjection filed, ObjectionFrom(request));
  RegionCode county =
      RegionCode::FromNumber(int64_t{CountyOfId(filed.case_id.value())} * 1'000'000);
  JZ_ASSIGN_OR_RETURN(int64_t id, deps.ids.Next(county, ctx.deadline));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::Objection>(tx, ctx, request, [&]() -> absl::StatusOr<v1::Objection> {
      Objection objection;
      objection.id = ObjectionId(id);
      objection.case_id = filed.case_id;
      objection.text = filed.text;
      objection.objector_name = filed.objector_name;
      JZ_ASSIGN_OR_RETURN(Objection stored, FileObjection(tx, ctx, std::move(objection)));
      return ToMessage(stored, crypto::Purpose::kDetail);
    });
  });
}

absl::StatusOr<v1::Objection> Answer(const Deps& deps, const rpc::CallContext& ctx,
                                     const v1::AnswerObjectionRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(ObjectionAnswer answer, AnswerFrom(request));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::Objection>(tx, ctx, request, [&]() -> absl::StatusOr<v1::Objection> {
      JZ_ASSIGN_OR_RETURN(Objection objection,
                          AnswerObjection(tx, ctx, answer.id, answer.outcome, answer.answer));
      return ToMessage(objection, crypto::Purpose::kDetail);
    });
  });
}

absl::StatusOr<v1::ListObjectionsResponse> ListObjections(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListObjectionsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(ObjectionPage page, PageFrom(request));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  pages.Begin(page);
  JZ_ASSIGN_OR_RETURN(auto objections, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListObjections(tx, scope, page);
  }));
  v1::ListObjectionsResponse response;
  response.set_next_page_token(pages.Next(objections, rpc::ByRegionAndId));
  for (const Objection& objection : objections) {
    *response.add_objections() = ToMessage(objection, crypto::Purpose::kList);
  }
  return response;
}

}  // namespace

void AddPublicity(rpc::Router& router, const Deps& deps) {
  router.Unary<v1::GetNoticeRequest, v1::GetNoticeResponse>(
      "GetNotice", [&](const auto& ctx, const auto& request) { return Get(deps, ctx, request); });
  router.Unary<v1::ListNoticesRequest, v1::ListNoticesResponse>(
      "ListNotices",
      [&](const auto& ctx, const auto& request) { return List(deps, ctx, request); });
  router.Unary<v1::FileObjectionRequest, v1::Objection>(
      "FileObjection",
      [&](const auto& ctx, const auto& request) { return File(deps, ctx, request); });
  router.Unary<v1::AnswerObjectionRequest, v1::Objection>(
      "AnswerObjection",
      [&](const auto& ctx, const auto& request) { return Answer(deps, ctx, request); });
  router.Unary<v1::ListObjectionsRequest, v1::ListObjectionsResponse>(
      "ListObjections",
      [&](const auto& ctx, const auto& request) { return ListObjections(deps, ctx, request); });
}

}  // namespace jz::identification
