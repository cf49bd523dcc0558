// Hands out row ids by county (ids hold the county where the row was born).
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/region_code.h"
#include "common/sql/database.h"

namespace jz::sql {

// Reserves blocks of ids in table id_block, in a transaction of its own, and hands them out from
// memory: unique over all replicas; a crash leaves a gap. Thread-safe.
class IdAllocator {
 public:
  explicit IdAllocator(Database& db) : db_(db) {}

  // `count` ids, ascending, of the county that `region` lies in (0 above counties).
  absl::StatusOr<std::vector<int64_t>> Next(RegionCode region, int count, absl::Time deadline);
  absl::StatusOr<int64_t> Next(RegionCode region, absl::Time deadline);

 private:
  struct Block {
    int64_t next = 0;  // the first sequence number still free
    int64_t end = 0;
    bool reserving = false;  // one thread asks the database; the others of the county wait
  };
  absl::StatusOr<Block> Reserve(int32_t county, int count, absl::Time deadline);

  Database& db_;
  std::mutex mutex_;
  std::condition_variable reserved_;
  std::map<int32_t, Block> blocks_;  // by county
};

}  // namespace jz::sql
