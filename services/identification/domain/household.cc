#include "services/identification/domain/household.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace jz::identification {

std::optional<std::string> PlainAccount(absl::string_view account) {
  constexpr size_t kFewestDigits = 8;
  constexpr size_t kMostDigits = 32;
  std::string digits;
  for (const char c : account) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      digits.push_back(c);
    } else if (c != ' ' && c != '-') {
      return std::nullopt;
    }
  }
  if (digits.size() < kFewestDigits || digits.size() > kMostDigits) return std::nullopt;
  return digits;
}

bool IsDeparture(absl::string_view member_change) {
  constexpr absl::string_view kDepartures[] = {"01", "02", "03", "04", "08", "11", "12"};
  return std::find(std::begin(kDepartures), std::end(kDepartures), member_change) !=
         std::end(kDepartures);
}

bool IsJoining(absl::string_view member_change) {
  constexpr absl::string_view kJoinings[] = {"05", "06", "07", "09", "10"};
  return std::find(std::begin(kJoinings), std::end(kJoinings), member_change) !=
         std::end(kJoinings);
}

std::string JoinCodes(const std::vector<std::string>& codes) { return absl::StrJoin(codes, ";"); }

std::vector<std::string> SplitCodes(absl::string_view text) {
  return absl::StrSplit(text, ';', absl::SkipWhitespace());
}

}  // namespace jz::identification
