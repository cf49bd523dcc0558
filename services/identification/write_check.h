// The quality rules on the write of single records: what a change newly breaks.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/sql/database.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "services/identification/quality_rules.h"

namespace jz::identification {

// Collects over the households of one write.
class WriteCheck {
 public:
  using Warnings = google::protobuf::RepeatedPtrField<v1::CheckFactsResponse::Violation>;

  explicit WriteCheck(const QualityRules& rules) : rules_(rules) {}

  // Serialized HouseholdFacts before and after the change; `before` is empty for a new household,
  // `after` for one that ends.
  // What was broken before, in whatever household of this write, is not new.
  absl::Status Add(HouseholdId household, absl::string_view before, absl::string_view after);

  // Adds what is newly broken, and not exempt on `day`, to `warnings`. INVALID_ARGUMENT with a
  // violation QUALITY_RULE for each rule of severity ERROR among it.
  absl::Status Finish(sql::Transaction& tx, Date day, Warnings& warnings);

 private:
  struct Broken {
    HouseholdId household;
    v1::CheckFactsResponse::Violation violation;
  };

  const QualityRules& rules_;
  std::vector<Broken> after_;
  // Code and person; no person for rules that are not about one.
  std::set<std::pair<std::string, std::string>> before_;
};

}  // namespace jz::identification
