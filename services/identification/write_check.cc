#include "services/identification/write_check.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status.h"
#include "services/identification/store/quality_finding_store.h"

namespace jz::identification {
namespace {

std::pair<std::string, std::string> KeyOf(const v1::CheckFactsResponse::Violation& violation) {
  return {violation.code(), violation.person()};
}

std::string Advice(const v1::CheckFactsResponse::Violation& violation) {
  return absl::StrCat(
      "rule ", violation.code(), ", ", violation.title_zh(), " (", violation.title_en(),
      "): correct ",
      violation.fields().empty() ? "what it reads" : absl::StrJoin(violation.fields(), ", "),
      ", or have the household exempted from the rule");
}

}  // namespace

absl::Status WriteCheck::Add(HouseholdId household, absl::string_view before,
                             absl::string_view after) {
  if (!before.empty()) {
    JZ_ASSIGN_OR_RETURN(v1::CheckFactsResponse broken, CheckOnWrite(rules_, before));
    for (const auto& violation : broken.violations()) before_.insert(KeyOf(violation));
  }
  if (after.empty()) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(v1::CheckFactsResponse broken, CheckOnWrite(rules_, after));
  for (auto& violation : *broken.mutable_violations()) {
    after_.push_back({.household = household, .violation = std::move(violation)});
  }
  return absl::OkStatus();
}

absl::Status WriteCheck::Finish(sql::Transaction& tx, Date day, Warnings& warnings) {
  std::vector<Broken> fresh;
  std::set<int64_t> subjects;
  for (Broken& broken : after_) {
    if (before_.contains(KeyOf(broken.violation))) continue;
    subjects.insert(broken.household.value());
    fresh.push_back(std::move(broken));
  }
  const std::vector<int64_t> ids(subjects.begin(), subjects.end());
  JZ_ASSIGN_OR_RETURN(std::vector<QualityKey> listed, LoadExemptions(tx, ids, day));
  const std::set<QualityKey> exempt(listed.begin(), listed.end());
  Violations refusals;
  for (Broken& broken : fresh) {
    v1::CheckFactsResponse::Violation& violation = broken.violation;
    QualityKey key{.code = violation.code(), .subject = broken.household.value(), .person = 0};
    if (auto person = PersonId::Parse(violation.person()); person.ok()) {
      key.person = person->value();
    }
    if (exempt.contains(key)) continue;
    if (violation.severity() == v1::RULE_SEVERITY_ERROR) {
      refusals.Add(violation.fields().empty() ? "edit" : violation.fields(0), "QUALITY_RULE",
                   Advice(violation));
    }
    *warnings.Add() = std::move(violation);
  }
  return refusals.ToStatus();
}

}  // namespace jz::identification
