// Table quality_rule. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/quality_finding.h"

namespace jz::identification {

struct QualityRuleRow {
  QualityRuleId id;
  std::string key;
  RegionCode region;
  int version = 0;
  std::vector<std::string> codes;
  int scope = 0;
  int severity = 0;
  Date valid_from;
  std::optional<Date> valid_to;
  std::string definition;  // serialized QualityRule
  std::string created_by;
  absl::Time created_at;
};

absl::Status InsertQualityRules(sql::Transaction& tx, absl::Span<const QualityRuleRow> rules);

// Every version of every rule with one of the codes, locked until `tx` ends; in order of key,
// region and version.
absl::StatusOr<std::vector<QualityRuleRow>> LockQualityRules(sql::Transaction& tx,
                                                             absl::Span<const std::string> codes);
// The versions that hold on a day, as was known at `known_at`: of each rule and region the last
// that has begun, unless it has ended.
absl::StatusOr<std::vector<QualityRuleRow>> LoadQualityRulesOn(sql::Transaction& tx, Date day,
                                                               absl::Time known_at);
// The versions with these ids; for findings that have been checked against the caller's scope.
absl::StatusOr<std::vector<QualityRuleRow>> LoadQualityRules(sql::Transaction& tx,
                                                             absl::Span<const QualityRuleId> ids);

// Rules of regions inside `scope` or that contain some of it, by id.
struct QualityRulePage {
  QualityRuleId after_id;
  std::string code;
  int scope = 0;
  int severity = 0;
  std::optional<Date> as_of;
  int limit = 0;
};
absl::StatusOr<std::vector<QualityRuleRow>> ListQualityRules(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             const QualityRulePage& page);
absl::StatusOr<std::optional<QualityRuleRow>> LoadQualityRule(sql::Transaction& tx,
                                                              const auth::RegionScope& scope,
                                                              QualityRuleId id);

// Changes whenever a rule is entered.
absl::StatusOr<int64_t> QualityRuleStamp(sql::Transaction& tx);

}  // namespace jz::identification
