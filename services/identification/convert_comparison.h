// Messages of ComparisonService to values and back; every problem of a request is reported at once.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/comparison.pb.h"
#include "services/identification/domain/comparison.h"
#include "services/identification/domain/comparison_finding.h"
#include "services/identification/store/comparison_finding_store.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

absl::StatusOr<std::vector<ComparisonKind>> KindsFrom(const v1::PutComparisonKindsRequest& request);
v1::ComparisonKind ToMessage(const ComparisonKind& kind);

// The description in the first message of an upload, without id, kind's attributes and author.
absl::StatusOr<ComparisonList> ListFrom(const v1::CreateComparisonListRequest& head, Date today);
// `today` decides whether it has expired.
v1::ComparisonList ToMessage(const ComparisonList& list, Date today);

absl::StatusOr<std::vector<Authorization>> AuthorizationsFrom(
    const v1::PutAuthorizationsRequest& request, Date today);

struct ComparisonRequest {
  RegionCode region;
  std::vector<ComparisonListId> lists;
};
absl::StatusOr<ComparisonRequest> ComparisonFrom(const v1::RunComparisonRequest& request);

// What is to be done with findings, in the order of the request.
struct FindingAnswer {
  ComparisonFindingId finding;
  ComparisonOutcome outcome = ComparisonOutcome::kUnspecified;
  std::string reason;
  std::string evidence_reference;
  std::string etag;
};
absl::StatusOr<std::vector<FindingAnswer>> AnswersFrom(
    const v1::BatchAnswerComparisonFindingsRequest& request);
struct FindingCheck {
  ComparisonFindingId finding;
  bool accept = false;
  std::string reason;
  std::string etag;
};
absl::StatusOr<std::vector<FindingCheck>> ChecksFrom(
    const v1::BatchCheckComparisonFindingsRequest& request);

// "v3": of the finding's version.
std::string EtagOf(const ComparisonFinding& finding);
// The person's name is masked.
v1::ComparisonFinding ToMessage(const NamedFinding& finding);
v1::ComparisonFinding::Event ToMessage(const FindingEvent& event);
v1::ComparisonFigures::Row ToMessage(const ComparisonFigure& figure);

}  // namespace jz::identification
