#include "common/base/clock.h"

namespace jz {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock* clock = new RealClock;  // lives for ever, so that no exit order matters
  return *clock;
}

}  // namespace jz
