#include "services/identification/domain/household.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace jz::identification {

bool IsDeparture(absl::string_view member_change) {
  constexpr absl::string_view kDepartures[] = {"01", "02", "03", "04", "08"};
  return std::find(std::begin(kDepartures), std::end(kDepartures), member_change) !=
         std::end(kDepartures);
}

std::string JoinCodes(const std::vector<std::string>& codes) { return absl::StrJoin(codes, ";"); }

std::vector<std::string> SplitCodes(absl::string_view text) {
  return absl::StrSplit(text, ';', absl::SkipWhitespace());
}

}  // namespace jz::identification
