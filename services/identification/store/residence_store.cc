#include "services/identification/store/residence_store.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr size_t kChunk = 1000;
constexpr char kInsertFormer[] =
    "INSERT INTO former_residence (household_id, valid_from, valid_to, region_code, moved_by, "
    "moved_at_us, reason) VALUES";
constexpr char kInsertSuccessor[] =
    "INSERT INTO region_successor (code, successor_code, since, reason, recorded_by, "
    "recorded_at_us) VALUES";
// Who lives there now and has not moved since, and who moved away since.
constexpr char kStayed[] =
    "SELECT h.id AS id FROM household h WHERE NOT EXISTS (SELECT 1 FROM former_residence f WHERE "
    "f.household_id = h.id AND f.valid_to >= ?) AND ";
constexpr char kLeft[] =
    "SELECT f.household_id AS id FROM former_residence f WHERE f.valid_from <= ? AND f.valid_to >= "
    "? AND ";

sql::Values IdsOf(absl::Span<const HouseholdId> households) {
  sql::Values values;
  for (HouseholdId id : households) values.emplace_back(id.value());
  sql::PadInList(values, households.size());
  return values;
}

}  // namespace

absl::StatusOr<absl::flat_hash_map<HouseholdId, Date>> LastMoves(
    sql::Transaction& tx, absl::Span<const HouseholdId> households) {
  absl::flat_hash_map<HouseholdId, Date> last;
  if (households.empty()) return last;
  JZ_RETURN_IF_ERROR(
      tx.Query(absl::StrCat("SELECT household_id, MAX(valid_to) FROM former_residence WHERE "
                            "household_id IN (",
                            sql::InList(households.size()), ") GROUP BY household_id"),
               IdsOf(households),
               [&](const sql::Row& row) { last[row.IdOf<HouseholdId>(0)] = row.Day(1); }));
  return last;
}

absl::Status InsertFormerResidences(sql::Transaction& tx, absl::Span<const FormerResidence> rows,
                                    const RecordedBy& recorded, absl::string_view reason) {
  if (rows.empty()) return absl::OkStatus();
  sql::Values values;
  for (const FormerResidence& row : rows) {
    values.insert(values.end(),
                  {row.household.value(), row.valid_from, row.valid_to, row.region.number(),
                   recorded.subject, absl::ToUnixMicros(recorded.at), std::string(reason)});
  }
  return tx.InsertRows(kInsertFormer, 7, values).status();
}

std::string ResidentsQuery(const auth::RegionScope& scope, Date day, sql::Values& values) {
  values.emplace_back(day);
  std::string stayed = absl::StrCat(kStayed, sql::ScopeClause(scope, "h.region_code", values));
  values.insert(values.end(), {day, day});
  std::string left = absl::StrCat(kLeft, sql::ScopeClause(scope, "f.region_code", values));
  return absl::StrCat("(", stayed, " UNION ALL ", left, ")");
}

absl::Status MoveDependents(sql::Transaction& tx, RegionCode region,
                            absl::Span<const HouseholdId> households) {
  if (households.empty()) return absl::OkStatus();
  sql::Values values = {region.number()};
  for (HouseholdId id : households) values.emplace_back(id.value());
  sql::PadInList(values, households.size());
  const std::string in_list = absl::StrCat("(", sql::InList(households.size()), ")");
  JZ_RETURN_IF_ERROR(
      tx.Execute(absl::StrCat("UPDATE person SET region_code = ? WHERE household_id IN ", in_list),
                 values)
          .status());
  JZ_RETURN_IF_ERROR(
      tx.Execute(absl::StrCat("UPDATE change_request SET region_code = ? WHERE household_id IN ",
                              in_list),
                 values)
          .status());
  return tx
      .Execute(
          absl::StrCat("UPDATE adjustment_case c JOIN household h ON h.id = c.household_id SET "
                       "c.region_code = ?, c.household_version = IF(c.household_version = "
                       "h.version, h.version + 1, c.household_version) WHERE "
                       "c.open_household_id IN ",
                       in_list),
          values)
      .status();
}

absl::Status InsertSuccessions(sql::Transaction& tx, absl::Span<const Succession> successions,
                               const RecordedBy& recorded, absl::string_view reason) {
  if (successions.empty()) return absl::OkStatus();
  sql::Values values;
  for (const Succession& row : successions) {
    values.insert(values.end(),
                  {row.code.number(), row.successor.number(), row.since, std::string(reason),
                   recorded.subject, absl::ToUnixMicros(recorded.at)});
  }
  return tx.InsertRows(kInsertSuccessor, 6, values).status();
}

absl::StatusOr<std::vector<Succession>> LoadSuccessions(sql::Transaction& tx,
                                                        absl::Span<const RegionCode> codes,
                                                        Date day) {
  std::set<RegionCode> asked;
  std::vector<RegionCode> open(codes.begin(), codes.end());
  std::vector<Succession> all;
  while (!open.empty()) {
    std::vector<RegionCode> next;
    for (size_t begin = 0; begin < open.size(); begin += kChunk) {
      absl::Span<const RegionCode> chunk = absl::MakeConstSpan(open).subspan(begin, kChunk);
      sql::Values values = {day};
      for (RegionCode code : chunk) values.emplace_back(code.number());
      sql::PadInList(values, chunk.size());
      JZ_ASSIGN_OR_RETURN(
          std::vector<Succession> found,
          tx.Select(absl::StrCat("SELECT code, successor_code, since FROM region_successor WHERE "
                                 "since <= ? AND code IN (",
                                 sql::InList(chunk.size()), ")"),
                    values, [](const sql::Row& row) {
                      return Succession{
                          .code = row.Region(0), .successor = row.Region(1), .since = row.Day(2)};
                    }));
      for (const Succession& step : found) {
        if (asked.insert(step.successor).second) next.push_back(step.successor);
      }
      all.insert(all.end(), found.begin(), found.end());
    }
    open = std::move(next);
  }
  return all;
}

}  // namespace jz::identification
