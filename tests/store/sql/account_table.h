// The table that the tests of common/sql write to.
#pragma once

#include "absl/time/clock.h"
#include "common/sql/database.h"
#include "common/sql/migrate.h"

namespace jz::sql {

inline Migration AccountTable() {
  return {.name = "0001_account",
          .sql =
              "CREATE TABLE account (id BIGINT NOT NULL, name VARCHAR(20) NULL, "
              "balance_fen BIGINT NOT NULL, body MEDIUMBLOB NULL, day DATE NULL, "
              "CONSTRAINT pk_account PRIMARY KEY (id), "
              "CONSTRAINT uq_account_name UNIQUE (name), "
              "CONSTRAINT ck_account_balance CHECK (balance_fen >= 0)) ENGINE = InnoDB;\n"
              "CREATE TABLE entry (id BIGINT NOT NULL, account_id BIGINT NOT NULL, "
              "CONSTRAINT pk_entry PRIMARY KEY (id), CONSTRAINT fk_entry_account "
              "FOREIGN KEY (account_id) REFERENCES account (id)) ENGINE = InnoDB;\n"};
}

inline absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

inline absl::Status Do(Database& db, absl::string_view sql, const Values& values = {}) {
  return db.Run(Soon(), [&](Transaction& tx) { return tx.Execute(sql, values).status(); });
}

// The number in the first row and column; -1 on any error.
inline int64_t Number(Transaction& tx, absl::string_view sql, const Values& values = {}) {
  auto number = tx.SelectOne(sql, values, [](const Row& row) { return row.Int(0); });
  return number.ok() && number->has_value() ? **number : -1;
}

inline int64_t Number(Database& db, absl::string_view sql, const Values& values = {}) {
  int64_t number = -1;
  absl::Status status = db.Read(Soon(), [&](Transaction& tx) {
    number = Number(tx, sql, values);
    return absl::OkStatus();
  });
  return status.ok() ? number : -1;
}

}  // namespace jz::sql
