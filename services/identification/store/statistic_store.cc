#include "services/identification/store/statistic_store.h"

#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kAges[] = "AGES";
constexpr char kFill[] = "FILL";
constexpr char kRoll[] = "ROLL";
constexpr char kRepair[] = "REPAIR";
constexpr char kInsertDelta[] =
    "INSERT INTO statistic_delta (region_code, at_us, nonce, pending, cells) VALUES";
constexpr char kSelectDelta[] = "SELECT region_code, at_us, nonce, cells FROM statistic_delta ";

DeltaRow ReadDelta(const sql::Row& row) {
  return {.region = row.Region(0), .at = row.Time(1), .nonce = row.Int(2), .cells = row.Text(3)};
}

absl::Status StateMissing() {
  return Internal("STATISTIC_STATE_MISSING", "a row of statistic_state is missing");
}

absl::StatusOr<std::optional<Date>> DayOf(sql::Transaction& tx, const char* name,
                                          absl::string_view lock) {
  JZ_ASSIGN_OR_RETURN(
      auto day, tx.SelectOne(absl::StrCat("SELECT day FROM statistic_state WHERE name = ?", lock),
                             {name}, [](const sql::Row& row) {
                               return row.IsNull(0) ? std::optional<Date>() : row.Day(0);
                             }));
  if (!day) return StateMissing();
  return *day;
}

absl::Status SetDay(sql::Transaction& tx, const char* name, Date day) {
  return tx.Execute("UPDATE statistic_state SET day = ? WHERE name = ?", {day, name}).status();
}

absl::StatusOr<int64_t> Repairs(sql::Transaction& tx, absl::string_view lock) {
  JZ_ASSIGN_OR_RETURN(
      auto number,
      tx.SelectOne(absl::StrCat("SELECT number FROM statistic_state WHERE name = ?", lock),
                   {kRepair}, [](const sql::Row& row) { return row.Int(0); }));
  if (!number) return StateMissing();
  return *number;
}

// Adds up the column `cells` of a query.
absl::Status AddAll(sql::Transaction& tx, absl::string_view sql, const sql::Values& values,
                    StatisticCells& cells) {
  absl::Status parsed;
  JZ_RETURN_IF_ERROR(tx.Query(sql, values, [&](const sql::Row& row) {
    if (parsed.ok()) parsed = cells.AddPacked(row.Text(0));
  }));
  return parsed;
}

absl::StatusOr<StatisticCells> CellsNow(sql::Transaction& tx, RegionCode region) {
  StatisticCells cells;
  JZ_RETURN_IF_ERROR(
      AddAll(tx, "SELECT cells FROM statistic WHERE region_code = ? ORDER BY day DESC LIMIT 1",
             {region}, cells));
  JZ_RETURN_IF_ERROR(AddAll(
      tx, "SELECT cells FROM statistic_delta WHERE pending = 1 AND region_code BETWEEN ? AND ?",
      {region, region.Last()}, cells));
  return cells;
}

absl::StatusOr<std::optional<int64_t>> Least(sql::Transaction& tx, absl::string_view sql,
                                             const sql::Values& values) {
  JZ_ASSIGN_OR_RETURN(auto least, tx.SelectOne(sql, values, [](const sql::Row& row) {
    return row.IsNull(0) ? std::optional<int64_t>() : row.Int(0);
  }));
  return least.value_or(std::nullopt);
}

}  // namespace

absl::StatusOr<StatisticState> LoadStatisticState(sql::Transaction& tx) {
  StatisticState state;
  JZ_RETURN_IF_ERROR(
      tx.Query("SELECT name, day FROM statistic_state", {}, [&](const sql::Row& row) {
        if (row.IsNull(1)) return;
        if (row.Text(0) == kAges) state.ages = row.Day(1);
        if (row.Text(0) == kFill) state.filled = true;
      }));
  return state;
}

absl::StatusOr<std::optional<Date>> ShareAges(sql::Transaction& tx) {
  return DayOf(tx, kAges, " LOCK IN SHARE MODE");
}
absl::StatusOr<std::optional<Date>> LockAges(sql::Transaction& tx) {
  return DayOf(tx, kAges, " FOR UPDATE");
}
absl::Status SetAges(sql::Transaction& tx, Date day) { return SetDay(tx, kAges, day); }
absl::Status SetFilled(sql::Transaction& tx, Date day) { return SetDay(tx, kFill, day); }
absl::Status LockRoll(sql::Transaction& tx) { return DayOf(tx, kRoll, " FOR UPDATE").status(); }
absl::StatusOr<int64_t> LoadRepairs(sql::Transaction& tx) { return Repairs(tx, ""); }
absl::StatusOr<int64_t> LockRepairs(sql::Transaction& tx) { return Repairs(tx, " FOR UPDATE"); }
absl::Status SetRepairs(sql::Transaction& tx, int64_t number) {
  return tx.Execute("UPDATE statistic_state SET number = ? WHERE name = ?", {number, kRepair})
      .status();
}

absl::Status InsertDeltas(sql::Transaction& tx, const StatisticDeltas& deltas, bool also_empty) {
  absl::BitGen random;
  sql::Values values;
  for (const auto& [where, cells] : deltas) {
    if (cells.empty() && !also_empty) continue;
    values.insert(values.end(),
                  {where.first, where.second,
                   static_cast<int64_t>(absl::Uniform<uint64_t>(random) >> 1), 1, cells.Pack()});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertDelta, 5, values).status();
}

absl::StatusOr<StatisticCells> LoadCells(sql::Transaction& tx, RegionCode region,
                                         std::optional<absl::Time> as_of) {
  if (!as_of) return CellsNow(tx, region);
  // Days before this one are over.
  const Date day = DateInShanghai(*as_of + absl::Microseconds(1));
  StatisticCells cells;
  JZ_RETURN_IF_ERROR(AddAll(
      tx, "SELECT cells FROM statistic WHERE region_code = ? AND day < ? ORDER BY day DESC LIMIT 1",
      {region, day}, cells));
  JZ_RETURN_IF_ERROR(AddAll(
      tx,
      "SELECT cells FROM statistic_delta WHERE pending = 1 AND region_code BETWEEN ? AND ? AND "
      "at_us <= ?",
      {region, region.Last(), *as_of}, cells));
  const absl::Time since = StartOfDay(KeptFrom(region.level(), day));
  if (since > *as_of) return cells;
  // A village has few deltas; a day has few of a county.
  const bool small = region.level() >= RegionLevel::kTownship;
  JZ_RETURN_IF_ERROR(AddAll(
      tx,
      absl::StrCat("SELECT cells FROM statistic_delta FORCE INDEX (",
                   small ? "PRIMARY" : "ix_statistic_delta_at",
                   ") WHERE region_code BETWEEN ? AND ? AND at_us BETWEEN ? AND ? AND pending = 0"),
      {region, region.Last(), since, *as_of}, cells));
  return cells;
}

absl::StatusOr<std::vector<DeltaRow>> ListPendingDeltas(sql::Transaction& tx, int limit) {
  return tx.Select(
      absl::StrCat(kSelectDelta, "WHERE pending = 1 ORDER BY region_code, at_us LIMIT ?"), {limit},
      ReadDelta);
}

absl::Status MarkRolled(sql::Transaction& tx, absl::Span<const DeltaRow> rows) {
  sql::Values values;
  for (const DeltaRow& row : rows) {
    values.insert(values.end(), {row.region, row.at, row.nonce, 0, ""});
  }
  if (values.empty()) return absl::OkStatus();
  // The rows exist: one statement changes all of them.
  return tx.InsertRows(kInsertDelta, 5, values, "ON DUPLICATE KEY UPDATE pending = 0").status();
}

absl::StatusOr<std::vector<DeltaRow>> ListDeltas(sql::Transaction& tx, RegionCode village,
                                                 bool also_pending) {
  return tx.Select(absl::StrCat(kSelectDelta,
                                "WHERE region_code = ? AND pending <= ? ORDER BY "
                                "region_code, at_us, nonce"),
                   {village, also_pending}, ReadDelta);
}

absl::StatusOr<std::vector<RegionCode>> ChangedVillages(sql::Transaction& tx, absl::Time since) {
  return tx.Select(
      "SELECT DISTINCT region_code FROM statistic_delta FORCE INDEX (ix_statistic_delta_at) WHERE "
      "at_us >= ? ORDER BY region_code",
      {since}, [](const sql::Row& row) { return row.Region(0); });
}

absl::StatusOr<KeptDays> LoadKept(sql::Transaction& tx, RegionCode region, Date day) {
  JZ_ASSIGN_OR_RETURN(
      auto last, tx.SelectOne("SELECT MAX(day) FROM statistic WHERE region_code = ? AND day <= ?",
                              {region, day}, [&](const sql::Row& row) {
                                return row.IsNull(0) ? day : row.Day(0);
                              }));
  KeptDays kept;
  absl::Status parsed;
  JZ_RETURN_IF_ERROR(
      tx.Query("SELECT day, cells FROM statistic WHERE region_code = ? AND day >= ? ORDER BY day",
               {region, last.value_or(day)}, [&](const sql::Row& row) {
                 if (parsed.ok()) parsed = kept[row.Day(0)].AddPacked(row.Text(1));
               }));
  JZ_RETURN_IF_ERROR(parsed);
  return kept;
}

absl::Status PutKept(sql::Transaction& tx, absl::Span<const KeptRow> rows) {
  sql::Values values;
  for (const KeptRow& row : rows) {
    values.insert(values.end(), {row.region, row.day, row.cells});
  }
  if (values.empty()) return absl::OkStatus();
  return tx
      .InsertRows("INSERT INTO statistic (region_code, day, cells) VALUES", 3, values,
                  "ON DUPLICATE KEY UPDATE cells = VALUES(cells)")
      .status();
}

absl::Status DeleteKept(sql::Transaction& tx, RegionCode region) {
  return tx.Execute("DELETE FROM statistic WHERE region_code = ?", {region}).status();
}

absl::StatusOr<std::optional<RegionCode>> NextCounted(sql::Transaction& tx, RegionCode after,
                                                      int64_t last) {
  JZ_ASSIGN_OR_RETURN(
      auto kept,
      Least(tx, "SELECT MIN(region_code) FROM statistic WHERE region_code > ? AND region_code <= ?",
            {after, last}));
  JZ_ASSIGN_OR_RETURN(auto pending,
                      Least(tx,
                            "SELECT MIN(region_code) FROM statistic_delta WHERE pending = 1 AND "
                            "region_code > ? AND region_code <= ?",
                            {after, last}));
  if (!kept && !pending) return std::nullopt;
  return RegionCode::FromNumber(std::min(kept.value_or(last), pending.value_or(last)));
}

}  // namespace jz::identification
