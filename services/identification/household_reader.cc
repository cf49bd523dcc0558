#include "services/identification/household_reader.h"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "common/status/status.h"
#include "services/identification/read_households.h"

namespace jz::identification {
namespace {

constexpr size_t kMaxTogether = 100;
constexpr size_t kMaxPassed = 100;  // of other scopes, to find some of the same
constexpr size_t kMaxWaiting = 10'000;

// More readers at once would only find fewer calls each.
int ReadersFor(unsigned cores) { return static_cast<int>(std::max(2U, cores)); }

}  // namespace

HouseholdReader::HouseholdReader(const Deps& deps)
    : deps_(deps), max_readers_(ReadersFor(std::thread::hardware_concurrency())) {}

void HouseholdReader::Read(const auth::RegionScope& scope, HouseholdId id, absl::Time deadline,
                           Done done) {
  Call call{.scope = &scope, .id = id, .deadline = deadline, .done = std::move(done)};
  if (Queue(call)) return ReadAll();
  if (call.done != nullptr) {
    call.done(ResourceExhausted("READ_QUEUE_FULL", {}, "too many reads are waiting; try again"));
  }
}

// True when the caller is to read what waits. `call` keeps its `done` when too many wait.
bool HouseholdReader::Queue(Call& call) {
  std::lock_guard lock(mutex_);
  if (queue_.size() >= kMaxWaiting) return false;
  queue_.push_back(std::move(call));
  call.done = nullptr;
  if (readers_ >= max_readers_) return false;
  ++readers_;
  return true;
}

void HouseholdReader::ReadAll() {
  std::unique_lock lock(mutex_);
  // Also when something throws: then the next caller goes on with what waits.
  const auto end = absl::MakeCleanup([&] {
    if (!lock.owns_lock()) lock.lock();
    --readers_;
  });
  while (!queue_.empty()) {
    std::vector<Call> calls = Take();
    lock.unlock();
    ReadTogether(absl::MakeSpan(calls));
    lock.lock();
  }
}

// The first that waits, and others of its scope.
std::vector<HouseholdReader::Call> HouseholdReader::Take() {
  std::vector<Call> taken;
  const auto regions = queue_.front().scope->regions();
  std::deque<Call> left;
  while (!queue_.empty() && taken.size() < kMaxTogether && left.size() < kMaxPassed) {
    Call& call = queue_.front();
    const bool same = call.scope->regions() == regions;
    same ? taken.push_back(std::move(call)) : left.push_back(std::move(call));
    queue_.pop_front();
  }
  queue_.insert(queue_.begin(), std::make_move_iterator(left.begin()),
                std::make_move_iterator(left.end()));
  return taken;
}

void HouseholdReader::ReadTogether(absl::Span<Call> calls) {
  std::vector<HouseholdId> ids;
  absl::Time deadline = absl::InfinitePast();
  for (const Call& call : calls) {
    ids.push_back(call.id);
    deadline = std::max(deadline, call.deadline);
  }
  auto messages = ReadHouseholds(deps_, *calls[0].scope, ids, deadline);
  if (absl::IsInternal(messages.status()) && calls.size() > 1) {
    // One of them may be broken: that is not the others' fault.
    ReadTogether(calls.subspan(0, calls.size() / 2));
    ReadTogether(calls.subspan(calls.size() / 2));
    return;
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    messages.ok() ? calls[i].done((*messages)[i]) : calls[i].done(messages.status());
  }
}

}  // namespace jz::identification
