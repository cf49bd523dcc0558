// What all handlers of this service share: registration, writes with a request_id, scopes and
// pages.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/context.h"
#include "common/rpc/once.h"
#include "common/rpc/router.h"
#include "services/funds/deps.h"
#include "services/funds/fields.h"

namespace jz::funds {

template <class Request, class Response>
void AddUnary(rpc::Router& router, const Deps& deps, const char* name,
              absl::StatusOr<Response> (*handler)(const Deps&, const rpc::CallContext&,
                                                  const Request&)) {
  router.Unary<Request, Response>(
      name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
        return handler(deps, ctx, request);
      });
}

// Runs `effect` (absl::StatusOr<Response>(sql::Transaction&)) in a transaction, once per
// request_id.
template <class Response, class Request, class Effect>
absl::StatusOr<Response> WriteOnce(const Deps& deps, const rpc::CallContext& ctx,
                                   const Request& request, Effect effect) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  absl::StatusOr<Response> response =
      deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
        return rpc::Once<Response>(tx, ctx, request, [&] { return effect(tx); });
      });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

// The caller's scope, narrowed to `region_code` when it is not empty. PERMISSION_DENIED when
// nothing of that region is inside it.
inline absl::StatusOr<auth::RegionScope> ScopeOf(const rpc::CallContext& ctx,
                                                 const std::string& region_code) {
  if (region_code.empty()) return ctx.scope();
  Violations violations;
  RegionCode region = Fields(violations).Region("region_code", region_code);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  auth::RegionScope scope = ctx.scope().Intersect(region);
  if (scope.empty()) JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  return scope;
}

// One page of a list: its size and the keys behind which it begins.
class Page {
 public:
  template <class Request>
  static absl::StatusOr<Page> Of(const Deps& deps, const rpc::CallContext& ctx,
                                 const Request& request, PageLimits limits = {}) {
    Page page(deps.page_tokens);
    JZ_ASSIGN_OR_RETURN(page.size_, PageSize(request.page_size(), limits));
    Request query = request;
    query.clear_page_size();
    query.clear_page_token();
    page.query_ = absl::StrCat(ctx.method, "\n", ctx.subject(), "\n", rpc::Canonical(query));
    JZ_ASSIGN_OR_RETURN(page.keys_, deps.page_tokens.Read(page.query_, request.page_token()));
    return page;
  }

  // One more than is shown: whether it is there tells whether another page follows.
  int limit() const { return size_ + 1; }

  std::string Key(size_t index) const { return index < keys_.size() ? keys_[index] : ""; }
  int64_t Number(size_t index) const {
    int64_t number = 0;
    return absl::SimpleAtoi(Key(index), &number) ? number : 0;
  }

  // Cuts `rows` to the page; the token of the next one, or "". `keys` makes the keys of a row.
  template <class Row, class Keys>
  std::string Next(std::vector<Row>& rows, Keys keys) const {
    if (rows.size() <= static_cast<size_t>(size_)) return "";
    rows.resize(size_);
    return tokens_->Make(query_, keys(rows.back()));
  }

 private:
  explicit Page(const PageTokens& tokens) : tokens_(&tokens) {}

  const PageTokens* tokens_;
  int size_ = 0;
  std::string query_;
  std::vector<std::string> keys_;
};

// Keys of a list in order of (region, id).
template <class Row>
std::vector<std::string> RegionAndId(const Row& row) {
  return {absl::StrCat(row.region.number()), absl::StrCat(row.id.value())};
}

// The single resource name of a request.
template <class IdType>
absl::StatusOr<IdType> NameOf(const std::string& name) {
  return IdType::Parse(name);
}

}  // namespace jz::funds
