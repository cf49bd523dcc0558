// CSV as RFC 4180 has it, read piece by piece with bounded memory.
#pragma once

#include <cstdint>
#include <memory>
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

// How the text of a file is written. The bytes of commas, quotes and line ends are nothing else in
// GB18030 either.
enum class TextEncoding { kUtf8, kGb18030 };
// Of a file that begins with `bytes`: UTF-8 when they are that, up to a character that is cut off.
TextEncoding DetectEncoding(absl::string_view bytes);

// Rows end with LF or CRLF; the last may lack it. Blank lines are skipped; a byte order mark at
// offset 0 too. A row of more than kMaxCsvRowBytes is reported once, without being kept, and
// reading goes on behind its next line end. Fields come in UTF-8, whatever the file is written in;
// what is not text in its encoding is a problem. Quoted fields may hold line ends.
class CsvReader {
 public:
  using OnRow = absl::FunctionRef<void(CsvRow& row)>;

  // Starts at the beginning of a row.
  explicit CsvReader(int64_t offset = 0, int64_t line = 1,
                     TextEncoding encoding = TextEncoding::kUtf8);
  ~CsvReader();

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
  class Gb18030Decoder;
  std::unique_ptr<Gb18030Decoder> decoder_;  // null for UTF-8
};

bool IsUtf8(absl::string_view text);
// True when valid UTF-8 has a control character (C0, DEL or C1).
bool HasControlCharacter(absl::string_view text);
// Characters (code points) of valid UTF-8.
int64_t CountCharacters(absl::string_view text);

}  // namespace jz::identification
