// How much longer things may take where they run slower, and how much less is done there.
#pragma once

#include "absl/time/time.h"

namespace jz::testing {

#if __has_feature(thread_sanitizer)
inline constexpr int kTimeFactor = 5;
#elif __has_feature(address_sanitizer)
inline constexpr int kTimeFactor = 4;
#else
inline constexpr int kTimeFactor = 1;
#endif

// For times that a test allows something to take (10 s at most: no call may take more than 60 s);
// never for times that the tested code keeps.
inline absl::Duration Allow(absl::Duration time) { return time * kTimeFactor; }

// Of random inputs, which the unsanitized build tries in full.
constexpr int Rounds(int rounds) { return rounds / (kTimeFactor * kTimeFactor); }

}  // namespace jz::testing
