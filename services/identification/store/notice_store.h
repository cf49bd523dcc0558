// Tables notice and objection: publicity (公示). SQL only.
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

absl::Status InsertNotices(sql::Transaction& tx, absl::Span<const Notice> notices);
// Those that a recording opened, by village, without case counts.
absl::StatusOr<std::vector<Notice>> LoadNoticesOfBatch(sql::Transaction& tx, int64_t batch);
absl::StatusOr<std::optional<Notice>> LoadNotice(sql::Transaction& tx,
                                                 const auth::RegionScope& scope, NoticeId id);

// A page of notices in order of (region, id).
struct NoticePage {
  CampaignId campaign;  // empty: all
  RegionCode after_region;
  NoticeId after_id;
  int limit = 50;
};
absl::StatusOr<std::vector<Notice>> ListNotices(sql::Transaction& tx,
                                                const auth::RegionScope& scope,
                                                const NoticePage& page);

// Lines of a notice that the caller has loaded within its scope, by case.
absl::StatusOr<std::vector<NoticeEntry>> ListNoticeEntries(sql::Transaction& tx, NoticeId notice,
                                                           CaseId after, int limit);

// The last notice of a campaign to end on `day` or later that still has posted cases.
absl::StatusOr<std::optional<Notice>> FindNoticeNotOver(sql::Transaction& tx,
                                                        const auth::RegionScope& scope,
                                                        CampaignId campaign, Date day);

absl::Status InsertObjection(sql::Transaction& tx, const Objection& objection);
absl::StatusOr<std::optional<Objection>> LockObjection(sql::Transaction& tx,
                                                       const auth::RegionScope& scope,
                                                       ObjectionId id);
// State, answer and who answered when.
absl::Status UpdateObjection(sql::Transaction& tx, const Objection& objection);
absl::StatusOr<std::optional<ObjectionId>> FindOpenObjection(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             CampaignId campaign);

struct ObjectionPage {
  std::optional<ObjectionState> state;
  CaseId case_id;  // empty: all
  RegionCode after_region;
  ObjectionId after_id;
  int limit = 50;
};
absl::StatusOr<std::vector<Objection>> ListObjections(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const ObjectionPage& page);

}  // namespace jz::identification
