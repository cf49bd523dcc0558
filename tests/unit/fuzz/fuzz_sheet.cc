// National sheets: bytes of any encoding to rows, a header and items.
#include <map>
#include <optional>

#include "services/identification/domain/csv.h"
#include "services/identification/domain/sheet_text.h"
#include "services/identification/sheet_columns.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

namespace id = ::jz::identification;

namespace {

void CheckRow(const id::CsvRow& row) {
  Expect(row.problem != id::CsvRow::Problem::kNone || !row.fields.empty(), "a row has fields");
  for (const std::string& field : row.fields) {
    Expect(id::IsUtf8(field), "fields are UTF-8, whatever the file is written in");
    Expect(field.size() <= 3 * id::kMaxCsvRowBytes, "fields are bounded");
    const absl::string_view cell = id::TrimCell(field);
    if (const auto month = id::ParseMonth(cell)) {
      Expect(*month / 100 >= 1900 && *month % 100 >= 1 && *month % 100 <= 12, "months are months");
    }
    for (absl::string_view value : id::SplitValues(cell)) {
      Expect(!value.empty(), "values are not empty");
    }
  }
}

void ReadSheet(id::v1::SheetKind kind, absl::string_view input) {
  static const auto& codes = *new id::CodeBook(id::DefaultCodeBook());
  static const auto& renamed = *new std::map<std::string, std::string>();
  std::optional<id::SheetColumns> columns;
  id::CsvReader reader(0, 1, id::DetectEncoding(input));
  auto on_row = [&](const id::CsvRow& row) {
    CheckRow(row);
    if (row.problem != id::CsvRow::Problem::kNone) return;
    if (!columns) {
      id::SheetColumns::Problems problems;
      columns = id::SheetColumns::FromHeader(kind, renamed, row, problems);
      return;
    }
    id::SheetItems items;
    id::ImportErrors errors;
    columns->ReadItems(row, codes, items, errors);
    Expect(errors.size() <= columns->items().size(), "a cell has one error at most");
    for (const id::ImportError& error : errors) {
      Expect(!error.column.empty() && !error.reason.empty(), "errors name column and reason");
    }
    id::SheetItems copy;
    for (auto group : {id::SheetGroup::kPerson, id::SheetGroup::kHousehold}) {
      columns->CopyItems(group, items, id::ItemsOf(copy, group));
      Expect(id::ItemsOf(copy, group).SerializeAsString() ==
                 id::ItemsOf(items, group).SerializeAsString(),
             "copied items are the items");
    }
  };
  reader.Feed(input.substr(0, input.size() / 2), on_row);
  reader.Feed(input.substr(input.size() / 2), on_row);
  reader.Finish(on_row);
}

}  // namespace

void SheetTarget(absl::string_view input) {
  if (input.empty()) return;
  const int kinds = id::v1::SheetKind_ARRAYSIZE - 1;
  const int kind = 1 + static_cast<unsigned char>(input.front()) % kinds;
  ReadSheet(static_cast<id::v1::SheetKind>(kind), input.substr(1));
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::SheetTarget)
