// Narrowing a caller's scope by a request's region filter, and keys of pages ordered by (region,
// id).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/ids.h"
#include "common/base/page_token.h"
#include "common/rpc/once.h"

namespace jz::identification {

// An empty code: the whole scope. INVALID_ARGUMENT REGION_CODE_FORMAT; PERMISSION_DENIED
// REGION_OUT_OF_SCOPE.
inline absl::StatusOr<auth::RegionScope> NarrowScope(const rpc::CallContext& ctx,
                                                     const std::string& region_code) {
  if (region_code.empty()) return ctx.scope();
  JZ_ASSIGN_OR_RETURN(RegionCode region, RegionCode::Parse(region_code));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  return auth::RegionScope({region});
}

// One listing of one caller: a page token of another is refused.
class RegionPages {
 public:
  template <class Request>
  RegionPages(const PageTokens& tokens, const rpc::CallContext& ctx, Request request)
      : tokens_(tokens) {
    request.clear_page_token();
    request.clear_page_size();
    query_ = ctx.method + " " + ctx.subject() + " " + rpc::Canonical(request);
  }

  // Sets after_region, after_id and limit (one more than the page shows) of `page`.
  template <class Page>
  absl::Status Read(const std::string& token, int page_size, Page& page) {
    JZ_ASSIGN_OR_RETURN(size_, PageSize(page_size));
    page.limit = size_ + 1;
    JZ_ASSIGN_OR_RETURN(std::vector<std::string> keys, tokens_.Read(query_, token));
    if (keys.size() != 2) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(page.after_region, RegionCode::Parse(keys[0]));
    JZ_ASSIGN_OR_RETURN(int64_t id, DecodeId(keys[1]));
    page.after_id = decltype(page.after_id)(id);
    return absl::OkStatus();
  }

  // Takes the surplus item off `items`; the token of the next page, or empty.
  template <class Item>
  std::string Cut(std::vector<Item>& items) const {
    if (items.size() <= static_cast<size_t>(size_)) return "";
    items.pop_back();
    return tokens_.Make(query_,
                        {items.back().region.ToString(), EncodeId(items.back().id.value())});
  }

 private:
  const PageTokens& tokens_;
  std::string query_;
  int size_ = 0;
};

}  // namespace jz::identification
