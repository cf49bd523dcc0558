// Tables adjustment_case and case_assessment. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/case.h"

namespace jz::identification {

struct NewCase {
  Case item;
  CaseAssessment assessment;
};
// Plain insert: ALREADY_EXISTS (uq_adjustment_case_open) when a household has an open case.
absl::Status InsertCases(sql::Transaction& tx, absl::Span<const NewCase> cases);

// Those of `ids` that exist inside `scope`, by id. At most 1,000.
absl::StatusOr<std::vector<Case>> LoadCases(sql::Transaction& tx, const auth::RegionScope& scope,
                                            absl::Span<const CaseId> ids);
// The same with row locks, taken in order of id.
absl::StatusOr<std::vector<Case>> LockCases(sql::Transaction& tx, const auth::RegionScope& scope,
                                            absl::Span<const CaseId> ids);

// Of a case that the caller has loaded within its scope.
absl::StatusOr<CaseAssessment> LoadAssessment(sql::Transaction& tx, CaseId id);

// Which of up to 1,000 households have an open case. Tells nothing else, so it takes no scope.
absl::StatusOr<std::vector<HouseholdId>> FindHouseholdsWithOpenCase(
    sql::Transaction& tx, absl::Span<const HouseholdId> households);

// A page of cases in order of (region, id).
struct CasePage {
  std::optional<CampaignId> campaign;
  std::vector<CaseState> states;        // empty: all
  std::vector<AdjustmentKind> kinds;    // empty: all
  CaseStep awaiting = CaseStep::kNone;  // kNone: all
  HouseholdId household;                // empty: all
  RegionCode after_region;              // the last of the page before
  CaseId after_id;
  int limit = 50;
};
absl::StatusOr<std::vector<Case>> ListCases(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const CasePage& page);

absl::StatusOr<std::vector<CaseCount>> CountCases(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  CampaignId campaign);

// The cases of a campaign that wait for a step.
struct Awaiting {
  CampaignId campaign;
  CaseStep step = CaseStep::kNone;
};
// The next `limit` of them in order of (region, id) behind (after_region, after_id), locked.
absl::StatusOr<std::vector<Case>> LockAwaiting(sql::Transaction& tx, const auth::RegionScope& scope,
                                               const Awaiting& awaiting, RegionCode after_region,
                                               CaseId after_id, int limit);
// One of them whose last step was after `date`, or that `subject` may not check at this step; for a
// refusal before anything is recorded.
absl::StatusOr<std::optional<Case>> FindLaterThan(sql::Transaction& tx,
                                                  const auth::RegionScope& scope,
                                                  const Awaiting& awaiting, Date date);
absl::StatusOr<std::optional<Case>> FindOwn(sql::Transaction& tx, const auth::RegionScope& scope,
                                            const Awaiting& awaiting, const std::string& subject);
// One that is posted and was decided after `date`.
absl::StatusOr<std::optional<CaseId>> FindPostedDecidedAfter(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             CampaignId campaign, Date date);
absl::StatusOr<std::vector<RegionCode>> VillagesAwaiting(sql::Transaction& tx,
                                                         const auth::RegionScope& scope,
                                                         const Awaiting& awaiting);

// Moves locked cases on from `from` to `to`. `mark` is what the step leaves on them: the recorder
// of an assessment, deliberation or verification, the date of a decision, the notice of a
// publicity, the effective date of a conclusion.
struct Advance {
  CaseStep from = CaseStep::kNone;
  CaseStep to = CaseStep::kNone;
  Date date;
  sql::Value mark;
};
absl::Status AdvanceCases(sql::Transaction& tx, absl::Span<const CaseId> ids,
                          const Advance& advance);
// Closes locked cases.
struct Closing {
  CaseState state = CaseState::kRejected;
  std::string reason;
  std::optional<Date> date;  // of the step that closed them
};
absl::Status CloseCases(sql::Transaction& tx, absl::Span<const CaseId> ids, const Closing& closing);

// Closes locked cases in favour of new ones. Why a rejected one was rejected stays on it.
absl::Status SupersedeCases(sql::Transaction& tx, absl::Span<const CaseId> ids);

// Withdraws up to `limit` open cases of a cancelled campaign; how many.
absl::StatusOr<int64_t> WithdrawCases(sql::Transaction& tx, CampaignId campaign, int limit);

}  // namespace jz::identification
