// CSV as RFC 4180 has it, read piece by piece with bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace jz::identification {

inline constexpr int64_t kMaxCsvRowBytes = 64 << 10;

struct CsvRow {
  enum class Problem { kNone, kTooLong, kQuote, kEncoding };

  int64_t line = 0;    // on which the row begins, from 1
  int64_t offset = 0;  // of its first byte
  Problem problem = Problem::kNone;
  std::vector<std::string> fields;  // empty when there is a problem
};

// Rows end with LF or CRLF; the last may lack it. Blank lines are skipped; a byte order mark at
// offset 0 too. A row of more than kMaxCsvRowBytes is reported once, without being kept, and
// reading goes on behind its next line end. Text must be UTF-8; quoted fields may hold line ends.
class CsvReader {
 public:
  using OnRow = absl::FunctionRef<void(CsvRow& row)>;

  // Starts at the beginning of a row.
  explicit CsvReader(int64_t offset = 0, int64_t line = 1) : offset_(offset), line_(line) {
    BeginRow();
  }

  void Feed(absl::string_view bytes, OnRow on_row);
  // The end of the file.
  void Finish(OnRow on_row);

  // Behind what was read so far; in on_row that is where the next row begins.
  int64_t next_offset() const { return offset_; }
  int64_t next_line() const { return line_; }

 private:
  enum class At { kFieldStart, kPlain, kQuoted, kQuoteInQuoted };

  void BeginRow();
  void Take(char c, OnRow on_row);
  void TakeFieldStart(char c, OnRow on_row);
  void TakePlain(char c, OnRow on_row);
  void TakeAfterQuote(char c, OnRow on_row);
  void EndField();
  void EndRow(OnRow on_row);

  int64_t offset_;  // of the next byte
  int64_t line_;    // of the next byte
  At at_ = At::kFieldStart;
  bool skipping_ = false;  // to the end of a row that is too long
  int64_t row_bytes_ = 0;
  std::string field_;
  CsvRow row_;
};

bool IsUtf8(absl::string_view text);
// True when valid UTF-8 has a control character (C0, DEL or C1).
bool HasControlCharacter(absl::string_view text);
// Characters (code points) of valid UTF-8.
int64_t CountCharacters(absl::string_view text);

}  // namespace jz::identification
