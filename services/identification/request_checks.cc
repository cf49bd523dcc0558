#include "services/identification/request_checks.h"

#include "absl/strings/str_cat.h"
#include "services/identification/domain/csv.h"

namespace jz::identification {

void CheckBatch(absl::string_view field, int size, int most, Violations& violations) {
  if (size == 0) violations.Add(field, "BATCH_EMPTY", "give at least one");
  if (size > most) {
    violations.Add(field, "BATCH_TOO_LARGE", absl::StrCat("at most ", most, " in a call"));
  }
}

void CheckLength(absl::string_view text, int least, int most, absl::string_view field,
                 Violations& violations) {
  const int64_t length = CountCharacters(text);
  if (length < least || length > most || HasControlCharacter(text)) {
    violations.Add(field, "TEXT_FORMAT",
                   absl::StrCat(least, " to ", most, " characters, none of them a control"));
  }
}

void CheckText(absl::string_view text, int most, absl::string_view field, const char* missing,
               Violations& violations) {
  if (!text.empty()) {
    CheckLength(text, 0, most, field, violations);
  } else if (missing != nullptr) {
    violations.Add(field, missing, "is required");
  }
}

RegionCode RegionFrom(absl::string_view text, absl::string_view field, Violations& violations) {
  absl::StatusOr<RegionCode> region = RegionCode::Parse(text);
  if (!region.ok()) {
    violations.Add(field, "REGION_CODE_FORMAT", region.status().message());
  }
  return region.value_or(RegionCode());
}

Date DateFrom(absl::string_view text, absl::string_view field, Violations& violations,
              Date fallback) {
  absl::StatusOr<Date> date = ParseDate(text);
  if (!date.ok()) violations.Add(field, "DATE_FORMAT", "a civil day, YYYY-MM-DD");
  return date.value_or(fallback);
}

}  // namespace jz::identification
