// What a HouseholdEdit does to a household. The same for direct calls and for change requests.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "jingzhun/identification/v1/household_change.pb.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/household_draft.h"

namespace jz::identification {

struct EditContext {
  const crypto::Sealer& sealer;
  const CodeBook& codes;
  Date today;
  // As many as the edit has members who join.
  std::vector<int64_t> new_ids;
};

// Applies all of it, or reports all that is wrong, with `path` ("edit") before each field.
// FAILED_PRECONDITION HOUSEHOLD_NOT_ACTIVE; ALREADY_EXISTS PERSON_IN_OTHER_HOUSEHOLD. The draft is
// of no use after an error.
absl::Status ApplyEdit(sql::Transaction& tx, const EditContext& context,
                       const v1::HouseholdEdit& edit, const std::string& path,
                       HouseholdDraft& draft);

// Names a new head, and brings the relations of the others up to it. `before` is the household's
// head until now with the relations as they are; `given` holds before what follows.
struct HeadChange {
  PersonId new_head;
  PersonId old_head;
  Sex old_head_sex = Sex::kUnstated;
  std::vector<PersonId> settled;  // whose relation is to the new head already
};
void ChangeHead(const HeadChange& change, const v1::NewHead& given, const CodeBook& codes,
                const std::string& path, HouseholdDraft& draft, Violations& violations);

// A household with members has exactly one head, and at most 50 members.
void CheckComposition(const HouseholdDraft& draft, const std::string& path, Violations& violations);

absl::Status SetPhone(const crypto::Sealer& sealer, const std::string& phone, const char* context,
                      std::string& sealed);
void CheckPhone(absl::string_view phone, absl::string_view field, Violations& violations);

}  // namespace jz::identification
