// The quality rules that hold on a day, compiled, and what checks records with them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "services/identification/deps.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/domain/quality_finding.h"
#include "services/identification/rules/rule_set.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Immutable once loaded; share it. Entries of `set` have the rule's id as tag.
struct QualityRules {
  Date today;
  CodeBook codes = CodeBook({});
  rules::RuleSet set;
  std::map<int64_t, v1::QualityRule> by_id;
  // Names of rules that do not compile any more: a code that they name has ended. They do not run.
  std::vector<std::string> broken;
};

// Those that hold on `today` by what was known at `known_at`; only those with one of `codes`,
// unless it is empty.
absl::StatusOr<std::shared_ptr<const QualityRules>> LoadQualityRules(
    sql::Transaction& tx, Date today, absl::Time known_at, absl::Span<const std::string> codes);

// Keeps all rules that hold today until a rule is entered or the day ends. Thread-safe.
class QualityRuleCache {
 public:
  absl::StatusOr<std::shared_ptr<const QualityRules>> Get(sql::Transaction& tx, absl::Time now);

 private:
  std::mutex mutex_;
  int64_t stamp_ = -1;
  absl::Time loaded_at_;
  std::shared_ptr<const QualityRules> rules_;
};

// What a hit of these rules is told as; `values` are those that decided.
v1::CheckFactsResponse::Violation ViolationOf(const QualityRules& rules, const rules::Hit& hit,
                                              absl::Span<const rules::DecidingValue> values);

// Checks a record that is about to be written: every violated rule, and whether one of them refuses
// the write (severity ERROR). `facts` is a HouseholdFacts with household and region.
// INVALID_ARGUMENT, reason FACTS_BROKEN or FACTS_TOO_LARGE.
absl::StatusOr<v1::CheckFactsResponse> CheckOnWrite(const QualityRules& rules,
                                                    absl::string_view facts);
// The same for a VillageItems.
absl::StatusOr<v1::CheckFactsResponse> CheckVillageOnWrite(const QualityRules& rules,
                                                           absl::string_view facts);

}  // namespace jz::identification
