// The rows of a register file, read beside what is done with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/crypto/sealer.h"
#include "services/identification/domain/csv.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification {

struct ReadRow {
  int64_t line = 0;
  std::optional<ImportRow> row;  // absent when its cells could not be told apart
  std::string id_hash;           // of the identity number; empty without one
  ImportErrors errors;           // of the row by itself
};

// Reads a file piece by piece, header first. Used by one thread at a time.
class RowReader {
 public:
  RowReader(const CodeBook& codes, const crypto::Sealer& sealer, Date today)
      : codes_(codes), sealer_(sealer), today_(today) {}

  std::vector<ReadRow> Feed(absl::string_view bytes);
  // The end of the file.
  std::vector<ReadRow> Finish();
  // What is wrong with the header; there are no rows then.
  const ImportErrors& header_errors() const { return header_errors_; }

 private:
  void OnRow(const CsvRow& csv, std::vector<ReadRow>& rows);
  void OnHeader(const CsvRow& csv);

  const CodeBook& codes_;
  const crypto::Sealer& sealer_;
  const Date today_;
  CsvReader reader_;
  std::optional<ColumnOrder> columns_;
  ImportErrors header_errors_;
};

}  // namespace jz::identification
