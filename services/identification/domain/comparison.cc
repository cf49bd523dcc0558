#include "services/identification/domain/comparison.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/money.h"
#include "common/status/status.h"
#include "services/identification/domain/csv.h"

namespace jz::identification {
namespace {

constexpr char kValueSeparator = '\x1f';  // refused inside values, as every control character
constexpr int kMaxTextCharacters = 200;
constexpr size_t kMaxWholeDigits = 15;
constexpr size_t kMaxFractionDigits = 6;

absl::Status WrongType(absl::string_view description) {
  return InvalidArgument("ATTRIBUTE_TYPE", {}, description);
}

bool AllDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

absl::StatusOr<std::string> ParseNumber(absl::string_view text) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() > 2 || parts[0].empty() || (parts.size() == 2 && parts[1].empty()) ||
      !AllDigits(parts[0]) || !AllDigits(parts.back())) {
    return WrongType("a decimal number");
  }
  absl::string_view whole = parts[0];
  while (whole.size() > 1 && whole[0] == '0') whole.remove_prefix(1);
  absl::string_view fraction = parts.size() == 2 ? parts[1] : "";
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (whole.size() > kMaxWholeDigits || fraction.size() > kMaxFractionDigits) {
    return WrongType("up to 15 digits before and 6 after the point");
  }
  const bool zero = whole == "0" && fraction.empty();
  return absl::StrCat(negative && !zero ? "-" : "", whole, fraction.empty() ? "" : ".", fraction);
}

}  // namespace

const ComparisonKind* ResolveKind(absl::Span<const ComparisonKind> versions, RegionCode region,
                                  Date date) {
  const ComparisonKind* best = nullptr;
  for (const ComparisonKind& version : versions) {
    if (!version.region.Contains(region) || date < version.valid_from || version.valid_to < date) {
      continue;
    }
    if (best == nullptr || version.region.level() > best->region.level() ||
        (version.region == best->region && version.valid_from > best->valid_from)) {
      best = &version;
    }
  }
  return best;
}

std::string FormatAttributes(absl::Span<const AttributeDefinition> attributes) {
  return absl::StrJoin(attributes, "\n", [](std::string* out, const AttributeDefinition& a) {
    absl::StrAppend(out, a.name, "|", static_cast<int>(a.type), "|", a.label_zh, "|", a.label_en);
  });
}

std::vector<AttributeDefinition> ParseAttributes(absl::string_view text) {
  std::vector<AttributeDefinition> attributes;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    std::vector<std::string> parts = absl::StrSplit(line, '|');
    parts.resize(4);
    int type = 0;
    if (!absl::SimpleAtoi(parts[1], &type)) type = 0;
    attributes.push_back({.name = parts[0],
                          .type = static_cast<AttributeType>(type),
                          .label_zh = parts[2],
                          .label_en = parts[3]});
  }
  return attributes;
}

absl::StatusOr<std::string> ParseValue(AttributeType type, absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return "";
  switch (type) {
    case AttributeType::kText: {
      if (CountCharacters(text) > kMaxTextCharacters || HasControlCharacter(text)) {
        return WrongType("up to 200 characters, none of them a control");
      }
      return std::string(text);
    }
    case AttributeType::kNumber:
      return ParseNumber(text);
    case AttributeType::kDate: {
      absl::StatusOr<Date> date = ParseDate(text);
      if (!date.ok()) return WrongType("a date, YYYY-MM-DD");
      return FormatDate(*date);
    }
    case AttributeType::kMoney: {
      absl::StatusOr<Money> money = Money::ParseYuan(text);
      if (!money.ok()) return WrongType("yuan with up to two decimals");
      return absl::StrCat(money->fen());
    }
    case AttributeType::kUnspecified:
      break;
  }
  return WrongType("an attribute without a type");
}

std::string JoinValues(absl::Span<const std::string> values) {
  const bool any = std::any_of(values.begin(), values.end(),
                               [](const std::string& value) { return !value.empty(); });
  return any ? absl::StrJoin(values, absl::string_view(&kValueSeparator, 1)) : "";
}

std::vector<std::string> SplitValues(absl::string_view joined) {
  if (joined.empty()) return {};
  return absl::StrSplit(joined, kValueSeparator);
}

}  // namespace jz::identification
