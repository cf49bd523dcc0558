// Reads the fields of a request; every mistake becomes a violation, so that a caller sees all at
// once.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/date.h"
#include "common/base/ids.h"
#include "common/base/region_code.h"
#include "common/status/status.h"

namespace jz::funds {

class Fields {
 public:
  // Field after field of item `index` of `list`; without them of the request itself.
  explicit Fields(Violations& violations, absl::string_view list = "", int index = 0)
      : violations_(violations), list_(list), index_(index) {}

  RegionCode Region(absl::string_view name, absl::string_view text);
  jz::Date Day(absl::string_view name, absl::string_view text);
  // A resource name; may be empty when it is not required.
  template <class IdType>
  IdType Name(absl::string_view name, absl::string_view text, bool required = true) {
    if (text.empty() && !required) return IdType();
    absl::StatusOr<IdType> id = IdType::Parse(text);
    if (id.ok()) return *id;
    Bad(name, ReasonOf(id.status()), id.status().message());
    return IdType();
  }
  // least <= value <= most.
  int64_t Number(absl::string_view name, int64_t value, int64_t least, int64_t most);
  // Amount in fen, at least `least` and at most Money::kMaxFen.
  int64_t Fen(absl::string_view name, int64_t value, int64_t least);
  // Length in characters; no control characters.
  std::string Text(absl::string_view name, const std::string& text, int least, int most);
  // ASCII letters, digits and `extra`.
  std::string Code(absl::string_view name, const std::string& text, int least, int most,
                   absl::string_view extra);
  // UUID in lower case.
  std::string Uuid(absl::string_view name, const std::string& text);
  // A value of an enum that is neither 0 nor unknown.
  template <class To, class From>
  To Enum(absl::string_view name, From value, int most) {
    return static_cast<To>(Number(name, static_cast<int>(value), 1, most));
  }

  void Require(bool holds, absl::string_view name, absl::string_view rule, absl::string_view text) {
    if (!holds) Bad(name, rule, text);
  }
  void Bad(absl::string_view name, absl::string_view rule, absl::string_view text);

 private:
  Violations& violations_;
  absl::string_view list_;
  int index_;
};

}  // namespace jz::funds
