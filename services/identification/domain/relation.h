// How members of a household are related to a new head, from how they were related to the old one
// (code list `relation`). Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/citizen_id.h"

namespace jz::identification {

// Somebody of a household, as seen from the old head.
struct Relative {
  std::string relation;  // "01" for the old head; empty: not known
  Sex sex = Sex::kUnstated;
};

// What `member` is to `new_head`. `old_head_sex` tells whose parents are meant. Nothing where it
// does not follow: a daughter-in-law may be the new head's wife or sister-in-law.
std::optional<std::string> RelationToNewHead(const Relative& member, const Relative& new_head,
                                             Sex old_head_sex);

}  // namespace jz::identification
