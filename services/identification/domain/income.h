// Net income of a household (人均纯收入).
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace jz::identification {

// A year's income of a whole household, in fen.
struct IncomeItems {
  int64_t wage_fen = 0;
  int64_t business_fen = 0;
  int64_t property_fen = 0;
  int64_t transfer_fen = 0;
  int64_t cost_fen = 0;  // cost of production
};

// 10 million yuan: more in one item is taken for a slip of the pen.
inline constexpr int64_t kMaxIncomeFen = 1'000'000'000;

// wage + business + property + transfer - cost; can be negative. Items must lie within 0 and
// kMaxIncomeFen.
int64_t NetIncomeFen(const IncomeItems& items);

// net / members, rounded down to the fen (towards minus infinity, so that nobody passes a line by
// rounding). 0 for a household without members.
int64_t NetPerHeadFen(int64_t net_fen, int members);

struct IncomeStatement {
  int year = 0;
  int version = 1;
  IncomeItems items;
  int64_t net_fen = 0;
  int64_t net_per_head_fen = 0;
  int member_count = 0;
  std::string reason;
  std::string recorded_by;
  absl::Time recorded_at;
  std::string record;  // what it was computed from: serialized IncomeRecord; may be empty
};

// Cost of a product when a share of its revenue counts: revenue x share, exact, in 1/10000 fen.
// Revenue within 0 and kMaxIncomeFen, share within 0 and 10,000.
inline int64_t ExactCost(int64_t revenue_fen, int64_t share_per_10000) {
  return revenue_fen * share_per_10000;
}
// Exact cost to whole fen, rounded up: net income is rounded down, so that nobody passes a line by
// rounding.
inline int64_t CostFen(int64_t exact_cost) { return (exact_cost + 9'999) / 10'000; }

}  // namespace jz::identification
