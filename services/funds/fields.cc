#include "services/funds/fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/money.h"

namespace jz::funds {
namespace {

// Protobuf has checked that texts are UTF-8.
int Characters(absl::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

bool LooksLikeUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = absl::ascii_isdigit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

}  // namespace

void Fields::Bad(absl::string_view name, absl::string_view rule, absl::string_view text) {
  if (list_.empty()) {
    violations_.Add(name, rule, text);
  } else {
    violations_.Add(absl::StrCat(list_, "[", index_, "].", name), rule, text);
  }
}

RegionCode Fields::Region(absl::string_view name, absl::string_view text) {
  absl::StatusOr<RegionCode> region = RegionCode::Parse(text);
  if (region.ok()) return *region;
  Bad(name, ReasonOf(region.status()), region.status().message());
  return RegionCode();
}

jz::Date Fields::Day(absl::string_view name, absl::string_view text) {
  absl::StatusOr<jz::Date> day = ParseDate(text);
  if (day.ok()) return *day;
  Bad(name, ReasonOf(day.status()), day.status().message());
  return jz::Date();
}

int64_t Fields::Number(absl::string_view name, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most) {
    Bad(name, "RANGE", absl::StrCat("must be ", least, " to ", most));
  }
  return value;
}

int64_t Fields::Fen(absl::string_view name, int64_t value, int64_t least) {
  return Number(name, value, least, Money::kMaxFen);
}

std::string Fields::Text(absl::string_view name, const std::string& text, int least, int most) {
  const int length = Characters(text);
  const bool control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_iscntrl(c); });
  if (length < least || length > most || control) {
    Bad(name, length < least ? "REQUIRED" : "TEXT",
        absl::StrCat(least, " to ", most, " characters, no control characters"));
  }
  return text;
}

std::string Fields::Code(absl::string_view name, const std::string& text, int least, int most,
                         absl::string_view extra) {
  const bool known = std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return absl::ascii_isalnum(c) || extra.find(static_cast<char>(c)) != absl::string_view::npos;
  });
  const int length = static_cast<int>(text.size());
  if (length < least || length > most || !known) {
    Bad(name, length < least ? "REQUIRED" : "FORMAT",
        absl::StrCat(least, " to ", most, " ASCII letters, digits and any of ", extra));
  }
  return text;
}

std::string Fields::Uuid(absl::string_view name, const std::string& text) {
  if (!LooksLikeUuid(text)) Bad(name, "UUID_FORMAT", "a UUID in lower case, 8-4-4-4-12 hex digits");
  return text;
}

}  // namespace jz::funds
