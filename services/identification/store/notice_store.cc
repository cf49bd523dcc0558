#include "services/identification/store/notice_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kInsertNotice[] =
    "INSERT INTO notice (id, campaign_id, region_code, batch_id, posted_on, days, ends_on, "
    "posted_by, posted_at_us) VALUES";
constexpr char kSelectNotice[] =
    "SELECT n.id, n.campaign_id, n.region_code, n.batch_id, n.posted_on, n.days, n.ends_on, "
    "n.posted_by, n.posted_at_us, "
    "(SELECT COUNT(*) FROM adjustment_case c WHERE c.notice_id = n.id) FROM notice n WHERE ";
constexpr char kSelectOfBatch[] =
    "SELECT id, campaign_id, region_code, batch_id, posted_on, days, ends_on, posted_by, "
    "posted_at_us, 0 FROM notice WHERE batch_id = ? ORDER BY region_code";
constexpr char kSelectNotOver[] =
    " AND n.campaign_id = ? AND n.ends_on >= ? AND EXISTS (SELECT 1 FROM adjustment_case c "
    "WHERE c.notice_id = n.id AND c.awaiting = 6) ORDER BY n.ends_on DESC LIMIT 1";
constexpr char kSelectEntries[] =
    "SELECT c.id, COALESCE(p.name, (SELECT q.name FROM person q WHERE q.household_id = h.id "
    "ORDER BY q.relation, q.id LIMIT 1), ''), h.group_name, c.kind, c.reason "
    "FROM adjustment_case c JOIN household h ON h.id = c.household_id "
    "LEFT JOIN person p ON p.id = h.head_person_id "
    "WHERE c.notice_id = ? AND c.id > ? ORDER BY c.id LIMIT ?";
constexpr char kInsertObjection[] =
    "INSERT INTO objection (id, case_id, notice_id, campaign_id, region_code, text, objector_name, "
    "state, answer, filed_by, filed_at_us, answered_by, answered_at_us) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, 1, '', ?, ?, '', 0)";
constexpr char kSelectObjection[] =
    "SELECT id, case_id, notice_id, campaign_id, region_code, text, objector_name, state, answer, "
    "filed_by, filed_at_us, answered_by, answered_at_us FROM objection WHERE ";
constexpr char kUpdateObjection[] =
    "UPDATE objection SET state = ?, answer = ?, answered_by = ?, answered_at_us = ? WHERE id = ?";

Notice ReadNotice(const sql::Row& row) {
  return {.id = row.IdOf<NoticeId>(0),
          .campaign = row.IdOf<CampaignId>(1),
          .region = row.Region(2),
          .batch = row.Int(3),
          .posted_on = row.Day(4),
          .days = static_cast<int>(row.Int(5)),
          .ends_on = row.Day(6),
          .posted_by = row.Text(7),
          .posted_at = row.Time(8),
          .case_count = row.Int(9)};
}

Objection ReadObjection(const sql::Row& row) {
  return {.id = row.IdOf<ObjectionId>(0),
          .case_id = row.IdOf<CaseId>(1),
          .notice = row.IdOf<NoticeId>(2),
          .campaign = row.IdOf<CampaignId>(3),
          .region = row.Region(4),
          .text = row.Text(5),
          .objector_name = row.Text(6),
          .state = static_cast<ObjectionState>(row.Int(7)),
          .answer = row.Text(8),
          .filed_by = row.Text(9),
          .filed_at = row.Time(10),
          .answered_by = row.Text(11),
          .answered_at = row.Time(12)};
}

}  // namespace

absl::Status InsertNotices(sql::Transaction& tx, absl::Span<const Notice> notices) {
  if (notices.empty()) return absl::OkStatus();
  sql::Values values;
  for (const Notice& n : notices) {
    values.insert(values.end(), {n.id, n.campaign, n.region, n.batch, n.posted_on, n.days,
                                 n.ends_on, n.posted_by, n.posted_at});
  }
  return tx.InsertRows(kInsertNotice, 9, values).status();
}

absl::StatusOr<std::vector<Notice>> LoadNoticesOfBatch(sql::Transaction& tx, int64_t batch) {
  return tx.Select(kSelectOfBatch, {batch}, ReadNotice);
}

absl::StatusOr<std::optional<Notice>> LoadNotice(sql::Transaction& tx,
                                                 const auth::RegionScope& scope, NoticeId id) {
  sql::Values values = {id};
  std::string in_scope = sql::ScopeClause(scope, "n.region_code", values);
  return tx.SelectOne(absl::StrCat(kSelectNotice, "n.id = ? AND ", in_scope), values, ReadNotice);
}

absl::StatusOr<std::vector<Notice>> ListNotices(sql::Transaction& tx,
                                                const auth::RegionScope& scope,
                                                const NoticePage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "n.region_code", values);
  where += " AND n.region_code >= ? AND (n.region_code > ? OR n.id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  if (!page.campaign.empty()) {
    where += " AND n.campaign_id = ?";
    values.push_back(page.campaign);
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelectNotice, where, " ORDER BY n.region_code, n.id LIMIT ?"),
                   values, ReadNotice);
}

absl::StatusOr<std::vector<NoticeEntry>> ListNoticeEntries(sql::Transaction& tx, NoticeId notice,
                                                           CaseId after, int limit) {
  return tx.Select(kSelectEntries, {notice, after, limit}, [](const sql::Row& row) {
    return NoticeEntry{.case_id = row.IdOf<CaseId>(0),
                       .head_name = row.Text(1),
                       .group_name = row.Text(2),
                       .kind = static_cast<AdjustmentKind>(row.Int(3)),
                       .reason = row.Text(4)};
  });
}

absl::StatusOr<std::optional<Notice>> FindNoticeNotOver(sql::Transaction& tx,
                                                        const auth::RegionScope& scope,
                                                        CampaignId campaign, Date day) {
  sql::Values values;
  std::string in_scope = sql::ScopeClause(scope, "n.region_code", values);
  values.insert(values.end(), {campaign, day});
  return tx.SelectOne(absl::StrCat(kSelectNotice, in_scope, kSelectNotOver), values, ReadNotice);
}

absl::Status InsertObjection(sql::Transaction& tx, const Objection& objection) {
  return tx
      .Execute(kInsertObjection, {objection.id, objection.case_id, objection.notice,
                                  objection.campaign, objection.region, objection.text,
                                  objection.objector_name, objection.filed_by, objection.filed_at})
      .status();
}

absl::StatusOr<std::optional<Objection>> LockObjection(sql::Transaction& tx,
                                                       const auth::RegionScope& scope,
                                                       ObjectionId id) {
  sql::Values values = {id};
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.SelectOne(absl::StrCat(kSelectObjection, "id = ? AND ", in_scope, " FOR UPDATE"),
                      values, ReadObjection);
}

absl::Status UpdateObjection(sql::Transaction& tx, const Objection& objection) {
  return tx
      .Execute(kUpdateObjection, {static_cast<int>(objection.state), objection.answer,
                                  objection.answered_by, objection.answered_at, objection.id})
      .status();
}

absl::StatusOr<std::optional<ObjectionId>> FindOpenObjection(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             CampaignId campaign) {
  sql::Values values;
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  values.push_back(campaign);
  return tx.SelectOne(absl::StrCat("SELECT id FROM objection WHERE ", in_scope,
                                   " AND state = 1 AND campaign_id = ? LIMIT 1"),
                      values, [](const sql::Row& row) { return row.IdOf<ObjectionId>(0); });
}

absl::StatusOr<std::vector<Objection>> ListObjections(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const ObjectionPage& page) {
  sql::Values values;
  std::string where = sql::ScopeClause(scope, "region_code", values);
  where += " AND region_code >= ? AND (region_code > ? OR id > ?)";
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id});
  if (page.state) {
    where += " AND state = ?";
    values.push_back(static_cast<int>(*page.state));
  }
  if (!page.case_id.empty()) {
    where += " AND case_id = ?";
    values.push_back(page.case_id);
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelectObjection, where, " ORDER BY region_code, id LIMIT ?"),
                   values, ReadObjection);
}

}  // namespace jz::identification
