#include "services/identification/store/code_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"
#include "services/identification/domain/region.h"

namespace jz::identification {
namespace {

constexpr char kSelect[] =
    "SELECT list, code, region_code, valid_from, valid_to, code_key, written, zh, en, aliases, "
    "recorded_by, recorded_at_us FROM code_list_entry ";
constexpr char kColumns[] =
    "code_list_entry (list, code, region_code, valid_from, valid_to, code_key, written, zh, en, "
    "aliases, recorded_by, recorded_at_us) VALUES";
constexpr int kColumnCount = 12;

StoredCode ReadCode(const sql::Row& row) {
  return {.entry = {.list = row.Text(0),
                    .code = static_cast<int>(row.Int(1)),
                    .key = row.Text(5),
                    .zh = row.Text(7),
                    .en = row.Text(8),
                    .aliases = absl::StrSplit(row.Text(9), ';', absl::SkipEmpty()),
                    .written = row.Text(6)},
          .region = row.Region(2),
          .valid_from = row.Day(3),
          .valid_to = row.Day(4),
          .recorded_by = row.Text(10),
          .recorded_at = row.Time(11)};
}

sql::Values ValuesOf(absl::Span<const StoredCode> codes) {
  sql::Values values;
  values.reserve(codes.size() * kColumnCount);
  for (const StoredCode& code : codes) {
    const CodeEntry& entry = code.entry;
    values.insert(values.end(),
                  {entry.list, entry.code, code.region, code.valid_from, code.valid_to, entry.key,
                   entry.written, entry.zh, entry.en, absl::StrJoin(entry.aliases, ";"),
                   code.recorded_by, code.recorded_at});
  }
  return values;
}

}  // namespace

absl::StatusOr<std::vector<StoredCode>> ListCodes(sql::Transaction& tx,
                                                  absl::Span<const std::string> lists,
                                                  RegionCode region, Date as_of) {
  sql::Values values = {region};
  size_t count = 1;
  while (region != RegionCode()) {
    region = region.Parent();
    values.push_back(region);
    ++count;
  }
  sql::PadInList(values, count);
  values.push_back(as_of);
  values.push_back(as_of);
  std::string where = absl::StrCat("WHERE region_code IN (", sql::InList(count),
                                   ") AND valid_from <= ? AND valid_to >= ?");
  if (!lists.empty()) {
    absl::StrAppend(&where, " AND list IN (", sql::InList(lists.size()), ")");
    values.insert(values.end(), lists.begin(), lists.end());
    sql::PadInList(values, lists.size());
  }
  // A region's code is greater than those of the regions that contain it: the last is the most
  // specific.
  std::vector<StoredCode> codes;
  JZ_RETURN_IF_ERROR(tx.Query(absl::StrCat(kSelect, where, " ORDER BY list, code, region_code"),
                              values, [&](const sql::Row& row) {
                                StoredCode code = ReadCode(row);
                                if (!codes.empty() && codes.back().entry.list == code.entry.list &&
                                    codes.back().entry.code == code.entry.code) {
                                  codes.back() = std::move(code);
                                } else {
                                  codes.push_back(std::move(code));
                                }
                              }));
  return codes;
}

absl::StatusOr<CodeBook> LoadCodeBook(sql::Transaction& tx, RegionCode region, Date as_of,
                                      absl::Span<const std::string> lists) {
  JZ_ASSIGN_OR_RETURN(std::vector<StoredCode> codes, ListCodes(tx, lists, region, as_of));
  std::vector<CodeEntry> entries;
  entries.reserve(codes.size());
  for (StoredCode& code : codes) entries.push_back(std::move(code.entry));
  return CodeBook(std::move(entries));
}

absl::StatusOr<std::vector<StoredCode>> LockCodes(sql::Transaction& tx,
                                                  absl::Span<const std::string> lists) {
  if (lists.empty()) return std::vector<StoredCode>();
  sql::Values values;
  for (const std::string& list : lists) values.push_back(list);
  sql::PadInList(values, lists.size());
  return tx.Select(absl::StrCat(kSelect, "WHERE list IN (", sql::InList(lists.size()),
                                ") ORDER BY list, code, region_code, valid_from FOR UPDATE"),
                   values, ReadCode);
}

absl::Status InsertCodes(sql::Transaction& tx, absl::Span<const StoredCode> codes) {
  if (codes.empty()) return absl::OkStatus();
  return tx.InsertRows(absl::StrCat("INSERT INTO ", kColumns), kColumnCount, ValuesOf(codes))
      .status();
}

absl::Status CloseCodes(sql::Transaction& tx, absl::Span<const StoredCode> codes) {
  if (codes.empty()) return absl::OkStatus();
  return tx
      .InsertRows(absl::StrCat("INSERT INTO ", kColumns), kColumnCount, ValuesOf(codes),
                  "ON DUPLICATE KEY UPDATE valid_to = VALUES(valid_to), recorded_by = "
                  "VALUES(recorded_by), recorded_at_us = VALUES(recorded_at_us)")
      .status();
}

absl::Status EnterDefaultCodes(sql::Transaction& tx, absl::Time now) {
  std::vector<StoredCode> codes;
  for (DatedCode& code : DefaultCodes()) {
    codes.push_back({.entry = std::move(code.entry),
                     .region = RegionCode(),
                     .valid_from = code.valid_from,
                     .valid_to = code.valid_to.value_or(kNoEnd),
                     .recorded_by = "default",
                     .recorded_at = now});
  }
  return tx.InsertRows(absl::StrCat("INSERT IGNORE INTO ", kColumns), kColumnCount, ValuesOf(codes))
      .status();
}

}  // namespace jz::identification
