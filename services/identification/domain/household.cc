#include "services/identification/domain/household.h"

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace jz::identification {

std::string JoinCodes(const std::vector<std::string>& codes) { return absl::StrJoin(codes, ";"); }

std::vector<std::string> SplitCodes(absl::string_view text) {
  return absl::StrSplit(text, ';', absl::SkipWhitespace());
}

}  // namespace jz::identification
