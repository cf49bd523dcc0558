#include "common/base/page_token.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"
#include "common/status/status.h"

namespace jz {
namespace {

const std::vector<std::string> kKeys = {"620123", "张三", std::string("a\0b", 3), ""};

class PageTokensTest : public testing::Test {
 protected:
  std::string ReasonFor(absl::string_view token, absl::string_view query = "households|name") {
    return ReasonOf(tokens_.Read(query, token).status());
  }

  PageTokens tokens_{"sixteen-secret-bytes"};
  std::string token_ = tokens_.Make("households|name", kKeys);
};

TEST_F(PageTokensTest, ReadsBackItsKeys) {
  auto keys = tokens_.Read("households|name", token_);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(*keys, kKeys);
  EXPECT_TRUE(tokens_.Read("q", tokens_.Make("q", {}))->empty());
}

TEST_F(PageTokensTest, TakesAnEmptyTokenAsTheFirstPage) {
  auto keys = tokens_.Read("households|name", "");
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->empty());
}

TEST_F(PageTokensTest, GoesIntoAUrlAsItIs) {
  for (char c : token_) EXPECT_TRUE(isalnum(c) != 0 || c == '-' || c == '_') << token_;
}

TEST_F(PageTokensTest, IsTheSameInEveryReplica) {
  EXPECT_EQ(PageTokens("sixteen-secret-bytes").Make("households|name", kKeys), token_);
}

TEST_F(PageTokensTest, RefusesTokensOfAnotherQueryOrKey) {
  EXPECT_EQ(ReasonFor(token_, "households|birth"), "PAGE_TOKEN_INVALID");
  EXPECT_EQ(ReasonFor(token_, ""), "PAGE_TOKEN_INVALID");
  EXPECT_EQ(ReasonFor(PageTokens("another-secret-key").Make("households|name", kKeys)),
            "PAGE_TOKEN_INVALID");
}

TEST_F(PageTokensTest, RefusesEveryChangedCharacterAndEveryCut) {
  for (size_t size = 1; size < token_.size(); ++size) {
    EXPECT_EQ(ReasonFor(token_.substr(0, size)), "PAGE_TOKEN_INVALID") << size;
  }
  for (size_t at = 0; at < token_.size(); ++at) {
    std::string changed = token_;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(ReasonFor(changed), "PAGE_TOKEN_INVALID") << at;
  }
  for (const char* added : {"A", "=", "==", " ", "\n", "AAAA"}) {
    EXPECT_EQ(ReasonFor(token_ + added), "PAGE_TOKEN_INVALID");
  }
}

TEST_F(PageTokensTest, RefusesAnyOtherSpellingOfTheSameBytes) {
  // The last character of unpadded base64 can hold bits that belong to no byte.
  std::string token = tokens_.Make("q", {});
  ASSERT_EQ(token.size(), 22u);
  int accepted = 0;
  for (char c :
       absl::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    token.back() = c;
    accepted += tokens_.Read("q", token).ok() ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
}

TEST_F(PageTokensTest, RefusesRandomBytes) {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    const std::string bytes = RandomBytes(1 + static_cast<int>(random() % 100));
    EXPECT_EQ(ReasonFor(absl::WebSafeBase64Escape(bytes)), "PAGE_TOKEN_INVALID");
    EXPECT_EQ(ReasonFor(bytes), "PAGE_TOKEN_INVALID");
  }
  EXPECT_EQ(ReasonFor(std::string(100'000, 'A')), "PAGE_TOKEN_INVALID");
}

TEST_F(PageTokensTest, DoesNotMixQueryAndKeys) {
  // Query and payload are signed with the boundary between them.
  const std::string payload = absl::StrCat(absl::string_view("\0\0\0\1x", 5));
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(tokens_.Make("q", {"x"}), &bytes));
  EXPECT_EQ(bytes.substr(16), payload);
  EXPECT_EQ(ReasonFor(absl::WebSafeBase64Escape(bytes.substr(0, 16)), "q" + payload),
            "PAGE_TOKEN_INVALID");
}

TEST(PageTokensDeathTest, StopsWithoutARealKey) {
  EXPECT_DEATH(PageTokens("short"), "at least 16 bytes");
}

TEST(PageSize, FollowsAip158) {
  EXPECT_EQ(*PageSize(0), 50);
  EXPECT_EQ(*PageSize(7), 7);
  EXPECT_EQ(*PageSize(1000), 1000);
  EXPECT_EQ(*PageSize(1001), 1000);
  EXPECT_EQ(*PageSize(5, {.default_size = 2, .max_size = 3}), 3);
  EXPECT_EQ(ReasonOf(PageSize(-1).status()), "PAGE_SIZE_NEGATIVE");
}

}  // namespace
}  // namespace jz
