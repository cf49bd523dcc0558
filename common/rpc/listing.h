// What List methods share: the scope that a region filter leaves, and pages by keyset.
//
//   JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
//   JZ_ASSIGN_OR_RETURN(rpc::ListPage page, rpc::ListPage::Of(deps.page_tokens, ctx, request));
//   … rows behind page.Number(0), at most page.limit() of them …
//   response.set_next_page_token(page.Next(rows, rpc::ById));
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/page_token.h"
#include "common/rpc/canonical.h"
#include "common/rpc/context.h"
#include "common/status/status.h"

namespace jz::rpc {

// What of `region_code` the caller may see; an empty code: all that the caller may see.
// INVALID_ARGUMENT, reason INVALID_REQUEST, field region_code, when it is no code;
// PERMISSION_DENIED, reason REGION_OUT_OF_SCOPE, when the caller may see nothing of it.
absl::StatusOr<auth::RegionScope> NarrowScope(const CallContext& ctx,
                                              absl::string_view region_code);

// One page of one list of one caller: its size and the keys behind which it begins. Its tokens are
// bound to the method, the caller and every field of the request but page_size and page_token.
class ListPage {
 public:
  // INVALID_ARGUMENT, reason PAGE_SIZE_NEGATIVE or PAGE_TOKEN_INVALID.
  template <class Request>
  static absl::StatusOr<ListPage> Of(const PageTokens& tokens, const CallContext& ctx,
                                     Request request, PageLimits limits = {}) {
    const std::string token = request.page_token();
    const int size = request.page_size();
    request.clear_page_token();
    request.clear_page_size();
    ListPage page(tokens, absl::StrCat(ctx.method, "\n", ctx.subject(), "\n", Canonical(request)));
    JZ_RETURN_IF_ERROR(page.Read(token, size, limits));
    return page;
  }

  // One more than is shown: whether it is there tells whether another page follows.
  int limit() const { return size_ + 1; }

  // Keys of the last row of the page before; empty and 0 on the first page.
  std::string Key(size_t index) const { return index < keys_.size() ? keys_[index] : ""; }
  int64_t Number(size_t index) const;

  // The same for a `query` whose rows come by region and id.
  template <class Query>
  void Begin(Query& query) const {
    query.limit = limit();
    query.after_region = RegionCode::FromNumber(Number(0));
    query.after_id = decltype(query.after_id)(Number(1));
  }

  // Cuts `rows` to the page; the token of the next one, or "". `keys` makes the keys of a row.
  template <class Row, class Keys>
  std::string Next(std::vector<Row>& rows, Keys keys) const {
    if (rows.size() <= static_cast<size_t>(size_)) return "";
    rows.resize(size_);
    return tokens_->Make(query_, keys(rows.back()));
  }

 private:
  ListPage(const PageTokens& tokens, std::string query)
      : tokens_(&tokens), query_(std::move(query)) {}
  absl::Status Read(const std::string& token, int size, PageLimits limits);

  const PageTokens* tokens_;
  std::string query_;
  int size_ = 0;
  std::vector<std::string> keys_;
};

// Keys of lists in order of id, and of (region, id).
inline constexpr auto ById = [](const auto& row) {
  return std::vector<std::string>{absl::StrCat(row.id.value())};
};
inline constexpr auto ByRegionAndId = [](const auto& row) {
  return std::vector<std::string>{absl::StrCat(row.region.number()), absl::StrCat(row.id.value())};
};

}  // namespace jz::rpc
