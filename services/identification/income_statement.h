// Income statements (人均纯收入) as they are recorded: checked, and computed from their items.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/income.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// An entry that was found right.
struct IncomeEntry {
  HouseholdId household;
  int year = 0;
  v1::IncomeRecord record;  // without what is computed
  std::string reason;
  std::string household_etag;
};
// INVALID_ARGUMENT with every violation of the request.
absl::StatusOr<std::vector<IncomeEntry>> IncomeEntriesFrom(const v1::RecordIncomesRequest& request,
                                                           const CodeBook& codes, Date today);

// The parameter that holds the share of a product for this method; empty when there is none.
std::string ShareParameter(v1::CostMethod method, const std::string& product);

// The statement that the record makes for a household of `members`; completes the record with the
// costs of its lines and the items that they add up to. `shares` has the value of every
// ShareParameter of the record.
IncomeStatement ComputeIncome(int year, int members, const std::map<std::string, int64_t>& shares,
                              v1::IncomeRecord& record);

}  // namespace jz::identification
