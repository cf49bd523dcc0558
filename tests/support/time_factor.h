// How much longer things may take where they run slower.
#pragma once

#include "absl/time/time.h"

namespace jz::testing {

#if defined(__SANITIZE_THREAD__)
inline constexpr int kTimeFactor = 5;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr int kTimeFactor = 3;
#else
inline constexpr int kTimeFactor = 1;
#endif

// For times that a test allows something to take; never for times that the tested code keeps.
inline absl::Duration Allow(absl::Duration time) { return time * kTimeFactor; }

}  // namespace jz::testing
