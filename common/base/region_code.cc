#include "common/base/region_code.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "common/status/status.h"

namespace jz {
namespace {

// How many codes a region of each level spans: the digits below it.
constexpr std::array<int64_t, 6> kSpan = {1'000'000'000'000, 10'000'000'000, 100'000'000,
                                          1'000'000,         1'000,          1};

constexpr int64_t SpanOf(RegionLevel level) { return kSpan[static_cast<size_t>(level)]; }

absl::Status BadFormat() {
  return InvalidArgument("REGION_CODE_FORMAT", {},
                         "a region code is 12 digits, 2-2-2-3-3; only the county may be left out");
}

}  // namespace

absl::StatusOr<RegionCode> RegionCode::Parse(absl::string_view text) {
  if (text.size() != 12) return BadFormat();
  int64_t number = 0;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return BadFormat();
    number = number * 10 + (c - '0');
  }
  const RegionCode code(number);
  if (number == 0) return code;
  if (text[0] == '0') return BadFormat();
  // Each level from the province down to the code's own has digits of its own, but for the county
  // in a city without counties: 441900003000 is a township of Dongguan, 441900000000.
  for (int level = 1; level <= static_cast<int>(code.level()); ++level) {
    if (level == static_cast<int>(RegionLevel::kCounty)) continue;
    if (number % kSpan[level - 1] / kSpan[level] == 0) return BadFormat();
  }
  return code;
}

std::string RegionCode::ToString() const { return absl::StrFormat("%012d", number_); }

RegionLevel RegionCode::level() const {
  int level = 0;
  while (number_ % kSpan[level] != 0) ++level;
  return static_cast<RegionLevel>(level);
}

RegionCode RegionCode::Parent() const {
  const int own = static_cast<int>(level());
  return own == 0 ? *this : AtLevel(static_cast<RegionLevel>(own - 1));
}

RegionCode RegionCode::AtLevel(RegionLevel level) const {
  return RegionCode(number_ - number_ % SpanOf(level));
}

int32_t RegionCode::CountyNumber() const {
  if (level() < RegionLevel::kCounty) return 0;
  return static_cast<int32_t>(number_ / SpanOf(RegionLevel::kCounty));
}

int64_t RegionCode::Last() const { return number_ + SpanOf(level()) - 1; }

}  // namespace jz
