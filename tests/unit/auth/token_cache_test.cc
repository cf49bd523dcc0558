#include "common/auth/token_cache.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"

namespace jz::auth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'500'000'000);

TokenCache::Entry EntryFor(std::string subject, absl::Time expires_at = kNow + absl::Hours(1)) {
  auto principal = std::make_shared<Principal>();
  principal->subject = std::move(subject);
  return {std::move(principal), std::make_shared<VerificationKey>(), expires_at};
}

// Digests that all fall into one shard, so that its bound is met exactly.
Sha256Digest InOneShard(int i) {
  Sha256Digest digest{};
  digest[1] = static_cast<unsigned char>(i >> 8);
  digest[2] = static_cast<unsigned char>(i);
  return digest;
}

TEST(TokenCache, FindsWhatWasPut) {
  TokenCache cache(100);
  EXPECT_EQ(cache.Find(Sha256("a"), kNow), nullptr);
  cache.Put(Sha256("a"), EntryFor("zhang"));
  cache.Put(Sha256("b"), EntryFor("li"));
  EXPECT_EQ(cache.Find(Sha256("a"), kNow)->subject, "zhang");
  EXPECT_EQ(cache.Find(Sha256("b"), kNow)->subject, "li");
  cache.Put(Sha256("a"), EntryFor("wang"));
  EXPECT_EQ(cache.Find(Sha256("a"), kNow)->subject, "wang");
}

TEST(TokenCache, ForgetsAtTheInstantOfExpiry) {
  TokenCache cache(100);
  cache.Put(Sha256("a"), EntryFor("zhang", kNow + absl::Seconds(1)));
  EXPECT_NE(cache.Find(Sha256("a"), kNow + absl::Milliseconds(999)), nullptr);
  EXPECT_EQ(cache.Find(Sha256("a"), kNow + absl::Seconds(1)), nullptr);
  EXPECT_EQ(cache.Find(Sha256("a"), kNow), nullptr);
}

TEST(TokenCache, ForgetsTokensOfARevokedKey) {
  TokenCache cache(100);
  auto key = std::make_shared<VerificationKey>();
  TokenCache::Entry entry = EntryFor("zhang");
  entry.key = key;
  cache.Put(Sha256("a"), entry);
  EXPECT_NE(cache.Find(Sha256("a"), kNow), nullptr);
  key->revoked = true;
  EXPECT_EQ(cache.Find(Sha256("a"), kNow), nullptr);
}

TEST(TokenCache, DropsTheLeastRecentlyUsed) {
  TokenCache cache(16 * 3);  // three in each shard
  for (int i = 0; i < 3; ++i) cache.Put(InOneShard(i), EntryFor(absl::StrCat(i)));
  EXPECT_NE(cache.Find(InOneShard(0), kNow), nullptr);
  cache.Put(InOneShard(3), EntryFor("3"));
  EXPECT_EQ(cache.Find(InOneShard(1), kNow), nullptr);
  for (int i : {0, 2, 3}) EXPECT_NE(cache.Find(InOneShard(i), kNow), nullptr) << i;
}

TEST(TokenCache, NeverHoldsMoreThanItsSize) {
  TokenCache cache(160);
  for (int i = 0; i < 5000; ++i) cache.Put(Sha256(absl::StrCat(i)), EntryFor("x"));
  int found = 0;
  for (int i = 0; i < 5000; ++i)
    found += cache.Find(Sha256(absl::StrCat(i)), kNow) != nullptr ? 1 : 0;
  EXPECT_LE(found, 160);
  EXPECT_GT(found, 100);
}

}  // namespace
}  // namespace jz::auth
