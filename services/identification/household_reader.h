// Reading single households for many callers at once.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "services/identification/deps.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// Calls that come while others are read wait together and hold no thread; those of the same scope
// are read next, by the same queries. What a call is told was read after it came. Thread-safe.
class HouseholdReader {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<std::shared_ptr<const std::string>>)>;

  explicit HouseholdReader(const Deps& deps);

  // As ReadHouseholds for one. `done` is called once, by this thread or another caller's; it should
  // be quick. `scope` must stay until then. RESOURCE_EXHAUSTED, reason READ_QUEUE_FULL, when
  // thousands wait.
  void Read(const auth::RegionScope& scope, HouseholdId id, absl::Time deadline, Done done);

 private:
  struct Call {
    const auth::RegionScope* scope = nullptr;
    HouseholdId id;
    absl::Time deadline;
    Done done;
  };

  bool Queue(Call& call);
  void ReadAll();
  std::vector<Call> Take();
  void ReadTogether(absl::Span<Call> calls);

  const Deps& deps_;
  const int max_readers_;
  std::mutex mutex_;
  std::deque<Call> queue_;
  int readers_ = 0;  // callers that read, until nothing waits
};

}  // namespace jz::identification
