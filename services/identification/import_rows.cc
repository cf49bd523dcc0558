#include "services/identification/import_rows.h"

#include "absl/strings/str_cat.h"
#include "services/identification/domain/household.h"

namespace jz::identification {
namespace {

absl::string_view ReasonOf(CsvRow::Problem problem) {
  if (problem == CsvRow::Problem::kTooLong) return "ROW_TOO_LONG";
  if (problem == CsvRow::Problem::kQuote) return "ROW_QUOTES";
  return "ROW_ENCODING";
}

}  // namespace

std::vector<ReadRow> RowReader::Feed(absl::string_view bytes) {
  std::vector<ReadRow> rows;
  reader_.Feed(bytes, [&](CsvRow& csv) { OnRow(csv, rows); });
  return rows;
}

std::vector<ReadRow> RowReader::Finish() {
  std::vector<ReadRow> rows;
  reader_.Finish([&](CsvRow& csv) { OnRow(csv, rows); });
  return rows;
}

void RowReader::OnHeader(const CsvRow& csv) {
  if (csv.problem == CsvRow::Problem::kNone) {
    columns_ = ColumnOrder::FromHeader(csv, header_errors_);
    return;
  }
  const bool encoding = csv.problem == CsvRow::Problem::kEncoding;
  header_errors_.push_back(
      {.line = csv.line,
       .column = "",
       .reason = std::string(encoding ? "FILE_ENCODING" : ReasonOf(csv.problem)),
       .detail = ""});
}

void RowReader::OnRow(const CsvRow& csv, std::vector<ReadRow>& rows) {
  if (!header_errors_.empty()) return;
  if (!columns_) return OnHeader(csv);
  ReadRow& row = rows.emplace_back();
  row.line = csv.line;
  auto broken = [&](absl::string_view reason, std::string detail) {
    row.errors.push_back({.line = csv.line,
                          .column = "",
                          .reason = std::string(reason),
                          .detail = std::move(detail)});
  };
  if (csv.problem != CsvRow::Problem::kNone) return broken(ReasonOf(csv.problem), "");
  if (csv.fields.size() != columns_->size()) {
    return broken("ROW_FIELD_COUNT", absl::StrCat(columns_->size()));
  }
  row.row = ParseImportRow(*columns_, csv, {.codes = codes_, .today = today_}, row.errors);
  const std::string& id = row.row->person.id_person;
  if (!id.empty()) row.id_hash = sealer_.Hash(kCitizenIdContext, id);
}

}  // namespace jz::identification
