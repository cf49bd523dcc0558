// What the conversions of requests check alike: each adds a violation of `field` and goes on, so
// that all problems of a request are reported at once.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/base/date.h"
#include "common/base/region_code.h"
#include "common/status/status.h"

namespace jz::identification {

// Items of one call. BATCH_EMPTY, BATCH_TOO_LARGE.
inline constexpr int kMaxBatch = 1000;
void CheckBatch(absl::string_view field, int size, int most, Violations& violations);

// `least` to `most` characters, none of them a control. TEXT_FORMAT.
void CheckLength(absl::string_view text, int least, int most, absl::string_view field,
                 Violations& violations);
// Up to `most` characters; reason `missing` when there are none, unless that is nullptr.
void CheckText(absl::string_view text, int most, absl::string_view field, const char* missing,
               Violations& violations);

// The nation and a violation, REGION_CODE_FORMAT, when `text` is no code.
RegionCode RegionFrom(absl::string_view text, absl::string_view field, Violations& violations);
// `fallback` and a violation, DATE_FORMAT, when `text` is no civil day.
Date DateFrom(absl::string_view text, absl::string_view field, Violations& violations,
              Date fallback = Date());

}  // namespace jz::identification
