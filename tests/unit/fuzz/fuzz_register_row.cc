// The register's own file: bytes to rows and what they say.
#include <optional>

#include "services/identification/domain/import_check.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

namespace id = ::jz::identification;

void RegisterRowTarget(absl::string_view input) {
  static const auto& codes = *new id::CodeBook(id::DefaultCodeBook());
  static const auto& regions = *new id::RegionBook();
  const Date today(2017, 6, 14);
  id::ImportErrors errors;
  id::ImportCheck check(RegionCode(), regions, today);
  std::optional<id::ColumnOrder> columns;
  id::CsvReader reader;
  auto on_row = [&](const id::CsvRow& csv) {
    if (csv.problem != id::CsvRow::Problem::kNone) return;
    if (!columns) {
      columns = id::ColumnOrder::FromHeader(csv, errors);
      return;
    }
    if (csv.fields.size() != columns->size()) return;
    const size_t before = errors.size();
    const id::ImportRow row =
        id::ParseImportRow(*columns, csv, {.codes = codes, .today = today}, errors);
    Expect(row.complete == (errors.size() == before), "a row is complete or has errors");
    if (row.complete) {
      Expect(row.person.id_person.size() == 18, "who is entered has an identity");
      Expect(row.household.income.wage_fen >= 0, "incomes are not negative");
    }
    check.Add(row, errors);
  };
  reader.Feed(input, on_row);
  reader.Finish(on_row);
  absl::flat_hash_set<id::HouseholdKey> refused;
  check.Finish(errors, refused);
  for (const id::ImportError& error : errors) {
    Expect(id::ImportErrorTextZh(error) != error.reason, "every reason has a text");
  }
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::RegisterRowTarget)
