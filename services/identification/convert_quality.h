// Messages of QualityService to values and back; every problem of a request is reported at once.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "services/identification/domain/quality_finding.h"
#include "services/identification/rules/rule_set.h"
#include "services/identification/store/quality_finding_store.h"
#include "services/identification/store/quality_rule_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// The rule's text; violations of its form are named after `field`. What the language says is not
// looked at.
rules::RuleText RuleTextFrom(const v1::QualityRule& message, const std::string& field,
                             Violations& violations);
v1::QualityRule ToMessage(const rules::RuleText& text);
// "2_01_005:1": names a rule through its versions and regions.
std::string RuleKeyOf(const rules::RuleText& text);

// A row without id and version; `today` begins the validity when the message does not say.
QualityRuleRow RuleRowFrom(const v1::QualityRule& message, const rules::RuleText& text,
                           const std::string& field, Date today, Violations& violations);
absl::StatusOr<v1::QualityRule> ToMessage(const QualityRuleRow& row);

v1::DecidingValue ToMessage(const rules::DecidingValue& value);
// A hit as a finding: with what it rests on, also as the fingerprint that tells whether it changed.
QualityHit QualityHitFrom(const rules::RuleSet::Entry& entry, const rules::Hit& hit,
                          absl::Span<const rules::DecidingValue> values);

std::string EtagOf(const QualityFinding& finding);
v1::QualityFinding ToMessage(const QualityFinding& finding);
v1::QualityFinding::Event ToMessage(const QualityEvent& event);
v1::QualityExemption ToMessage(const QualityExemption& exemption);

// The finding's id, and whether it was given before in the batch.
std::vector<QualityFindingId> FindingIdsFrom(const std::vector<std::string>& names,
                                             const std::string& field, Violations& violations);

struct FindingAssignment {
  std::vector<QualityFindingId> findings;
  std::string assignee;
  Date due_on;
};
absl::StatusOr<FindingAssignment> AssignmentFrom(
    const v1::BatchAssignQualityFindingsRequest& request, Date today);
absl::StatusOr<std::vector<QualityFindingId>> CorrectedFrom(
    const v1::BatchCorrectQualityFindingsRequest& request);
absl::StatusOr<std::vector<QualityFindingId>> VerifiedFrom(
    const v1::BatchVerifyQualityFindingsRequest& request);
// Without id, region and author.
absl::StatusOr<std::vector<QualityExemption>> ExemptionsFrom(
    const v1::PutExemptionsRequest& request, Date today);
// "villages/230281100200" of the code in `subject`.
std::string VillageName(int64_t subject);

}  // namespace jz::identification
