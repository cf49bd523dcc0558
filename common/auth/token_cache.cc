#include "common/auth/token_cache.h"

#include <algorithm>

namespace jz::auth {

TokenCache::TokenCache(int size)
    : shard_size_(std::max<size_t>(1, static_cast<size_t>(std::max(size, 0)) / kShards)) {}

std::shared_ptr<const Principal> TokenCache::Find(const Sha256Digest& digest, absl::Time now) {
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

void TokenCache::Put(const Sha256Digest& digest, Entry entry) {
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
