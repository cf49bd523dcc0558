// A household of a register file as the register keeps it.
#pragma once

#include <string>
#include <vector>

#include "services/identification/domain/household.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/domain/income.h"

namespace jz::identification {

struct ImportedHousehold {
  Household household;  // version: that of the last adjustment, or 1
  std::vector<Person> members;
  IncomeStatement income;
  // What led to its state, oldest first: ADMIT for a registered household, ADMIT and EXIT for one
  // that has exited, nothing for a candidate. Each made one version. `member_count` is that of the
  // file in both: who was a member then is not in it.
  std::vector<Adjustment> adjustments;
};

// `ids` has one id more than there are members; the first becomes the household's. Sealed values
// and hashes are left empty. A candidate without identification date counts from `today`.
ImportedHousehold ToImportedHousehold(const ImportHousehold& from, absl::Span<const int64_t> ids,
                                      Date today);

}  // namespace jz::identification
