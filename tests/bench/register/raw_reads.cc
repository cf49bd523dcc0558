#include "tests/bench/register/raw_reads.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>

#include "absl/strings/str_cat.h"

namespace jz::bench {
namespace {

constexpr const char* kQueries[] = {
    "SELECT id, region_code, group_name, national_no, head_person_id, state, state_since, "
    "member_count, phone_sealed, main_cause, housing, safe_water, education_ok, medical_ok, "
    "exclusion_kinds, net_income_per_head_fen, previous_net_income_per_head_fen, "
    "able_to_work_count, planned_exit_year, import_job, version, created_by, created_at_us, "
    "updated_by, updated_at_us FROM household WHERE id IN (",
    "SELECT id, household_id, region_code, national_no, name, sex, birth_date, citizen_id_sealed, "
    "citizen_id_hash, relation, ethnicity, education, student, health, labour, joined_on, left_on, "
    "left_reason, phone_sealed FROM person WHERE left_on IS NULL AND household_id IN (",
    "SELECT household_id, year, version, wage_fen, business_fen, property_fen, transfer_fen, "
    "cost_fen, net_fen, net_per_head_fen, member_count, reason, recorded_by, recorded_at_us, items "
    "FROM income_statement WHERE household_id IN (",
    ("SELECT household_id, region_code, version, facts FROM household_facts "
     "WHERE household_id IN (")};

}  // namespace

RawReads::RawReads(const std::string& socket, const std::string& schema, int households) {
  ::sql::ConnectOptionsMap options;
  options["hostName"] = ::sql::SQLString("unix://" + socket);
  options["userName"] = ::sql::SQLString("root");
  options["password"] = ::sql::SQLString("");
  options["schema"] = ::sql::SQLString(schema);
  options["OPT_SET_CHARSET_NAME"] = ::sql::SQLString("utf8mb4");
  connection_.reset(get_driver_instance()->connect(options));
  std::string list = "?";
  for (int i = 1; i < households; ++i) list += ",?";
  for (const char* query : kQueries) {
    statements_.emplace_back(connection_->prepareStatement(absl::StrCat(query, list, ")")));
  }
}

RawReads::~RawReads() = default;

int64_t RawReads::Read(absl::Span<const int64_t> ids) {
  int64_t rows = 0;
  for (const auto& statement : statements_) {
    unsigned index = 0;
    for (int64_t id : ids) statement->setInt64(++index, id);
    const std::unique_ptr<::sql::ResultSet> result(statement->executeQuery());
    const unsigned columns = result->getMetaData()->getColumnCount();
    while (result->next()) {
      for (unsigned column = 1; column <= columns; ++column) {
        if (result->getString(column).length() > (1 << 20)) return -1;  // reads it
      }
      ++rows;
    }
  }
  return rows;
}

}  // namespace jz::bench
