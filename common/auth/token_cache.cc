#include "common/auth/token_cache.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace jz::auth {
namespace {

// One context a thread: fetching the algorithm anew would cost more than the hash.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    Must(EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr));
  }

  TokenDigest Of(absl::string_view text) {
    TokenDigest digest;
    Must(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr));
    Must(EVP_DigestUpdate(context_.get(), text.data(), text.size()));
    Must(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
    return digest;
  }

 private:
  static void Must(int result) {
    if (result == 1) return;
    std::fputs("libcrypto failed\n", stderr);
    std::abort();
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

TokenDigest DigestOf(absl::string_view token) {
  thread_local Sha256 sha256;
  return sha256.Of(token);
}

TokenCache::TokenCache(int size)
    : shard_size_(std::max<size_t>(1, static_cast<size_t>(std::max(size, 0)) / kShards)) {}

std::shared_ptr<const Principal> TokenCache::Find(const TokenDigest& digest, absl::Time now) {
  Shard& shard = ShardOf(digest);
  std::lock_guard lock(shard.mutex);
  auto found = shard.entries.find(digest);
  if (found == shard.entries.end()) return nullptr;
  auto use = found->second;
  const Entry& entry = use->second;
  if (now >= entry.expires_at || entry.key->revoked.load(std::memory_order_relaxed)) {
    shard.entries.erase(found);
    shard.uses.erase(use);
    return nullptr;
  }
  if (use != shard.uses.begin()) shard.uses.splice(shard.uses.begin(), shard.uses, use);
  return entry.principal;
}

void TokenCache::Put(const TokenDigest& digest, Entry entry) {
  Shard& shard = ShardOf(digest);
  std::lock_guard lock(shard.mutex);
  if (auto found = shard.entries.find(digest); found != shard.entries.end()) {
    found->second->second = std::move(entry);
    return;
  }
  if (shard.entries.size() >= shard_size_) {
    shard.entries.erase(shard.uses.back().first);
    shard.uses.pop_back();
  }
  shard.uses.emplace_front(digest, std::move(entry));
  shard.entries.emplace(digest, shard.uses.begin());
}

}  // namespace jz::auth
