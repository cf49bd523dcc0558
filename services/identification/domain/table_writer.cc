#include "services/identification/domain/table_writer.h"

#include <unicode/ucnv.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace jz::identification {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";
// A character of UTF-8 with two or three bytes has at most four in GB18030.
constexpr size_t kMostGrowth = 2;

void AppendCsv(absl::string_view cell, std::string& out) {
  if (cell.find_first_of(",\"\r\n") == absl::string_view::npos) {
    absl::StrAppend(&out, cell);
    return;
  }
  out += '"';
  for (char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void AppendJson(absl::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string ToGb18030(const std::string& utf8) {
  std::string bytes(utf8.size() * kMostGrowth + 16, '\0');
  UErrorCode error = U_ZERO_ERROR;
  const int32_t size =
      ucnv_convert("gb18030", "UTF-8", bytes.data(), static_cast<int32_t>(bytes.size()),
                   utf8.data(), static_cast<int32_t>(utf8.size()), &error);
  bytes.resize(U_SUCCESS(error) ? static_cast<size_t>(size) : 0);
  return bytes;
}

}  // namespace

bool LooksLikeFormula(absl::string_view cell) {
  if (absl::StartsWith(cell, "\t")) return true;
  cell = absl::StripLeadingAsciiWhitespace(cell);
  return !cell.empty() && absl::string_view("=+-@").find(cell.front()) != absl::string_view::npos;
}

TableWriter::TableWriter(TableFormat format, std::vector<std::string> headers)
    : format_(format), headers_(std::move(headers)) {}

std::string TableWriter::Encoded(std::string text) const {
  return format_ == TableFormat::kCsvGb18030 ? ToGb18030(text) : text;
}

std::string TableWriter::Begin() const {
  if (format_ == TableFormat::kJsonLines) return "";
  std::string line;
  for (const std::string& header : headers_) {
    if (&header != &headers_.front()) line += ',';
    AppendCsv(header, line);
  }
  line += "\r\n";
  return format_ == TableFormat::kCsvUtf8 ? kByteOrderMark + line : Encoded(std::move(line));
}

void TableWriter::AppendRow(absl::Span<const TableCell> cells, std::string& out) const {
  if (format_ == TableFormat::kJsonLines) {
    for (size_t i = 0; i < cells.size(); ++i) {
      out += i == 0 ? '{' : ',';
      AppendJson(headers_[i], out);
      out += ':';
      AppendJson(cells[i].text, out);
    }
    out += "}\n";
    return;
  }
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    const TableCell& cell = cells[i];
    const bool guard = cell.guarded && LooksLikeFormula(cell.text);
    AppendCsv(guard ? absl::StrCat("'", cell.text) : cell.text, line);
  }
  line += "\r\n";
  out += Encoded(std::move(line));
}

std::string TableWriter::End(int64_t rows) const {
  if (format_ != TableFormat::kJsonLines) return "";
  return absl::StrCat("{\"end\":{\"rows\":", rows, "}}\n");
}

const char* TableWriter::content_type() const {
  switch (format_) {
    case TableFormat::kCsvGb18030:
      return "text/csv; charset=gb18030";
    case TableFormat::kJsonLines:
      return "application/x-ndjson";
    default:
      return "text/csv; charset=utf-8";
  }
}

}  // namespace jz::identification
