// Rows as text: CSV as spreadsheets of the field read it, or JSON lines.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace jz::identification {

enum class TableFormat { kCsvUtf8, kCsvGb18030, kJsonLines };

// One cell. `guarded`: text that came from outside, which a spreadsheet must not take for a
// formula.
struct TableCell {
  std::string text;
  bool guarded = true;
};

// Makes bytes, keeps none. In CSV lines end with CRLF, cells are quoted where RFC 4180 wants it,
// and a guarded cell that begins, after blanks, with = + - @ or a tabulator gets an apostrophe in
// front.
class TableWriter {
 public:
  TableWriter(TableFormat format, std::vector<std::string> headers);

  // What the file begins with: byte order mark and header.
  std::string Begin() const;
  // `cells` are as many as there are headers.
  void AppendRow(absl::Span<const TableCell> cells, std::string& out) const;
  // What it ends with, after `rows` rows.
  std::string End(int64_t rows) const;

  const char* content_type() const;

 private:
  std::string Encoded(std::string text) const;

  const TableFormat format_;
  const std::vector<std::string> headers_;
};

// Whether a spreadsheet may take the cell for a formula.
bool LooksLikeFormula(absl::string_view cell);

}  // namespace jz::identification
