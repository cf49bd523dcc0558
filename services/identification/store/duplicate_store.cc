#include "services/identification/store/duplicate_store.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelectNumbers[] =
    "SELECT id, region_code, phone_sealed, bank_account_sealed, state IN (1, 2, 3) AND "
    "member_count > 0 FROM household WHERE region_code BETWEEN ? AND ? AND region_code >= ? AND "
    "(region_code > ? OR id > ?) ORDER BY region_code, id LIMIT ?";
constexpr char kInsertNumber[] =
    "INSERT INTO household_number (number_hash, household_id, region_code, kind) VALUES";
constexpr char kSelectShared[] =
    "SELECT number_hash FROM household_number WHERE number_hash > ? GROUP BY number_hash HAVING "
    "MIN(region_code DIV 1000000) <> MAX(region_code DIV 1000000) AND SUM(region_code BETWEEN ? "
    "AND ?) > 0 ORDER BY number_hash LIMIT ?";
constexpr char kSelect[] =
    "SELECT d.id, d.number_hash, d.state, d.household_count, d.decision, d.kept_household_id, "
    "d.reason, d.decided_by, d.decided_at_us, d.last_run, d.version, d.kind FROM duplicate d "
    "WHERE ";
constexpr char kInsert[] =
    "INSERT INTO duplicate (id, number_hash, state, household_count, decision, kept_household_id, "
    "reason, decided_by, decided_at_us, last_run, version, kind) VALUES";
constexpr char kInsertTail[] =
    "ON DUPLICATE KEY UPDATE state = VALUES(state), household_count = VALUES(household_count), "
    "decision = VALUES(decision), kept_household_id = VALUES(kept_household_id), reason = "
    "VALUES(reason), decided_by = VALUES(decided_by), decided_at_us = VALUES(decided_at_us), "
    "last_run = VALUES(last_run), version = VALUES(version)";
constexpr char kInsertPlace[] =
    "INSERT INTO duplicate_household (duplicate_id, household_id, region_code) VALUES";

Duplicate ReadDuplicate(const sql::Row& row) {
  return {.id = row.IdOf<DuplicateId>(0),
          .kind = static_cast<DuplicateKind>(row.Int(11)),
          .number_hash = row.Text(1),
          .state = static_cast<DuplicateState>(row.Int(2)),
          .household_count = static_cast<int>(row.Int(3)),
          .places = {},
          .decision = static_cast<DuplicateDecision>(row.Int(4)),
          .kept = row.IdOf<HouseholdId>(5),
          .reason = row.Text(6),
          .decided_by = row.Text(7),
          .decided_at = row.Time(8),
          .last_run = row.Int(9),
          .version = static_cast<int>(row.Int(10))};
}

absl::StatusOr<std::vector<Duplicate>> WithPlaces(
    sql::Transaction& tx, absl::StatusOr<std::vector<Duplicate>> duplicates) {
  if (!duplicates.ok() || duplicates->empty()) return duplicates;
  absl::flat_hash_map<DuplicateId, Duplicate*> by_id;
  sql::Values ids;
  for (Duplicate& duplicate : *duplicates) {
    by_id[duplicate.id] = &duplicate;
    ids.emplace_back(duplicate.id);
  }
  sql::PadInList(ids, duplicates->size());
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat("SELECT duplicate_id, household_id, region_code FROM duplicate_household WHERE "
                   "duplicate_id IN (",
                   sql::InList(duplicates->size()), ") ORDER BY duplicate_id, household_id"),
      ids, [&](const sql::Row& row) {
        by_id[row.IdOf<DuplicateId>(0)]->places.push_back(
            {.household = row.IdOf<HouseholdId>(1), .region = row.Region(2)});
      }));
  return duplicates;
}

std::string InScope(const auth::RegionScope& scope, sql::Values& values) {
  return absl::StrCat(
      "EXISTS (SELECT 1 FROM duplicate_household h WHERE h.duplicate_id = d.id AND ",
      sql::ScopeClause(scope, "h.region_code", values), ")");
}

}  // namespace

absl::StatusOr<std::vector<HouseholdNumbers>> ReadNumbers(sql::Transaction& tx,
                                                          const NumberPage& page) {
  absl::flat_hash_map<HouseholdId, size_t> on_file;
  std::vector<HouseholdNumbers> all;
  JZ_RETURN_IF_ERROR(tx.Query(kSelectNumbers,
                              {page.region, page.region.Last(), page.after_region,
                               page.after_region, page.after, page.limit},
                              [&](const sql::Row& row) {
                                HouseholdNumbers& numbers = all.emplace_back();
                                numbers.place = {.household = row.IdOf<HouseholdId>(0),
                                                 .region = row.Region(1)};
                                if (!row.Bool(4)) return;
                                numbers.phone_sealed = row.Text(2);
                                numbers.bank_account_sealed = row.Text(3);
                                on_file[numbers.place.household] = all.size() - 1;
                              }));
  if (on_file.empty()) return all;
  sql::Values ids;
  for (const auto& [household, index] : on_file) ids.emplace_back(household);
  sql::PadInList(ids, on_file.size());
  JZ_RETURN_IF_ERROR(
      tx.Query(absl::StrCat("SELECT household_id, phone_sealed FROM person WHERE household_id IN (",
                            sql::InList(on_file.size()),
                            ") AND left_on IS NULL AND phone_sealed IS NOT NULL"),
               ids, [&](const sql::Row& row) {
                 all[on_file[row.IdOf<HouseholdId>(0)]].person_phones_sealed.push_back(row.Text(1));
               }));
  return all;
}

absl::Status ReplaceNumbers(sql::Transaction& tx, absl::Span<const HouseholdNumbers> households) {
  if (households.empty()) return absl::OkStatus();
  sql::Values ids;
  sql::Values rows;
  for (const HouseholdNumbers& household : households) {
    ids.emplace_back(household.place.household);
    for (const auto& [hash, kind] : household.hashes) {
      rows.insert(rows.end(), {hash, household.place.household, household.place.region,
                               static_cast<int>(kind)});
    }
  }
  sql::PadInList(ids, households.size());
  JZ_RETURN_IF_ERROR(tx.Execute(absl::StrCat("DELETE FROM household_number WHERE household_id IN (",
                                             sql::InList(households.size()), ")"),
                                ids)
                         .status());
  if (rows.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertNumber, 4, rows).status();
}

absl::StatusOr<std::vector<std::string>> FindSharedNumbers(sql::Transaction& tx,
                                                           const std::string& after,
                                                           RegionCode region, int limit) {
  return tx.Select(kSelectShared, {after, region, region.Last(), limit},
                   [](const sql::Row& row) { return row.Text(0); });
}

absl::StatusOr<std::vector<SharedNumber>> LoadShared(sql::Transaction& tx,
                                                     absl::Span<const std::string> hashes) {
  std::vector<SharedNumber> shared;
  if (hashes.empty()) return shared;
  sql::Values values(hashes.begin(), hashes.end());
  sql::PadInList(values, hashes.size());
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat(
          "SELECT number_hash, household_id, region_code, kind FROM household_number WHERE "
          "number_hash IN (",
          sql::InList(hashes.size()), ") ORDER BY number_hash, household_id"),
      values, [&](const sql::Row& row) {
        const std::string hash = row.Text(0);
        if (shared.empty() || shared.back().number_hash != hash) {
          shared.push_back(
              {.kind = static_cast<DuplicateKind>(row.Int(3)), .number_hash = hash, .places = {}});
        }
        shared.back().places.push_back(
            {.household = row.IdOf<HouseholdId>(1), .region = row.Region(2)});
      }));
  return shared;
}

absl::StatusOr<std::vector<Duplicate>> LockDuplicatesByNumber(
    sql::Transaction& tx, absl::Span<const std::string> hashes) {
  if (hashes.empty()) return std::vector<Duplicate>();
  sql::Values values(hashes.begin(), hashes.end());
  sql::PadInList(values, hashes.size());
  return WithPlaces(
      tx, tx.Select(absl::StrCat(kSelect, "d.number_hash IN (", sql::InList(hashes.size()),
                                 ") ORDER BY d.number_hash FOR UPDATE"),
                    values, ReadDuplicate));
}

absl::StatusOr<std::vector<Duplicate>> LockDuplicates(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      absl::Span<const DuplicateId> ids) {
  if (ids.empty()) return std::vector<Duplicate>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  const std::string in_scope = InScope(scope, values);
  return WithPlaces(tx, tx.Select(absl::StrCat(kSelect, "d.id IN (", sql::InList(ids.size()),
                                               ") AND ", in_scope, " ORDER BY d.id FOR UPDATE"),
                                  values, ReadDuplicate));
}

absl::StatusOr<std::vector<Duplicate>> ListDuplicates(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const DuplicatePage& page) {
  sql::Values values = {page.after};
  std::string where = "d.id > ? AND " + InScope(scope, values);
  if (page.kind != DuplicateKind::kUnspecified) {
    where += " AND d.kind = ?";
    values.emplace_back(static_cast<int>(page.kind));
  }
  if (page.state != DuplicateState::kUnspecified) {
    where += " AND d.state = ?";
    values.emplace_back(static_cast<int>(page.state));
  }
  values.emplace_back(page.limit);
  return WithPlaces(
      tx, tx.Select(absl::StrCat(kSelect, where, " ORDER BY d.id LIMIT ?"), values, ReadDuplicate));
}

absl::StatusOr<std::vector<Duplicate>> LockUnseen(sql::Transaction& tx, RegionCode region,
                                                  int64_t run, int limit) {
  sql::Values values = {run};
  const std::string in_region = InScope(auth::RegionScope({region}), values);
  values.emplace_back(limit);
  return WithPlaces(tx, tx.Select(absl::StrCat(kSelect, "d.last_run <> ? AND d.state <> 3 AND ",
                                               in_region, " ORDER BY d.id LIMIT ? FOR UPDATE"),
                                  values, ReadDuplicate));
}

absl::Status PutDuplicates(sql::Transaction& tx, absl::Span<const Duplicate> duplicates) {
  if (duplicates.empty()) return absl::OkStatus();
  sql::Values rows;
  sql::Values ids;
  sql::Values places;
  for (const Duplicate& d : duplicates) {
    rows.insert(rows.end(), {d.id, d.number_hash, static_cast<int>(d.state), d.household_count,
                             static_cast<int>(d.decision), d.kept, d.reason, d.decided_by,
                             d.decided_at, d.last_run, d.version, static_cast<int>(d.kind)});
    ids.emplace_back(d.id);
    for (const DuplicatePlace& place : d.places) {
      places.insert(places.end(), {d.id, place.household, place.region});
    }
  }
  sql::PadInList(ids, duplicates.size());
  JZ_RETURN_IF_ERROR(tx.InsertRows(kInsert, 12, rows, kInsertTail).status());
  JZ_RETURN_IF_ERROR(
      tx.Execute(absl::StrCat("DELETE FROM duplicate_household WHERE duplicate_id IN (",
                              sql::InList(duplicates.size()), ")"),
                 ids)
          .status());
  return tx.InsertRows(kInsertPlace, 3, places).status();
}

}  // namespace jz::identification
