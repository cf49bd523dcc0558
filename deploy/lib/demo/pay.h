// The funds part of the main job: budget, accounts, and disbursement batches from declaration to
// the bank's receipt.
#pragma once

#include <vector>

#include "deploy/lib/demo/identify.h"

namespace jz::demo {

// Accounts and one budget line for each purpose.
absl::Status SetUpFunds(Suite& suite, const Township& township);

// Contributions of everybody on the opening register, and accident insurance of who can work.
absl::Status PayInsurance(Suite& suite, const Township& township,
                          const std::vector<idv1::Household>& opening);

// Housing renovation, relief, grants and animals for the closing register.
absl::Status PayBenefits(Suite& suite, const Township& township,
                         const std::vector<idv1::Household>& registered);

}  // namespace jz::demo
