// The baseline of the SQL figures: Connector/C++ used directly, as one would in a small program.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace sql {
class Connection;
class PreparedStatement;
}  // namespace sql

namespace jz::bench {

class RawConnector {
 public:
  RawConnector(const std::string& socket, const std::string& schema);
  ~RawConnector();

  // One row, committed by itself.
  void InsertOne(int64_t id);
  // `count` rows in one statement and one commit; the same count at every call.
  void InsertMany(int64_t first_id, int count);
  // The sum over all columns of all rows up to `limit`.
  int64_t ReadAll(int limit);

 private:
  std::unique_ptr<::sql::Connection> connection_;
  std::unique_ptr<::sql::PreparedStatement> one_;
  std::unique_ptr<::sql::PreparedStatement> many_;
  std::unique_ptr<::sql::PreparedStatement> read_;
};

}  // namespace jz::bench
