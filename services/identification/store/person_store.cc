#include "services/identification/store/person_store.h"

#include "absl/strings/str_cat.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT id, household_id, region_code, national_no, name, sex, birth_date, citizen_id_sealed, "
    "citizen_id_hash, relation, ethnicity, education, student, health, labour, joined_on, left_on, "
    "left_reason, phone_sealed, joined_reason FROM person ";
constexpr char kInsert[] =
    "INSERT INTO person (id, household_id, region_code, national_no, name, sex, birth_date, "
    "citizen_id_sealed, citizen_id_hash, relation, ethnicity, education, student, health, labour, "
    "joined_on, phone_sealed, joined_reason) VALUES";
constexpr int kInsertColumns = 18;
// Rows exist and are locked, so the primary key always matches: one statement changes all of them.
constexpr char kInsertDeparted[] =
    "INSERT INTO person (id, household_id, region_code, national_no, name, sex, birth_date, "
    "citizen_id_sealed, citizen_id_hash, relation, ethnicity, education, student, health, labour, "
    "joined_on, phone_sealed, joined_reason, left_on, left_reason, left_note, left_recorded_by, "
    "left_recorded_at_us) VALUES";
constexpr char kDepartedTail[] =
    "ON DUPLICATE KEY UPDATE left_on = VALUES(left_on), left_reason = VALUES(left_reason), "
    "left_note = VALUES(left_note), left_recorded_by = VALUES(left_recorded_by), "
    "left_recorded_at_us = VALUES(left_recorded_at_us)";
constexpr char kUpdateTail[] =
    "ON DUPLICATE KEY UPDATE national_no = VALUES(national_no), name = VALUES(name), "
    "citizen_id_sealed = VALUES(citizen_id_sealed), relation = VALUES(relation), ethnicity = "
    "VALUES(ethnicity), education = VALUES(education), student = VALUES(student), health = "
    "VALUES(health), labour = VALUES(labour), phone_sealed = VALUES(phone_sealed)";
constexpr char kPutTail[] =
    "ON DUPLICATE KEY UPDATE household_id = VALUES(household_id), region_code = "
    "VALUES(region_code), national_no = VALUES(national_no), name = VALUES(name), sex = "
    "VALUES(sex), birth_date = VALUES(birth_date), citizen_id_sealed = VALUES(citizen_id_sealed), "
    "citizen_id_hash = VALUES(citizen_id_hash), relation = VALUES(relation), ethnicity = "
    "VALUES(ethnicity), education = VALUES(education), student = VALUES(student), health = "
    "VALUES(health), labour = VALUES(labour), joined_on = VALUES(joined_on), phone_sealed = "
    "VALUES(phone_sealed), joined_reason = VALUES(joined_reason), left_on = NULL, left_reason = "
    "NULL, left_note = NULL, left_recorded_by = NULL, left_recorded_at_us = NULL";
constexpr int kMaxMatches = 50;

Person ReadPerson(const sql::Row& row) {
  Person person{.id = row.IdOf<PersonId>(0),
                .household = row.IdOf<HouseholdId>(1),
                .region = row.Region(2),
                .national_no = row.Text(3),
                .name = row.Text(4),
                .sex = static_cast<Sex>(row.Int(5)),
                .birth_date = row.Day(6),
                .citizen_id_sealed = row.Text(7),
                .citizen_id_hash = row.Text(8),
                .relation = row.Text(9),
                .ethnicity = row.Text(10),
                .education = row.Text(11),
                .student = row.Text(12),
                .health = SplitCodes(row.Text(13)),
                .labour = row.Text(14),
                .joined_on = row.Day(15),
                .left_on = std::nullopt,
                .left_reason = row.Text(17),
                .joined_reason = row.Text(19),
                .phone_sealed = row.Text(18)};
  if (!row.IsNull(16)) person.left_on = row.Day(16);
  return person;
}

// The first kInsertColumns columns.
void AppendValues(const Person& p, sql::Values& values) {
  values.insert(values.end(),
                {p.id, p.household, p.region,
                 p.national_no.empty() ? sql::Value() : sql::Value(p.national_no), p.name,
                 static_cast<int>(p.sex), p.birth_date, p.citizen_id_sealed, p.citizen_id_hash,
                 p.relation, p.ethnicity, p.education, p.student, JoinCodes(p.health), p.labour,
                 p.joined_on, p.phone_sealed.empty() ? sql::Value() : sql::Value(p.phone_sealed),
                 p.joined_reason.empty() ? sql::Value() : sql::Value(p.joined_reason)});
}

}  // namespace

absl::StatusOr<std::vector<Person>> LoadMembers(sql::Transaction& tx,
                                                absl::Span<const HouseholdId> households) {
  if (households.empty()) return std::vector<Person>();
  sql::Values values(households.begin(), households.end());
  sql::PadInList(values, households.size());
  return tx.Select(
      absl::StrCat(kSelect, "WHERE household_id IN (", sql::InList(households.size()),
                   ") AND left_on IS NULL ORDER BY household_id, relation <> '01', id"),
      values, ReadPerson);
}

absl::StatusOr<std::vector<Person>> LoadPersons(sql::Transaction& tx,
                                                const auth::RegionScope& scope,
                                                absl::Span<const PersonId> ids) {
  if (ids.empty()) return std::vector<Person>();
  sql::Values values(ids.begin(), ids.end());
  sql::PadInList(values, ids.size());
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  return tx.Select(absl::StrCat(kSelect, "WHERE id IN (", sql::InList(ids.size()), ") AND ",
                                in_scope, " ORDER BY id"),
                   values, ReadPerson);
}

absl::StatusOr<std::vector<Person>> FindPersons(sql::Transaction& tx,
                                                const auth::RegionScope& scope,
                                                absl::string_view citizen_id_hash) {
  sql::Values values = {citizen_id_hash};
  std::string in_scope = sql::ScopeClause(scope, "region_code", values);
  values.push_back(kMaxMatches);
  return tx.Select(absl::StrCat(kSelect, "WHERE citizen_id_hash = ? AND ", in_scope,
                                " ORDER BY left_on IS NOT NULL, id LIMIT ?"),
                   values, ReadPerson);
}

absl::Status InsertPersons(sql::Transaction& tx, absl::Span<const Person> persons) {
  sql::Values values;
  values.reserve(persons.size() * kInsertColumns);
  for (const Person& person : persons) AppendValues(person, values);
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, values).status();
}

absl::Status UpdatePersons(sql::Transaction& tx, absl::Span<const Person> persons) {
  sql::Values values;
  values.reserve(persons.size() * kInsertColumns);
  for (const Person& person : persons) AppendValues(person, values);
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, values, kUpdateTail).status();
}

absl::Status PutMembers(sql::Transaction& tx, absl::Span<const Person> persons) {
  sql::Values values;
  values.reserve(persons.size() * kInsertColumns);
  for (const Person& person : persons) AppendValues(person, values);
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsert, kInsertColumns, values, kPutTail).status();
}

absl::StatusOr<std::vector<Person>> FindDeparted(sql::Transaction& tx, HouseholdId household,
                                                 absl::Span<const std::string> hashes) {
  if (hashes.empty()) return std::vector<Person>();
  sql::Values values = {household};
  for (const std::string& hash : hashes) values.emplace_back(hash);
  sql::PadInList(values, hashes.size());
  return tx.Select(
      absl::StrCat(kSelect, "WHERE household_id = ? AND left_on IS NOT NULL AND ",
                   "citizen_id_hash IN (", sql::InList(hashes.size()), ") ORDER BY left_on, id"),
      values, ReadPerson);
}

absl::StatusOr<std::vector<PresentMember>> FindPresentMembers(
    sql::Transaction& tx, absl::Span<const std::string> hashes) {
  if (hashes.empty()) return std::vector<PresentMember>();
  sql::Values values;
  for (const std::string& hash : hashes) values.push_back(hash);
  sql::PadInList(values, hashes.size());
  return tx.Select(absl::StrCat("SELECT present_id_hash, id, household_id, region_code FROM person "
                                "WHERE present_id_hash IN (",
                                sql::InList(hashes.size()), ")"),
                   values, [](const sql::Row& row) {
                     return PresentMember{.hash = row.Text(0),
                                          .person = row.IdOf<PersonId>(1),
                                          .household = row.IdOf<HouseholdId>(2),
                                          .region = row.Region(3)};
                   });
}

absl::StatusOr<std::vector<std::string>> FindPresentHashes(sql::Transaction& tx,
                                                           absl::Span<const std::string> hashes) {
  if (hashes.empty()) return std::vector<std::string>();
  sql::Values values;
  for (const std::string& hash : hashes) values.push_back(hash);
  sql::PadInList(values, hashes.size());
  return tx.Select(absl::StrCat("SELECT present_id_hash FROM person WHERE present_id_hash IN (",
                                sql::InList(hashes.size()), ")"),
                   values, [](const sql::Row& row) { return row.Text(0); });
}

absl::Status RecordDepartures(sql::Transaction& tx, absl::Span<const Departure> departures,
                              absl::string_view recorded_by, absl::Time recorded_at) {
  sql::Values values;
  for (const Departure& departure : departures) {
    AppendValues(departure.person, values);
    values.insert(values.end(), {departure.person.left_on, departure.person.left_reason,
                                 departure.note, recorded_by, recorded_at});
  }
  if (values.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertDeparted, kInsertColumns + 5, values, kDepartedTail).status();
}

}  // namespace jz::identification
