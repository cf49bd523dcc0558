// What the tests of shared writes ask for, and what is stored.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/sql/migrate.h"
#include "tests/bench/frame/item_server.h"
#include "tests/bench/frame/sql_row.h"
#include "tests/support/mariadb.h"

namespace jz::testing {

namespace pb = ::jingzhun::bench::v1;

inline std::vector<sql::Migration> ItemTable() {
  return {{.name = "0001_item", .sql = bench::kTable}};
}

inline pb::CreateItemRequest NewItem(absl::string_view request_id, absl::string_view title) {
  pb::CreateItemRequest request;
  request.set_request_id(std::string(request_id));
  request.mutable_item()->set_region_code(absl::StrCat(bench::kRegion));
  request.mutable_item()->set_title(std::string(title));
  request.mutable_item()->set_amount_fen(1);
  return request;
}

inline int64_t Number(sql::Database& db, absl::string_view query) {
  int64_t number = -1;
  const absl::Status status = db.Read(absl::Now() + absl::Minutes(1), [&](sql::Transaction& tx) {
    return tx.Query(query, {}, [&](const sql::Row& row) { number = row.Int(0); });
  });
  return status.ok() ? number : -1;
}

}  // namespace jz::testing
