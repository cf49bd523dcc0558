#include "services/identification/store/comparison_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

constexpr char kPutKind[] =
    "INSERT INTO comparison_kind (code, region_code, valid_from, valid_to, label_zh, label_en, "
    "severity, due_days, needs_authorization, attributes, recorded_by, recorded_at_us) VALUES";
constexpr char kPutKindTail[] =
    "ON DUPLICATE KEY UPDATE valid_to = VALUES(valid_to), label_zh = VALUES(label_zh), "
    "label_en = VALUES(label_en), severity = VALUES(severity), due_days = VALUES(due_days), "
    "needs_authorization = VALUES(needs_authorization), attributes = VALUES(attributes), "
    "recorded_by = VALUES(recorded_by), recorded_at_us = VALUES(recorded_at_us)";
constexpr char kSelectKind[] =
    "SELECT code, region_code, valid_from, valid_to, label_zh, label_en, severity, due_days, "
    "needs_authorization, attributes FROM comparison_kind ";

constexpr char kInsertList[] =
    "INSERT INTO comparison_list (id, kind, region_code, authority, purpose, data_date, "
    "expires_on, state, entry_count, skipped_count, attributes, created_by, created_at_us) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?)";
constexpr char kPublishList[] =
    "UPDATE comparison_list SET state = 1, entry_count = ?, skipped_count = ?, content_digest = ? "
    "WHERE id = ? AND state = 0";
constexpr char kEndList[] =
    "UPDATE comparison_list SET state = 2, content_digest = NULL WHERE id = ?";
constexpr char kSelectList[] =
    "SELECT id, kind, region_code, authority, purpose, data_date, expires_on, state, entry_count, "
    "skipped_count, attributes, created_by, created_at_us FROM comparison_list ";
constexpr char kSelectAbandoned[] =
    "SELECT id FROM comparison_list WHERE created_at_us < ? AND state = 0 ORDER BY created_at_us "
    "LIMIT 4";
constexpr char kSelectToClear[] =
    "SELECT l.id FROM comparison_list l WHERE (l.state = 2 OR (l.state = 1 AND l.expires_on < ?)) "
    "AND EXISTS (SELECT 1 FROM comparison_list_block b WHERE b.list_id = l.id) LIMIT 4";
constexpr char kSelectVersions[] =
    "SELECT id FROM comparison_list WHERE kind = ? AND region_code = ? AND authority = ? AND "
    "state <> 0 ORDER BY id";

constexpr char kInsertBlock[] =
    "INSERT INTO comparison_list_block (list_id, run, seq, first_prefix, last_prefix, entry_count, "
    "hashes, attributes) VALUES";
constexpr int kBlockColumns = 8;
constexpr char kSelectBlocks[] =
    "SELECT hashes, attributes FROM comparison_list_block WHERE list_id = ? AND last_prefix >= ? "
    "AND first_prefix <= ? ORDER BY run, seq";

constexpr char kPutAuthorization[] =
    "INSERT INTO household_authorization (household_id, signed_on, valid_to, kinds, "
    "evidence_sha256, recorded_by, recorded_at_us) VALUES";
constexpr char kPutAuthorizationTail[] =
    "ON DUPLICATE KEY UPDATE valid_to = VALUES(valid_to), kinds = VALUES(kinds), evidence_sha256 = "
    "VALUES(evidence_sha256), recorded_by = VALUES(recorded_by), recorded_at_us = "
    "VALUES(recorded_at_us)";

// The index of present_id_hash holds the id, too: rows are not touched.
constexpr char kSelectHashes[] =
    "SELECT present_id_hash, id FROM person WHERE present_id_hash > ? AND present_id_hash <= ? "
    "ORDER BY present_id_hash LIMIT ?";
constexpr char kSelectHouseholds[] =
    "SELECT region_code, id FROM household WHERE region_code BETWEEN ? AND ? AND region_code >= ? "
    "AND (region_code > ? OR id > ?) ORDER BY region_code, id LIMIT ?";
constexpr char kSelectMembers[] =
    "SELECT citizen_id_hash, id FROM person WHERE left_on IS NULL AND household_id IN (";
constexpr char kSelectPresent[] =
    "SELECT id, household_id, region_code, present_id_hash FROM person WHERE present_id_hash IS "
    "NOT NULL AND region_code BETWEEN ? AND ? AND id IN (";

ComparisonKind ReadKind(const sql::Row& row) {
  return {.code = row.Text(0),
          .region = row.Region(1),
          .valid_from = row.Day(2),
          .valid_to = row.Day(3),
          .label_zh = row.Text(4),
          .label_en = row.Text(5),
          .severity = static_cast<ComparisonSeverity>(row.Int(6)),
          .due_days = static_cast<int>(row.Int(7)),
          .needs_authorization = row.Bool(8),
          .attributes = ParseAttributes(row.Text(9))};
}

ComparisonList ReadList(const sql::Row& row) {
  return {.id = row.IdOf<ComparisonListId>(0),
          .kind = row.Text(1),
          .region = row.Region(2),
          .authority = row.Text(3),
          .purpose = row.Text(4),
          .data_date = row.Day(5),
          .expires_on = row.Day(6),
          .state = static_cast<ComparisonListState>(row.Int(7)),
          .entry_count = row.Int(8),
          .skipped_count = row.Int(9),
          .attributes = ParseAttributes(row.Text(10)),
          .created_by = row.Text(11),
          .created_at = row.Time(12)};
}

ComparisonListId ReadListId(const sql::Row& row) { return row.IdOf<ComparisonListId>(0); }

}  // namespace

absl::Status PutKinds(sql::Transaction& tx, absl::Span<const ComparisonKind> kinds,
                      const ComparisonAuthor& author) {
  sql::Values values;
  for (const ComparisonKind& kind : kinds) {
    values.insert(
        values.end(),
        {kind.code, kind.region, kind.valid_from, kind.valid_to, kind.label_zh, kind.label_en,
         static_cast<int>(kind.severity), kind.due_days, kind.needs_authorization,
         FormatAttributes(kind.attributes), author.recorded_by, author.recorded_at});
  }
  return tx.InsertRows(kPutKind, 12, values, kPutKindTail).status();
}

absl::StatusOr<std::vector<ComparisonKind>> LoadKinds(sql::Transaction& tx,
                                                      absl::Span<const std::string> codes) {
  sql::Values values(codes.begin(), codes.end());
  std::string where;
  if (!codes.empty()) {
    sql::PadInList(values, codes.size());
    where = absl::StrCat("WHERE code IN (", sql::InList(codes.size()), ") ");
  }
  return tx.Select(absl::StrCat(kSelectKind, where, "ORDER BY code, region_code, valid_from"),
                   values, ReadKind);
}

absl::Status InsertComparisonList(sql::Transaction& tx, const ComparisonList& list) {
  return tx
      .Execute(kInsertList, {list.id, list.kind, list.region, list.authority, list.purpose,
                             list.data_date, list.expires_on, FormatAttributes(list.attributes),
                             list.created_by, list.created_at})
      .status();
}

absl::Status PublishComparisonList(sql::Transaction& tx, const ComparisonList& list,
                                   absl::string_view content_digest) {
  JZ_ASSIGN_OR_RETURN(
      int64_t changed,
      tx.Execute(kPublishList, {list.entry_count, list.skipped_count, content_digest, list.id}));
  if (changed == 1) return absl::OkStatus();
  return Aborted("COMPARISON_LIST_GONE", {}, "the upload took so long that it was given up");
}

absl::StatusOr<std::optional<ComparisonListId>> FindListByContent(sql::Transaction& tx,
                                                                  absl::string_view digest) {
  return tx.SelectOne("SELECT id FROM comparison_list WHERE content_digest = ?", {digest},
                      ReadListId);
}

absl::Status EndComparisonList(sql::Transaction& tx, ComparisonListId id) {
  return tx.Execute(kEndList, {id}).status();
}

absl::StatusOr<int64_t> DeleteBlocks(sql::Transaction& tx, ComparisonListId id, int limit) {
  return tx.Execute("DELETE FROM comparison_list_block WHERE list_id = ? LIMIT ?", {id, limit});
}

absl::Status DeleteReceivingList(sql::Transaction& tx, ComparisonListId id) {
  return tx.Execute("DELETE FROM comparison_list WHERE id = ? AND state = 0", {id}).status();
}

absl::StatusOr<std::vector<ComparisonList>> LoadComparisonLists(
    sql::Transaction& tx, const auth::RegionScope& scope, absl::Span<const ComparisonListId> ids) {
  if (ids.empty()) return std::vector<ComparisonList>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string visible = VisibleRegionClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kSelectList, "WHERE id IN (", sql::InList(ids.size()),
                                ") AND state <> 0 AND ", visible, " ORDER BY id"),
                   values, ReadList);
}

absl::StatusOr<std::optional<ComparisonList>> LockComparisonList(sql::Transaction& tx,
                                                                 const auth::RegionScope& scope,
                                                                 ComparisonListId id) {
  sql::Values values = {id};
  std::string visible = VisibleRegionClause(scope, "region_code", values);
  return tx.SelectOne(
      absl::StrCat(kSelectList, "WHERE id = ? AND state <> 0 AND ", visible, " FOR UPDATE"), values,
      ReadList);
}

absl::StatusOr<std::vector<ComparisonList>> ListComparisonLists(sql::Transaction& tx,
                                                                const auth::RegionScope& scope,
                                                                const ComparisonListPage& page) {
  sql::Values values;
  std::string where = VisibleRegionClause(scope, "region_code", values) + " AND state <> 0";
  if (!page.kind.empty()) {
    where += " AND kind = ?";
    values.emplace_back(page.kind);
  }
  if (page.valid_on) {
    where += " AND state = 1 AND expires_on >= ?";
    values.emplace_back(*page.valid_on);
  }
  if (page.before) {
    where += " AND created_at_us <= ? AND (created_at_us < ? OR id < ?)";
    values.insert(values.end(), {*page.before, *page.before, page.before_id});
  }
  values.emplace_back(page.limit);
  return tx.Select(
      absl::StrCat(kSelectList, "WHERE ", where, " ORDER BY created_at_us DESC, id DESC LIMIT ?"),
      values, ReadList);
}

absl::StatusOr<std::vector<ComparisonListId>> FindAbandonedLists(sql::Transaction& tx,
                                                                 absl::Time before) {
  return tx.Select(kSelectAbandoned, {before}, ReadListId);
}

absl::StatusOr<std::vector<ComparisonListId>> FindListsToClear(sql::Transaction& tx, Date today) {
  return tx.Select(kSelectToClear, {today}, ReadListId);
}

absl::StatusOr<std::vector<ComparisonListId>> FindVersions(sql::Transaction& tx,
                                                           const ComparisonList& list) {
  return tx.Select(kSelectVersions, {list.kind, list.region, list.authority}, ReadListId);
}

absl::Status InsertRun(sql::Transaction& tx, ComparisonListId list, int run,
                       absl::Span<const ListBlock> blocks) {
  sql::Values values;
  values.reserve(blocks.size() * kBlockColumns);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const ListBlock& block = blocks[i];
    values.insert(values.end(),
                  {list, run, static_cast<int>(i), block.first_prefix, block.last_prefix,
                   block.entry_count, block.hashes, block.attributes});
  }
  return tx.InsertRows(kInsertBlock, kBlockColumns, values).status();
}

absl::Status ReadBlocks(
    sql::Transaction& tx, ComparisonListId list, const HashRange& range,
    absl::FunctionRef<void(absl::string_view hashes, absl::string_view attributes)> each) {
  return tx.Query(kSelectBlocks, {list, range.first_prefix, range.last_prefix},
                  [&](const sql::Row& row) {
                    const std::string hashes = row.Text(0);
                    const std::string attributes = row.Text(1);
                    each(hashes, attributes);
                  });
}

absl::Status PutAuthorizations(sql::Transaction& tx, absl::Span<const Authorization> rows,
                               const ComparisonAuthor& author) {
  sql::Values values;
  for (const Authorization& row : rows) {
    values.insert(values.end(), {row.household, row.signed_on, row.valid_to, JoinCodes(row.kinds),
                                 row.evidence_sha256, author.recorded_by, author.recorded_at});
  }
  return tx.InsertRows(kPutAuthorization, 7, values, kPutAuthorizationTail).status();
}

absl::StatusOr<std::vector<HouseholdId>> FindAuthorized(sql::Transaction& tx,
                                                        absl::Span<const HouseholdId> households,
                                                        const std::string& kind, Date day) {
  std::vector<HouseholdId> authorized;
  if (households.empty()) return authorized;
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  values.insert(values.end(), {day, day});
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat(
          "SELECT household_id, kinds FROM household_authorization WHERE household_id IN (",
          sql::InList(households.size()),
          ") AND signed_on <= ? AND valid_to >= ? ORDER BY household_id"),
      values, [&](const sql::Row& row) {
        std::vector<std::string> kinds = SplitCodes(row.Text(1));
        if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return;
        authorized.push_back(row.IdOf<HouseholdId>(0));
      }));
  return authorized;
}

absl::StatusOr<std::string> ReadPresentHashes(sql::Transaction& tx, absl::string_view after,
                                              absl::string_view last, int limit, PersonKeys& keys) {
  std::string hash;
  int count = 0;
  JZ_RETURN_IF_ERROR(tx.Query(kSelectHashes, {after, last, limit}, [&](const sql::Row& row) {
    hash = row.Text(0);
    keys.Add(hash, row.IdOf<PersonId>(1));
    ++count;
  }));
  if (count < limit) hash.clear();
  return hash;
}

absl::StatusOr<bool> ReadPresentHashes(sql::Transaction& tx, RegionPersonsPage& page,
                                       PersonKeys& keys) {
  sql::Values households;
  JZ_RETURN_IF_ERROR(tx.Query(kSelectHouseholds,
                              {page.region, page.region.Last(), page.after_region,
                               page.after_region, page.after_household, page.households},
                              [&](const sql::Row& row) {
                                page.after_region = row.Region(0);
                                page.after_household = row.IdOf<HouseholdId>(1);
                                households.emplace_back(page.after_household);
                              }));
  if (households.empty()) return false;
  const size_t count = households.size();
  sql::PadInList(households, count);
  JZ_RETURN_IF_ERROR(
      tx.Query(absl::StrCat(kSelectMembers, sql::InList(count), ")"), households,
               [&](const sql::Row& row) { keys.Add(row.Text(0), row.IdOf<PersonId>(1)); }));
  return count == static_cast<size_t>(page.households);
}

absl::StatusOr<std::vector<PresentPerson>> LoadPresent(sql::Transaction& tx,
                                                       absl::Span<const PersonId> ids,
                                                       RegionCode region) {
  if (ids.empty()) return std::vector<PresentPerson>();
  sql::Values values = {region, region.Last()};
  values.insert(values.end(), ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  return tx.Select(absl::StrCat(kSelectPresent, sql::InList(ids.size()), ") ORDER BY id"), values,
                   [](const sql::Row& row) {
                     return PresentPerson{.id = row.IdOf<PersonId>(0),
                                          .household = row.IdOf<HouseholdId>(1),
                                          .region = row.Region(2),
                                          .hash = row.Text(3)};
                   });
}

}  // namespace jz::identification
