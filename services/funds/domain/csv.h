// Comma-separated values by RFC 4180, for the files exchanged with banks.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz::funds {

struct CsvRecord {
  int line = 0;  // of the file, from 1, where the record begins
  std::vector<std::string> fields;
};

// Records of a whole file; CRLF or LF, a byte order mark and empty lines are passed over.
// INVALID_ARGUMENT, reason CSV_FORMAT (metadata `line`) for quotes that do not match, or
// CSV_TOO_LONG over `most_records`.
absl::StatusOr<std::vector<CsvRecord>> ParseCsv(absl::string_view text, int most_records);

// Appends one record with CRLF; quotes where needed.
void AppendCsv(std::string& out, const std::vector<std::string>& fields);

}  // namespace jz::funds
