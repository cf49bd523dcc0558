// The table and the row that the SQL figures write: about what a household takes.
#pragma once

namespace jz::bench {

inline constexpr char kTable[] =
    "CREATE TABLE item (id BIGINT NOT NULL, region_code BIGINT NOT NULL, name VARCHAR(64) NOT "
    "NULL, "
    "note VARCHAR(200) NOT NULL, amount_fen BIGINT NOT NULL, body VARBINARY(200) NOT NULL, "
    "CONSTRAINT pk_item PRIMARY KEY (id)) ENGINE = InnoDB;";
inline constexpr char kInsertHead[] =
    "INSERT INTO item (id, region_code, name, note, amount_fen, body) VALUES";
inline constexpr char kInsertRow[] = "(?,?,?,?,?,?)";
inline constexpr int kColumns = 6;
inline constexpr char kSelect[] =
    "SELECT id, region_code, name, note, amount_fen, body FROM item LIMIT ?";
inline constexpr long kRegion = 230122101201;
inline constexpr char kName[] = "张三家的户主";
inline constexpr char kNote[] = "a note of some sixty characters, as a clerk would write it down";
inline constexpr char kBody[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

}  // namespace jz::bench
