// What holds for the whole process, whichever side of a call it is.
#pragma once

#include "absl/synchronization/mutex.h"

namespace jz::rpc {

// Debian builds Abseil with its search for deadlocks switched on. Inside gRPC it took a twentieth
// of a call's time (measured with perf).
inline void SkipDeadlockSearch() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace jz::rpc
