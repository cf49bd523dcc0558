// Households as GetHousehold answers them, by version. What is here is never believed: a reader
// asks the database for the version first, in one row of the primary key, so that other replicas
// need not be told of anything.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// Serialized messages with personal data masked as for Purpose::kDetail. The least recently used go
// first. Thread-safe.
class HouseholdCache {
 public:
  static constexpr size_t kMaxBytes = size_t{128} << 20;

  explicit HouseholdCache(size_t max_bytes = kMaxBytes) : max_shard_bytes_(max_bytes / kShards) {}

  // Null unless the household is here in that version.
  std::shared_ptr<const std::string> Find(HouseholdId id, int64_t version);
  void Put(HouseholdId id, int64_t version, std::shared_ptr<const std::string> message);

 private:
  static constexpr size_t kShards = 16;

  struct Entry {
    HouseholdId id;
    int64_t version = 0;
    std::shared_ptr<const std::string> message;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> entries;  // most recently used first
    absl::flat_hash_map<HouseholdId, std::list<Entry>::iterator> by_id;
    size_t bytes = 0;
  };
  static size_t Cost(const Entry& entry);
  Shard& ShardOf(HouseholdId id) { return shards_[static_cast<size_t>(id.value()) % kShards]; }

  const size_t max_shard_bytes_;
  std::array<Shard, kShards> shards_;
};

}  // namespace jz::identification
