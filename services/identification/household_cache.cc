#include "services/identification/household_cache.h"

#include <utility>

namespace jz::identification {

size_t HouseholdCache::Cost(const Entry& entry) { return entry.message->size() + 160; }

std::shared_ptr<const std::string> HouseholdCache::Find(HouseholdId id, int64_t version) {
  Shard& shard = ShardOf(id);
  std::lock_guard lock(shard.mutex);
  auto found = shard.by_id.find(id);
  if (found == shard.by_id.end() || found->second->version != version) return nullptr;
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->message;
}

void HouseholdCache::Put(HouseholdId id, int64_t version,
                         std::shared_ptr<const std::string> message) {
  Shard& shard = ShardOf(id);
  std::lock_guard lock(shard.mutex);
  if (auto found = shard.by_id.find(id); found != shard.by_id.end()) {
    if (found->second->version > version) return;  // read in an older snapshot
    shard.bytes -= Cost(*found->second);
    shard.entries.erase(found->second);
    shard.by_id.erase(found);
  }
  shard.entries.push_front({.id = id, .version = version, .message = std::move(message)});
  shard.by_id[id] = shard.entries.begin();
  shard.bytes += Cost(shard.entries.front());
  while (shard.bytes > max_shard_bytes_ && !shard.entries.empty()) {
    shard.bytes -= Cost(shard.entries.back());
    shard.by_id.erase(shard.entries.back().id);
    shard.entries.pop_back();
  }
}

}  // namespace jz::identification
