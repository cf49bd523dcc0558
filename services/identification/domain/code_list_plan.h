// Changing code lists: what may be entered beside what is stored.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/region_code.h"
#include "common/status/status.h"
#include "services/identification/domain/code_book.h"

namespace jz::identification {

// One span of validity of a code in a region, first and last day included.
struct StoredCode {
  CodeEntry entry;
  RegionCode region;
  Date valid_from;
  Date valid_to;
  std::string recorded_by;
  absl::Time recorded_at;
};

// What a batch of codes has to write.
struct CodePlan {
  std::vector<StoredCode> created;
  std::vector<StoredCode> closed;  // with their new valid_to
};

// Decides on `rows` against every stored span of their lists. A code keeps its key; of a stored row
// only valid_to can change; a new span ends an open one of the same code and region the day before;
// no label or alias may stand for two codes. Every problem is a violation of `codes[i]…`; the plan
// counts only when there is none.
CodePlan PlanCodes(absl::Span<const StoredCode> stored, absl::Span<const StoredCode> rows,
                   Violations& violations);

}  // namespace jz::identification
