// Comparison of the register with departments' lists (数据比对): kinds of lists, and values of
// their attributes. Plain values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/date.h"
#include "common/base/ids.h"
#include "common/base/region_code.h"

namespace jz::identification {

struct ComparisonListTag {
  static constexpr char kCollection[] = "comparisonLists";
};
using ComparisonListId = Id<ComparisonListTag>;

// The numbers of the enums are those of comparison.proto and of the columns.
enum class ComparisonSeverity : int { kUnspecified = 0, kMustReview = 1, kMustExplain = 2 };
enum class AttributeType : int { kUnspecified = 0, kText = 1, kNumber = 2, kDate = 3, kMoney = 4 };

struct AttributeDefinition {
  std::string name;
  AttributeType type = AttributeType::kUnspecified;
  std::string label_zh;
  std::string label_en;
};

// A kind of list as it holds in a region from a day on.
struct ComparisonKind {
  std::string code;
  RegionCode region;
  Date valid_from;
  Date valid_to;  // the last day
  std::string label_zh;
  std::string label_en;
  ComparisonSeverity severity = ComparisonSeverity::kUnspecified;
  int due_days = 0;
  bool needs_authorization = false;
  std::vector<AttributeDefinition> attributes;
};

// The version that holds: of the most specific region that contains `region` and has one on `date`,
// the latest. `versions` are of one code. Null when none holds.
const ComparisonKind* ResolveKind(absl::Span<const ComparisonKind> versions, RegionCode region,
                                  Date date);

// Definitions as one text, one line "name|type|label_zh|label_en" each; labels have no '|'.
std::string FormatAttributes(absl::Span<const AttributeDefinition> attributes);
std::vector<AttributeDefinition> ParseAttributes(absl::string_view text);

// The canonical text of a value in a file: text as it is, a decimal without idle zeros, YYYY-MM-DD,
// fen. INVALID_ARGUMENT, reason ATTRIBUTE_TYPE, when it is not of that type; empty stays empty.
absl::StatusOr<std::string> ParseValue(AttributeType type, absl::string_view text);

// Values of one entry in the order of its list's attributes, as one text; empty when all are.
std::string JoinValues(absl::Span<const std::string> values);
std::vector<std::string> SplitValues(absl::string_view joined);

// Where a list stands. kReceiving is never shown; kReady ends by itself after its last day.
enum class ComparisonListState : int { kReceiving = 0, kReady = 1, kExpired = 2 };

// A list of a department, without its entries.
struct ComparisonList {
  ComparisonListId id;
  std::string kind;
  RegionCode region;
  std::string authority;
  std::string purpose;
  Date data_date;
  Date expires_on;  // the last day
  ComparisonListState state = ComparisonListState::kReceiving;
  int64_t entry_count = 0;
  int64_t skipped_count = 0;
  std::vector<AttributeDefinition> attributes;  // as at the upload
  std::string created_by;
  absl::Time created_at;
};

inline bool Comparable(const ComparisonList& list, Date today) {
  return list.state == ComparisonListState::kReady && today <= list.expires_on;
}

// A household's leave to be compared (承诺授权书).
struct Authorization {
  int64_t household = 0;
  Date signed_on;
  Date valid_to;                   // the last day
  std::vector<std::string> kinds;  // empty: all
  std::string evidence_sha256;     // 32 bytes
};

}  // namespace jz::identification
