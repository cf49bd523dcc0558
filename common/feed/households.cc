#include "common/feed/households.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/changes.pb.h"

namespace jz::feed {
namespace {

namespace idv1 = ::jingzhun::identification::v1;

constexpr char kUpsertHousehold[] =
    "INSERT INTO projected_household (id, region_code, state, version) VALUES";
constexpr char kUpsertHouseholdTail[] =
    "ON DUPLICATE KEY UPDATE region_code = VALUES(region_code), state = VALUES(state), version = "
    "VALUES(version)";
constexpr char kInsertState[] =
    "INSERT IGNORE INTO projected_household_state "
    "(household_id, from_date, version, kind, reason, state_before, state, member_count) VALUES";
constexpr char kUpsertMember[] =
    "INSERT INTO projected_member (household_id, person_id, joined_date, left_date, labour, "
    "student) VALUES";
constexpr char kUpsertMemberTail[] =
    "ON DUPLICATE KEY UPDATE joined_date = VALUES(joined_date), left_date = VALUES(left_date), "
    "labour = VALUES(labour), "
    "student = VALUES(student)";
constexpr char kFirstDay[] = "1900-01-01";  // for members whose first day is not known

struct Decoded {
  int64_t id = 0;
  int64_t version = 0;
  idv1::HouseholdChanged payload;
};

absl::StatusOr<std::vector<Decoded>> Decode(absl::Span<const common::v1::Change> changes) {
  std::vector<Decoded> decoded;
  decoded.reserve(changes.size());
  for (const common::v1::Change& change : changes) {
    if (change.type() != kHouseholdChanged) continue;
    Decoded& item = decoded.emplace_back();
    if (!change.payload().UnpackTo(&item.payload)) {
      return MakeError(absl::StatusCode::kDataLoss, "FEED_PAYLOAD_MALFORMED",
                       {{"resource", change.resource()}},
                       "a HouseholdChanged payload does not parse");
    }
    JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(change.resource()));
    item.id = id.value();
    item.version = change.version();
  }
  return decoded;
}

absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> KnownVersions(
    sql::Transaction& tx, const std::vector<Decoded>& decoded) {
  absl::flat_hash_set<int64_t> ids;
  for (const Decoded& item : decoded) ids.insert(item.id);
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  absl::flat_hash_map<int64_t, int64_t> versions;
  JZ_RETURN_IF_ERROR(
      tx.Query(absl::StrCat("SELECT id, version FROM projected_household WHERE id IN (",
                            sql::InList(ids.size()), ")"),
               values, [&](const sql::Row& row) { versions[row.Int(0)] = row.Int(1); }));
  return versions;
}

void AddMember(sql::Values& rows, int64_t household, int64_t person,
               const idv1::MemberSnapshot& member) {
  rows.push_back(household);
  rows.push_back(person);
  rows.push_back(member.joined_date().empty() ? std::string(kFirstDay) : member.joined_date());
  rows.push_back(member.left_date().empty() ? sql::Value() : sql::Value(member.left_date()));
  rows.push_back(member.labour());
  rows.push_back(member.student());
}

absl::Status AddMembers(sql::Values& rows, const Decoded& item) {
  const idv1::HouseholdSnapshot& household = item.payload.household();
  for (const auto* members : {&household.members(), &household.departed_members()}) {
    for (const idv1::MemberSnapshot& member : *members) {
      JZ_ASSIGN_OR_RETURN(PersonId person, PersonId::Parse(member.person()));
      AddMember(rows, item.id, person.value(), member);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyHouseholds(sql::Transaction& tx, absl::Span<const common::v1::Change> changes) {
  JZ_ASSIGN_OR_RETURN(std::vector<Decoded> decoded, Decode(changes));
  if (decoded.empty()) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(auto versions, KnownVersions(tx, decoded));

  // By id: the order in which LockHouseholds takes the same rows.
  std::map<int64_t, const Decoded*> newest;
  sql::Values states;
  for (const Decoded& item : decoded) {
    int64_t& known = versions[item.id];
    if (item.version <= known) continue;
    known = item.version;
    newest[item.id] = &item;
    if (!item.payload.has_adjustment()) continue;
    const auto& adjustment = item.payload.adjustment();
    for (sql::Value value :
         {sql::Value(item.id), sql::Value(adjustment.effective_date()), sql::Value(item.version),
          sql::Value(int{adjustment.kind()}), sql::Value(adjustment.reason()),
          sql::Value(int{adjustment.state_before()}),
          sql::Value(int{item.payload.household().state()}),
          sql::Value(adjustment.member_count())}) {
      states.push_back(std::move(value));
    }
  }
  sql::Values households;
  sql::Values members;
  for (const auto& [id, item] : newest) {
    JZ_ASSIGN_OR_RETURN(RegionCode region,
                        RegionCode::Parse(item->payload.household().region_code()));
    for (sql::Value value :
         {sql::Value(id), sql::Value(region), sql::Value(int{item->payload.household().state()}),
          sql::Value(item->version)}) {
      households.push_back(std::move(value));
    }
    JZ_RETURN_IF_ERROR(AddMembers(members, *item));
  }
  if (!households.empty()) {
    JZ_RETURN_IF_ERROR(
        tx.InsertRows(kUpsertHousehold, 4, households, kUpsertHouseholdTail).status());
  }
  if (!states.empty()) JZ_RETURN_IF_ERROR(tx.InsertRows(kInsertState, 8, states).status());
  if (!members.empty()) {
    JZ_RETURN_IF_ERROR(tx.InsertRows(kUpsertMember, 6, members, kUpsertMemberTail).status());
  }
  return absl::OkStatus();
}

std::string StateOnDayJoin() {
  return "s.household_id = h.id AND (s.from_date, s.version) = (SELECT p.from_date, p.version FROM "
         "projected_household_state p WHERE p.household_id = h.id AND p.from_date <= ? "
         "ORDER BY p.from_date DESC, p.version DESC LIMIT 1)";
}

absl::StatusOr<absl::flat_hash_map<int64_t, HouseholdOnDay>> HouseholdsOnDay(
    sql::Transaction& tx, const auth::RegionScope& scope, const std::vector<int64_t>& ids,
    Date day) {
  absl::flat_hash_map<int64_t, HouseholdOnDay> result;
  if (ids.empty()) return result;
  sql::Values values = {day};
  for (int64_t id : ids) values.push_back(id);
  sql::PadInList(values, ids.size());
  std::string sql =
      absl::StrCat("SELECT h.id, h.region_code, s.state FROM projected_household h JOIN ",
                   "projected_household_state s ON ", StateOnDayJoin(), " WHERE h.id IN (",
                   sql::InList(ids.size()), ") AND ");
  sql += sql::ScopeClause(scope, "h.region_code", values);
  JZ_RETURN_IF_ERROR(tx.Query(sql, values, [&](const sql::Row& row) {
    result[row.Int(0)] = {HouseholdId(row.Int(0)), row.Region(1), static_cast<int>(row.Int(2))};
  }));
  return result;
}

absl::Status LockHouseholds(sql::Transaction& tx, std::vector<int64_t> ids) {
  if (ids.empty()) return absl::OkStatus();
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  // The index on regions holds all columns that are asked for; its order would not be that of ids.
  return tx.Query(
      absl::StrCat("SELECT id FROM projected_household FORCE INDEX (PRIMARY) WHERE id IN (",
                   sql::InList(ids.size()), ") ORDER BY id FOR UPDATE"),
      values, [](const sql::Row&) {});
}

absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> MembersOnDay(sql::Transaction& tx,
                                                                   const std::vector<int64_t>& ids,
                                                                   Date day) {
  absl::flat_hash_map<int64_t, int64_t> members;
  if (ids.empty()) return members;
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  values.push_back(day);
  values.push_back(day);
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat("SELECT person_id, household_id FROM projected_member WHERE household_id IN (",
                   sql::InList(ids.size()),
                   ") AND joined_date <= ? AND (left_date IS NULL OR left_date > ?)"),
      values, [&](const sql::Row& row) { members[row.Int(0)] = row.Int(1); }));
  return members;
}

absl::StatusOr<std::map<std::string, std::string>> Cursors(sql::Transaction& tx) {
  std::map<std::string, std::string> cursors;
  JZ_RETURN_IF_ERROR(tx.Query("SELECT source, after_cursor FROM feed_cursor", {},
                              [&](const sql::Row& row) { cursors[row.Text(0)] = row.Text(1); }));
  return cursors;
}

absl::StatusOr<ProjectionCounts> CountHouseholds(sql::Transaction& tx,
                                                 const auth::RegionScope& scope) {
  sql::Values values;
  std::string clause = sql::ScopeClause(scope, "region_code", values);
  ProjectionCounts counts;
  JZ_RETURN_IF_ERROR(tx.Query(
      absl::StrCat(
          "SELECT COUNT(*), COALESCE(SUM(state IN (2, 3)), 0) FROM projected_household WHERE ",
          clause),
      values, [&](const sql::Row& row) {
        counts = {row.Int(0), row.Int(1)};
      }));
  return counts;
}

}  // namespace jz::feed
