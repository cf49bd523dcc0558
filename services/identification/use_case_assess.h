// Facts and policy of households, and the cases that the rules propose for them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/database.h"
#include "services/identification/domain/assessment.h"
#include "services/identification/domain/procedure.h"
#include "services/identification/store/case_store.h"
#include "services/identification/store/parameter_store.h"

namespace jz::identification {

// Kinds of parameters that cases depend on.
inline constexpr char kPovertyLine[] = "poverty_line_fen";
inline constexpr char kPublicityDays[] = "publicity_days";
inline constexpr char kGroupPanelMinimum[] = "group_panel_minimum";
inline constexpr char kExitRetained[] = "planned_exit_year.retained";
inline constexpr char kExitUnableToWork[] = "planned_exit_year.unable_to_work";
inline constexpr char kExitAbleFirst[] = "planned_exit_year.able_to_work_first";
inline constexpr char kExitAbleSecond[] = "planned_exit_year.able_to_work_second";

// Procedure of campaigns and single cases until a region chooses another.
inline constexpr char kDefaultProcedure[] = "P1";

// Parameters, each asked for once per kind, region and day. Not thread-safe.
class PolicyCache {
 public:
  absl::StatusOr<std::optional<Parameter>> Find(sql::Transaction& tx, const std::string& kind,
                                                RegionCode region, Date date);
  // FAILED_PRECONDITION, reason PARAMETER_NOT_FOUND.
  absl::StatusOr<Parameter> Require(sql::Transaction& tx, const std::string& kind,
                                    RegionCode region, Date date);
  absl::StatusOr<PovertyLine> Line(sql::Transaction& tx, RegionCode region, Date date);
  absl::StatusOr<ExitYears> Exit(sql::Transaction& tx, RegionCode region, Date date);

 private:
  std::map<std::tuple<std::string, RegionCode, Date>, std::optional<Parameter>> found_;
};

// Parallel to `households`: up to 1,000 that the caller has loaded within its scope.
absl::StatusOr<std::vector<HouseholdFacts>> LoadFacts(sql::Transaction& tx, PolicyCache& policies,
                                                      absl::Span<const Household> households);

// What the rules say about households in a campaign. `drafts` have no ids yet.
struct Assessed {
  std::vector<NewCase> drafts;
  // Households that can be neither proposed nor refused, because nobody knows their income.
  std::vector<HouseholdId> income_unknown;
};
struct AssessmentTask {
  const Campaign& campaign;
  const Procedure& procedure;
  std::string proposed_by;
  absl::Time now;
};
absl::StatusOr<Assessed> AssessForCampaign(sql::Transaction& tx, PolicyCache& policies,
                                           const AssessmentTask& task,
                                           absl::Span<const Household> households);

// A single proposal for a household.
struct SingleProposal {
  HouseholdId household;
  AdjustmentKind kind = AdjustmentKind::kUnspecified;
  std::string reason;
  std::string note;
};
struct ProposalTask {
  Procedure procedure;
  std::string proposed_by;
  absl::Time now;
};
// One draft for each pair; the first proposal that is not admissible fails, with the household in
// its metadata.
absl::StatusOr<std::vector<NewCase>> DraftSingleCases(sql::Transaction& tx, PolicyCache& policies,
                                                      const ProposalTask& task,
                                                      absl::Span<const Household> households,
                                                      absl::Span<const SingleProposal> proposals);

}  // namespace jz::identification
