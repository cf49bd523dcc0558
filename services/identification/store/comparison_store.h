// Tables comparison_kind, comparison_list, comparison_list_block and household_authorization, and
// the persons that lists are compared with. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/identification/domain/comparison.h"
#include "services/identification/domain/comparison_list.h"
#include "services/identification/domain/comparison_match.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

struct ComparisonAuthor {
  std::string recorded_by;
  absl::Time recorded_at;
};

absl::Status PutKinds(sql::Transaction& tx, absl::Span<const ComparisonKind> kinds,
                      const ComparisonAuthor& author);
// All versions of these codes (empty: of all), by code.
absl::StatusOr<std::vector<ComparisonKind>> LoadKinds(sql::Transaction& tx,
                                                      absl::Span<const std::string> codes);

absl::Status InsertComparisonList(sql::Transaction& tx, const ComparisonList& list);
// READY, with its counts and the digest of its content. ALREADY_EXISTS (uq_comparison_list_content)
// when there is one with that digest.
absl::Status PublishComparisonList(sql::Transaction& tx, const ComparisonList& list,
                                   absl::string_view content_digest);
absl::StatusOr<std::optional<ComparisonListId>> FindListByContent(sql::Transaction& tx,
                                                                  absl::string_view digest);
// EXPIRED, and its content may come again as another list.
absl::Status EndComparisonList(sql::Transaction& tx, ComparisonListId id);
// Up to `limit` blocks of a list; how many.
absl::StatusOr<int64_t> DeleteBlocks(sql::Transaction& tx, ComparisonListId id, int limit);
absl::Status DeleteReceivingList(sql::Transaction& tx, ComparisonListId id);

// Lists are visible to a scope when their region lies inside it or contains a part of it; those
// that are still being uploaded are not.
absl::StatusOr<std::vector<ComparisonList>> LoadComparisonLists(
    sql::Transaction& tx, const auth::RegionScope& scope, absl::Span<const ComparisonListId> ids);
absl::StatusOr<std::optional<ComparisonList>> LockComparisonList(sql::Transaction& tx,
                                                                 const auth::RegionScope& scope,
                                                                 ComparisonListId id);
struct ComparisonListPage {
  std::string kind;                  // empty: all
  std::optional<Date> valid_on;      // only those that can be compared on that day
  std::optional<absl::Time> before;  // created_at and id of the last of the page before
  ComparisonListId before_id;
  int limit = 50;
};
absl::StatusOr<std::vector<ComparisonList>> ListComparisonLists(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const ComparisonListPage& page);
// Uploads that were broken off before `before`, and ended lists that still have blocks; a few.
absl::StatusOr<std::vector<ComparisonListId>> FindAbandonedLists(sql::Transaction& tx,
                                                                 absl::Time before);
absl::StatusOr<std::vector<ComparisonListId>> FindListsToClear(sql::Transaction& tx, Date today);

// The lists that are versions of `list`, itself included: of the same kind, authority and region.
absl::StatusOr<std::vector<ComparisonListId>> FindVersions(sql::Transaction& tx,
                                                           const ComparisonList& list);

absl::Status InsertRun(sql::Transaction& tx, ComparisonListId list, int run,
                       absl::Span<const ListBlock> blocks);
// The blocks of a list that reach into `range`.
absl::Status ReadBlocks(
    sql::Transaction& tx, ComparisonListId list, const HashRange& range,
    absl::FunctionRef<void(absl::string_view hashes, absl::string_view attributes)> each);

// Replaces those of the same household and day.
absl::Status PutAuthorizations(sql::Transaction& tx, absl::Span<const Authorization> rows,
                               const ComparisonAuthor& author);
// Those of `households` with an authorisation that covers `kind` on `day`. At most 1,000.
absl::StatusOr<std::vector<HouseholdId>> FindAuthorized(sql::Transaction& tx,
                                                        absl::Span<const HouseholdId> households,
                                                        const std::string& kind, Date day);

// Present members anywhere with a hash in (after, last], in order of hash, at most `limit`. Takes
// no scope: the runs that use it look everybody up again. The last hash read, or "" at the end.
absl::StatusOr<std::string> ReadPresentHashes(sql::Transaction& tx, absl::string_view after,
                                              absl::string_view last, int limit, PersonKeys& keys);
// Present members of households of a region, behind (after_region, after_household).
struct RegionPersonsPage {
  RegionCode region;
  RegionCode after_region;
  HouseholdId after_household;
  int households = 1000;
};
// False when that was the last page; else `page` is moved on.
absl::StatusOr<bool> ReadPresentHashes(sql::Transaction& tx, RegionPersonsPage& page,
                                       PersonKeys& keys);

// Where somebody stands who is a present member.
struct PresentPerson {
  PersonId id;
  HouseholdId household;
  RegionCode region;
  std::string hash;
};
// Those of up to 1,000 persons who are present members of households in `region`.
absl::StatusOr<std::vector<PresentPerson>> LoadPresent(sql::Transaction& tx,
                                                       absl::Span<const PersonId> ids,
                                                       RegionCode region);

}  // namespace jz::identification
