#include "services/identification/sheet_rows.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/domain/sheet_text.h"
#include "services/identification/facts.h"

namespace jz::identification {
namespace {

// The header of an export stands in the third row; titles come before it.
constexpr int kHeaderRows = 5;
constexpr int kMaxName = 64;
constexpr int kMaxNumber = 32;
constexpr int kMaxGroup = 100;

// One row's cells that are no items.
class KeyReader {
 public:
  KeyReader(const SheetColumns& columns, const CsvRow& csv, const SheetContext& context,
            SheetRow& row)
      : columns_(columns), csv_(csv), context_(context), row_(row) {}

  void Error(SheetKey key, absl::string_view reason) {
    row_.errors.push_back({.line = csv_.line,
                           .column = std::string(SheetKeyName(key)),
                           .reason = std::string(reason),
                           .detail = ""});
  }

  std::string Text(SheetKey key, int most) {
    const absl::string_view text = columns_.Cell(csv_, key);
    if (HasControlCharacter(text)) {
      Error(key, "TEXT_CONTROL_CHARACTER");
    } else if (CountCharacters(text) > most) {
      Error(key, "TEXT_TOO_LONG");
    }
    return std::string(text);
  }

  std::string Phone(SheetKey key) {
    const absl::string_view text = WithoutDotZero(columns_.Cell(csv_, key));
    // A wrong number is for the quality rules to find; what is no number at all is refused.
    const bool plausible = text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
                             return absl::ascii_isdigit(c) || c == '-' || c == '+' || c == ' ';
                           });
    if (!plausible) Error(key, "PHONE_FORMAT");
    return plausible ? std::string(text) : "";
  }

  std::optional<Date> Day(SheetKey key) {
    const absl::string_view text = columns_.Cell(csv_, key);
    if (text.empty()) return std::nullopt;
    std::optional<Date> day = ParseSheetDay(text);
    if (!day) {
      if (const std::optional<int> month = ParseMonth(text))
        day = Date(*month / 100, *month % 100, 1);
    }
    if (!day) Error(key, "DATE_FORMAT");
    if (day && *day > context_.today) Error(key, "DATE_FUTURE");
    return day;
  }

  void Identity() {
    const absl::string_view text = WithoutDotZero(columns_.Cell(csv_, SheetKey::kIdNumber));
    if (text.empty()) return Error(SheetKey::kIdNumber, "TEXT_REQUIRED");
    absl::StatusOr<CitizenId> id = CitizenId::Parse(text);
    if (!id.ok()) return Error(SheetKey::kIdNumber, ReasonOf(id.status()));
    if (id->birth_date() > context_.today) return Error(SheetKey::kIdNumber, "BIRTH_DATE_FUTURE");
    const v1::PersonItems& person = row_.items.person;
    if (person.sex() != 0 && person.sex() != static_cast<int>(id->sex())) {
      AddItemError("性别", "SEX_MISMATCH");
    }
    if (person.birth_date() != 0 && person.birth_date() != ToDayNumber(id->birth_date())) {
      AddItemError("出生日期", "BIRTH_DATE_MISMATCH");
    }
    row_.id = *std::move(id);
  }

  void Place() {
    if (columns_.Has(SheetKey::kRegionCode)) return PlaceByCode();
    const RegionNames::Place place{.county = columns_.Cell(csv_, SheetKey::kCounty),
                                   .township = columns_.Cell(csv_, SheetKey::kTownship),
                                   .village = columns_.Cell(csv_, SheetKey::kVillage)};
    if (place.village.empty()) {
      if (context_.kind == v1::SHEET_KIND_VILLAGES) Error(SheetKey::kVillage, "TEXT_REQUIRED");
      if (context_.region.level() == RegionLevel::kVillage) row_.region = context_.region;
      return;
    }
    const std::vector<RegionCode> villages = context_.regions.FindVillages(place);
    if (villages.size() == 1) {
      row_.region = villages.front();
    } else {
      Error(SheetKey::kVillage, villages.empty() ? "REGION_UNKNOWN" : "REGION_AMBIGUOUS");
    }
  }

 private:
  void PlaceByCode() {
    absl::StatusOr<RegionCode> code =
        RegionCode::Parse(WithoutDotZero(columns_.Cell(csv_, SheetKey::kRegionCode)));
    if (!code.ok()) return Error(SheetKey::kRegionCode, "REGION_CODE_FORMAT");
    if (code->level() != RegionLevel::kVillage) {
      return Error(SheetKey::kRegionCode, "REGION_NOT_VILLAGE");
    }
    if (!context_.region.Contains(*code)) {
      return Error(SheetKey::kRegionCode, "REGION_OUTSIDE_IMPORT");
    }
    if (!context_.regions.IsValid(*code)) return Error(SheetKey::kRegionCode, "REGION_UNKNOWN");
    row_.region = *code;
  }

  void AddItemError(absl::string_view column, absl::string_view reason) {
    row_.errors.push_back({.line = csv_.line,
                           .column = std::string(column),
                           .reason = std::string(reason),
                           .detail = ""});
  }

  const SheetColumns& columns_;
  const CsvRow& csv_;
  const SheetContext& context_;
  SheetRow& row_;
};

absl::string_view ReasonOfProblem(CsvRow::Problem problem) {
  if (problem == CsvRow::Problem::kTooLong) return "ROW_TOO_LONG";
  if (problem == CsvRow::Problem::kQuote) return "ROW_QUOTES";
  return "ROW_ENCODING";
}

// Spreadsheets add empty cells at the end of a row; other cells without a header have no place.
bool HasFieldsOf(const CsvRow& row, size_t columns) {
  return row.fields.size() <= columns ||
         std::all_of(row.fields.begin() + static_cast<int64_t>(columns), row.fields.end(),
                     [](const std::string& field) { return TrimCell(field).empty(); });
}

bool IsBlank(const CsvRow& row) {
  return row.problem == CsvRow::Problem::kNone &&
         std::all_of(row.fields.begin(), row.fields.end(),
                     [](const std::string& field) { return TrimCell(field).empty(); });
}

}  // namespace

bool SheetCheck::AddOnce(const std::string& key, SheetRow& row, SheetKey column,
                         absl::string_view reason) {
  auto [seen, is_new] = lines_.try_emplace(key, row.line);
  if (is_new) return false;
  row.errors.push_back({.line = row.line,
                        .column = std::string(SheetKeyName(column)),
                        .reason = std::string(reason),
                        .detail = absl::StrCat(seen->second)});
  return true;
}

bool SheetCheck::Add(SheetRow& row) {
  if (kind_ == v1::SHEET_KIND_VILLAGES) {
    if (row.region == RegionCode()) return false;
    return AddOnce(row.region.ToString(), row, SheetKey::kVillage, "VILLAGE_DUPLICATE");
  }
  bool repeats = false;
  const bool once =
      kind_ == v1::SHEET_KIND_MONITORED_OBJECTS || kind_ == v1::SHEET_KIND_RURAL_HOUSEHOLDS;
  if (once && row.id) {
    repeats = AddOnce(row.id->Person(), row, SheetKey::kIdNumber, "CITIZEN_ID_DUPLICATE");
  }
  if (kind_ != v1::SHEET_KIND_MONITORED_OBJECTS) return repeats;
  if (row.household_no.empty()) {
    last_household_.clear();
    return repeats;
  }
  // Where its place is not known, the row belongs to what comes before it.
  if (row.region == RegionCode() && absl::EndsWith(last_household_, " " + row.household_no)) {
    return repeats;
  }
  // Households are entered whole, so that their rows have to come together.
  std::string key = absl::StrCat(row.region.CountyNumber(), " ", row.household_no);
  if (key != last_household_) {
    auto [seen, is_new] = households_.try_emplace(key, row.line);
    if (!is_new) {
      row.errors.push_back({.line = row.line,
                            .column = std::string(SheetKeyName(SheetKey::kHouseholdNo)),
                            .reason = "HOUSEHOLD_ROWS_APART",
                            .detail = absl::StrCat(seen->second)});
    }
    last_household_ = std::move(key);
  }
  return repeats;
}

void SheetFile::OnHeader(const CsvRow& row) {
  ++tried_;
  SheetColumns::Problems problems;
  if (row.problem == CsvRow::Problem::kNone) {
    columns_ = SheetColumns::FromHeader(context_.kind, renamed_, row, problems);
  }
  if (columns_) return;
  if (best_line_ == 0 || problems.known > best_.known) {
    best_ = std::move(problems);
    best_line_ = row.line;
  }
  if (tried_ == kHeaderRows) EndHeader();
}

// No row is a header: what the one that comes nearest lacks.
void SheetFile::EndHeader() {
  auto add = [&](const std::string& column, absl::string_view reason) {
    errors_.push_back(
        {.line = best_line_, .column = column, .reason = std::string(reason), .detail = ""});
  };
  for (const std::string& column : best_.missing) add(column, "COLUMN_MISSING");
  for (const std::string& column : best_.twice) add(column, "COLUMN_DUPLICATE");
  if (errors_.empty()) add("", best_line_ == 0 ? "FILE_EMPTY" : "FILE_ENCODING");
}

SheetRow SheetFile::ToRow(const CsvRow& csv) const {
  SheetRow row;
  row.line = csv.line;
  row.offset = csv.offset;
  auto broken = [&](absl::string_view reason) {
    row.errors.push_back(
        {.line = csv.line, .column = "", .reason = std::string(reason), .detail = ""});
    return row;
  };
  if (csv.problem != CsvRow::Problem::kNone) return broken(ReasonOfProblem(csv.problem));
  if (!HasFieldsOf(csv, columns_->size())) return broken("ROW_FIELD_COUNT");
  columns_->ReadItems(csv, context_.codes, row.items, row.errors);
  KeyReader keys(*columns_, csv, context_, row);
  keys.Place();
  if (context_.kind == v1::SHEET_KIND_VILLAGES) return row;
  keys.Identity();
  row.household_no = std::string(WithoutDotZero(keys.Text(SheetKey::kHouseholdNo, kMaxNumber)));
  row.person_no = std::string(WithoutDotZero(keys.Text(SheetKey::kPersonNo, kMaxNumber)));
  row.name = keys.Text(SheetKey::kName, kMaxName);
  row.group = keys.Text(SheetKey::kGroup, kMaxGroup);
  row.person_phone = keys.Phone(SheetKey::kPersonPhone);
  row.household_phone = keys.Phone(SheetKey::kHouseholdPhone);
  row.identified_on = keys.Day(SheetKey::kIdentifiedOn);
  row.exited_on = keys.Day(SheetKey::kExitedOn);
  return row;
}

absl::Status SheetFile::Read(absl::FunctionRef<absl::Status(SheetRow row)> on_row) {
  absl::Status status;
  int64_t rows = 0;
  std::optional<CsvReader> reader;
  auto on_csv = [&](CsvRow& csv) {
    if (!status.ok() || !errors_.empty() || IsBlank(csv)) return;
    if (!columns_) return OnHeader(csv);
    if (++rows > kMaxImportRows) {
      errors_.push_back({.line = csv.line,
                         .column = "",
                         .reason = "FILE_TOO_MANY_ROWS",
                         .detail = absl::StrCat(kMaxImportRows)});
      return;
    }
    end_offset_ = reader->next_offset();
    end_line_ = reader->next_line();
    status = on_row(ToRow(csv));
  };
  for (int64_t offset = 0; status.ok() && errors_.empty();) {
    JZ_ASSIGN_OR_RETURN(std::string bytes, run_.ReadInput(offset));
    if (!reader) {
      encoding_ = DetectEncoding(bytes);
      reader.emplace(0, 1, encoding_);
    }
    if (bytes.empty()) {
      reader->Finish(on_csv);
      break;
    }
    reader->Feed(bytes, on_csv);
    offset += static_cast<int64_t>(bytes.size());
  }
  JZ_RETURN_IF_ERROR(status);
  if (!columns_ && errors_.empty()) EndHeader();
  if (columns_ && rows == 0) {
    errors_.push_back({.line = 0, .column = "", .reason = "FILE_EMPTY", .detail = ""});
  }
  return absl::OkStatus();
}

}  // namespace jz::identification
