// Ids of this service's own resources.
#pragma once

#include "common/base/ids.h"

namespace jz::funds {

struct AccountTag {
  static constexpr char kCollection[] = "accounts";
};
struct TransferTag {
  static constexpr char kCollection[] = "transfers";
};
struct BudgetLineTag {
  static constexpr char kCollection[] = "budgetLines";
};
struct ProjectTag {
  static constexpr char kCollection[] = "projects";
};
struct BatchTag {
  static constexpr char kCollection[] = "disbursementBatches";
};
struct LineTag {
  static constexpr char kCollection[] = "disbursementLines";
};

using AccountId = Id<AccountTag>;
using TransferId = Id<TransferTag>;
using BudgetLineId = Id<BudgetLineTag>;
using ProjectId = Id<ProjectTag>;
using BatchId = Id<BatchTag>;
using LineId = Id<LineTag>;

}  // namespace jz::funds
