#include "common/sql/id_allocator.h"

#include <algorithm>

#include "common/base/ids.h"
#include "common/status/status.h"

namespace jz::sql {
namespace {

// A batch of 1,000 rows at a time then asks the database every tenth time.
constexpr int64_t kMinBlock = 1000;
constexpr int64_t kMaxBlock = 100'000;
constexpr int kBlockPerCount = 10;
constexpr int64_t kSequenceLimit = int64_t{1} << kIdSequenceBits;

constexpr char kAdvance[] =
    "INSERT INTO id_block (county, next_sequence) VALUES (?, ? + 1) "
    "ON DUPLICATE KEY UPDATE next_sequence = next_sequence + ?";
constexpr char kSelectNext[] = "SELECT next_sequence FROM id_block WHERE county = ?";

absl::Time Capped(absl::Time deadline) {
  return std::min(deadline, absl::Now() + absl::Hours(1));  // the standard library overflows above
}

}  // namespace

absl::StatusOr<IdAllocator::Block> IdAllocator::Reserve(int32_t county, int count,
                                                        absl::Time deadline) {
  int64_t size = std::clamp<int64_t>(int64_t{count} * kBlockPerCount, kMinBlock, kMaxBlock);
  size = std::max<int64_t>(size, count);
  auto end = db_.Transact(deadline, [&](Transaction& tx) -> absl::StatusOr<std::optional<int64_t>> {
    JZ_RETURN_IF_ERROR(tx.Execute(kAdvance, {county, size, size}).status());
    return tx.SelectOne(kSelectNext, {county}, [](const Row& row) { return row.Int(0); });
  });
  JZ_RETURN_IF_ERROR(end.status());
  if (!end->has_value() || **end > kSequenceLimit) {
    return Internal("ID_SPACE", "no ids are left for a county");
  }
  return Block{.next = **end - size, .end = **end};
}

absl::StatusOr<std::vector<int64_t>> IdAllocator::Next(RegionCode region, int count,
                                                       absl::Time deadline) {
  if (count < 0) return Internal("ID_COUNT", "a negative count of ids");
  const int32_t county = region.CountyNumber();
  std::vector<int64_t> ids;
  ids.reserve(count);
  std::unique_lock lock(mutex_);
  Block& block = blocks_[county];  // map entries stay where they are
  while (block.end - block.next < count) {
    if (block.reserving) {
      if (reserved_.wait_until(lock, absl::ToChronoTime(Capped(deadline))) ==
              std::cv_status::timeout &&
          absl::Now() >= deadline) {
        return DeadlineExceeded("DEADLINE_EXCEEDED", "no ids were reserved in time");
      }
      continue;
    }
    block.reserving = true;
    lock.unlock();
    absl::StatusOr<Block> reserved = Reserve(county, count, deadline);
    lock.lock();
    block.reserving = false;
    reserved_.notify_all();
    JZ_RETURN_IF_ERROR(reserved.status());
    block.next = reserved->next;
    block.end = reserved->end;
  }
  for (int i = 0; i < count; ++i) ids.push_back(MakeId(county, block.next++));
  return ids;
}

absl::StatusOr<int64_t> IdAllocator::Next(RegionCode region, absl::Time deadline) {
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, Next(region, 1, deadline));
  return ids.front();
}

}  // namespace jz::sql
