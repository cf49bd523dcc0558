#include "tests/bench/frame/raw_connector.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>

#include "tests/bench/frame/sql_row.h"

namespace jz::bench {
namespace {

void BindRow(::sql::PreparedStatement& statement, unsigned first, int64_t id) {
  statement.setInt64(first, id);
  statement.setInt64(first + 1, kRegion);
  statement.setString(first + 2, kName);
  statement.setString(first + 3, kNote);
  statement.setInt64(first + 4, id);
  statement.setString(first + 5, kBody);
}

}  // namespace

RawConnector::RawConnector(const std::string& socket, const std::string& schema) {
  static ::sql::Driver* driver = get_driver_instance();
  ::sql::ConnectOptionsMap options;
  options["hostName"] = ::sql::SQLString("unix://" + socket);
  options["userName"] = ::sql::SQLString("root");
  options["password"] = ::sql::SQLString("");
  options["schema"] = ::sql::SQLString(schema);
  options["OPT_SET_CHARSET_NAME"] = ::sql::SQLString("utf8mb4");
  connection_.reset(driver->connect(options));
}

RawConnector::~RawConnector() = default;

void RawConnector::InsertOne(int64_t id) {
  if (one_ == nullptr) {
    one_.reset(connection_->prepareStatement(std::string(kInsertHead) + kInsertRow));
  }
  BindRow(*one_, 1, id);
  one_->executeUpdate();
}

void RawConnector::InsertMany(int64_t first_id, int count) {
  if (many_ == nullptr) {
    std::string text = std::string(kInsertHead) + kInsertRow;
    for (int i = 1; i < count; ++i) text += std::string(",") + kInsertRow;
    many_.reset(connection_->prepareStatement(text));
  }
  for (int i = 0; i < count; ++i) BindRow(*many_, 1 + i * kColumns, first_id + i);
  many_->executeUpdate();
}

int64_t RawConnector::ReadAll(int limit) {
  if (read_ == nullptr) read_.reset(connection_->prepareStatement(kSelect));
  read_->setInt(1, limit);
  std::unique_ptr<::sql::ResultSet> result(read_->executeQuery());
  int64_t sum = 0;
  while (result->next()) {
    sum += result->getInt64(1) + result->getInt64(2) + result->getInt64(5);
    for (int column : {3, 4, 6}) sum += result->getString(column).length();
  }
  return sum;
}

}  // namespace jz::bench
