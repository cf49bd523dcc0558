#include "common/rpc/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/ids.h"
#include "jingzhun/common/v1/job.pb.h"
#include "tests/support/violations.h"

namespace jz::rpc {
namespace {

using ::jingzhun::common::v1::ListJobErrorsRequest;
using jz::testing::ViolationsOf;
using ::testing::ElementsAre;

CallContext CallOf(const char* subject, std::vector<const char*> regions) {
  auth::Principal principal;
  principal.subject = subject;
  std::vector<RegionCode> codes;
  for (const char* region : regions) codes.push_back(*RegionCode::Parse(region));
  principal.scope = auth::RegionScope(codes);
  CallContext ctx;
  ctx.principal = std::make_shared<auth::Principal>(std::move(principal));
  ctx.method = "/service/List";
  return ctx;
}

std::vector<std::string> RegionsOf(const absl::StatusOr<auth::RegionScope>& scope) {
  std::vector<std::string> regions;
  if (!scope.ok()) return {scope.status().ToString()};
  for (RegionCode region : scope->regions()) regions.push_back(region.ToString());
  return regions;
}

TEST(NarrowScope, GivesWhatTheCallerMaySeeOfTheRegion) {
  const CallContext ctx = CallOf("clerk", {"230221101000", "230222000000"});
  EXPECT_THAT(RegionsOf(NarrowScope(ctx, "")), ElementsAre("230221101000", "230222000000"));
  EXPECT_THAT(RegionsOf(NarrowScope(ctx, "230221101200")), ElementsAre("230221101200"));
  EXPECT_THAT(RegionsOf(NarrowScope(ctx, "230221000000")), ElementsAre("230221101000"));
}

TEST(NarrowScope, RefusesRegionsOfOthersAndWhatIsNoCode) {
  const CallContext ctx = CallOf("clerk", {"230221000000"});
  absl::Status outside = NarrowScope(ctx, "230222000000").status();
  EXPECT_EQ(outside.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(outside), "REGION_OUT_OF_SCOPE");
  absl::Status none = NarrowScope(ctx, "230221").status();
  EXPECT_EQ(ReasonOf(none), "INVALID_REQUEST");
  EXPECT_THAT(ViolationsOf(none), ElementsAre("region_code REGION_CODE_FORMAT"));
}

struct NoteTag {
  [[maybe_unused]] static constexpr char kCollection[] = "notes";
};
using NoteId = Id<NoteTag>;
struct Row {
  RegionCode region;
  NoteId id;
};

class ListPageTest : public ::testing::Test {
 protected:
  absl::StatusOr<ListPage> Page(const CallContext& ctx, int size, const std::string& token,
                                const std::string& name = "jobs/a") {
    ListJobErrorsRequest request;
    request.set_name(name);
    request.set_page_size(size);
    request.set_page_token(token);
    return ListPage::Of(tokens_, ctx, request, {.default_size = 3, .max_size = 4});
  }
  // Rows behind `after`.
  static std::vector<Row> RowsAfter(int64_t after, int limit) {
    std::vector<Row> rows;
    for (int64_t id = after + 1; id <= 5 && static_cast<int>(rows.size()) < limit; ++id) {
      rows.push_back({*RegionCode::Parse("230221101200"), NoteId(id)});
    }
    return rows;
  }

  PageTokens tokens_{"0123456789abcdef"};
  CallContext ctx_ = CallOf("clerk", {"230221000000"});
};

TEST_F(ListPageTest, ShowsEveryRowOnceAndNoEmptyPage) {
  std::string token;
  std::vector<int64_t> seen;
  int pages = 0;
  do {
    auto page = Page(ctx_, 0, token);
    ASSERT_TRUE(page.ok()) << page.status();
    std::vector<Row> rows = RowsAfter(page->Number(0), page->limit());
    token = page->Next(rows, ById);
    for (const Row& row : rows) seen.push_back(row.id.value());
    ++pages;
  } while (!token.empty());
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(pages, 2);
}

TEST_F(ListPageTest, BeginsBehindRegionAndId) {
  std::vector<Row> rows = RowsAfter(0, 5);
  const std::string token = Page(ctx_, 4, "")->Next(rows, ByRegionAndId);
  struct {
    RegionCode after_region;
    NoteId after_id;
    int limit = 0;
  } query;
  Page(ctx_, 2, token)->Begin(query);
  EXPECT_EQ(query.after_region.ToString(), "230221101200");
  EXPECT_EQ(query.after_id, NoteId(4));
  EXPECT_EQ(query.limit, 3) << "the size may change between pages";
}

TEST_F(ListPageTest, RefusesTokensOfOtherCallersMethodsAndFilters) {
  std::vector<Row> rows = RowsAfter(0, 5);
  const std::string token = Page(ctx_, 2, "")->Next(rows, ById);
  EXPECT_TRUE(Page(ctx_, 2, token).ok());
  CallContext other_method = ctx_;
  other_method.method = "/service/ListOthers";
  for (const absl::Status& refused :
       {Page(CallOf("officer", {"230221000000"}), 2, token).status(),
        Page(other_method, 2, token).status(), Page(ctx_, 2, token, "jobs/b").status(),
        Page(ctx_, 2, "forged").status()}) {
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(refused), "PAGE_TOKEN_INVALID");
  }
  EXPECT_EQ(ReasonOf(Page(ctx_, -1, "").status()), "PAGE_SIZE_NEGATIVE");
  EXPECT_EQ(Page(ctx_, 100, "")->limit(), 5) << "over the maximum means the maximum";
}

}  // namespace
}  // namespace jz::rpc
