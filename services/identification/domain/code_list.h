// Code lists of the register (编码表): data with labels. Source: the national lists of 2014-2017.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace jz::identification {

struct Code {
  absl::string_view code;
  absl::string_view zh;
  absl::string_view en;
};

enum class CodeList {
  kRelation,
  kEthnicity,
  kEducation,
  kStudent,
  kHealth,
  kLabour,
  kCause,
  kHousing,
  kExclusion,
  kMemberChange,
};

absl::Span<const Code> CodesOf(CodeList list);

// The code that `text` is, or whose Chinese label it is: departmental files carry either.
std::optional<std::string> FindCode(CodeList list, absl::string_view text);

// Codes of list member_change by which a person leaves a household (自然减少).
bool IsDeparture(absl::string_view member_change);

}  // namespace jz::identification
