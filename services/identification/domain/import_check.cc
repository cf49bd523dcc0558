#include "services/identification/domain/import_check.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace jz::identification {
namespace {

ImportError ErrorAt(int64_t line, Column column, absl::string_view reason,
                    std::string detail = "") {
  return {.line = line,
          .column = std::string(ColumnName(column)),
          .reason = std::string(reason),
          .detail = std::move(detail)};
}

}  // namespace

HouseholdKey KeyOf(const HouseholdFields& fields, RegionCode import_region) {
  int32_t county = fields.region.CountyNumber();
  return {county == 0 ? import_region.CountyNumber() : county, fields.national_no};
}

bool ImportCheck::Add(const ImportRow& row, ImportErrors& errors) {
  CheckPerson(row, errors);
  if (row.household.national_no.empty()) return false;
  auto [entry, is_new] = households_.try_emplace(KeyOf(row.household, import_region_));
  Seen& seen = entry->second;
  if (is_new) {
    seen.first_line = row.line;
    seen.fields = row.household;
    CheckRegion(row, errors);
  } else if (row.complete && !seen.broken) {
    CheckAgreement(seen, row, errors);
  }
  ++seen.rows;
  seen.broken |= !row.complete;
  CheckHead(seen, row, errors);
  return is_new;
}

void ImportCheck::CheckPerson(const ImportRow& row, ImportErrors& errors) {
  int64_t digits = 0;
  if (absl::SimpleAtoi(absl::string_view(row.person.id_person).substr(0, 17), &digits)) {
    auto [entry, is_new] = id_lines_.try_emplace(digits, row.line);
    if (!is_new) {
      errors.push_back(ErrorAt(row.line, Column::kCitizenId, "CITIZEN_ID_DUPLICATE",
                               absl::StrCat(entry->second)));
    }
  }
  if (row.person.national_no.empty()) return;
  auto [entry, is_new] = person_no_lines_.try_emplace(row.person.national_no, row.line);
  if (!is_new) {
    errors.push_back(
        ErrorAt(row.line, Column::kPersonNo, "PERSON_NO_DUPLICATE", absl::StrCat(entry->second)));
  }
}

// The village must be valid on the day of the identification, and today: an import enters
// households where they live now.
void ImportCheck::CheckRegion(const ImportRow& row, ImportErrors& errors) const {
  RegionCode region = row.household.region;
  if (region == RegionCode()) return;  // reported by the row
  Date identified = row.household.identified_on.value_or(today_);
  if (!import_region_.Contains(region)) {
    errors.push_back(ErrorAt(row.line, Column::kRegion, "REGION_OUTSIDE_IMPORT"));
  } else if (!regions_.Exists(region)) {
    errors.push_back(ErrorAt(row.line, Column::kRegion, "REGION_UNKNOWN"));
  } else if (!regions_.ValidOn(region, identified)) {
    errors.push_back(
        ErrorAt(row.line, Column::kRegion, "REGION_NOT_VALID", FormatDate(identified)));
  } else if (!regions_.ValidOn(region, today_)) {
    errors.push_back(ErrorAt(row.line, Column::kRegion, "REGION_NOT_VALID", FormatDate(today_)));
  }
}

void ImportCheck::CheckAgreement(const Seen& seen, const ImportRow& row,
                                 ImportErrors& errors) const {
  std::optional<Column> column = FirstDifference(seen.fields, row.household);
  if (!column) return;
  std::string line = absl::StrCat(seen.first_line);
  if (*column == Column::kRegion) {
    errors.push_back(ErrorAt(row.line, Column::kHouseholdNo, "HOUSEHOLD_NO_DUPLICATE", line));
  } else {
    errors.push_back(ErrorAt(row.line, *column, "HOUSEHOLD_COLUMNS_DIFFER", line));
  }
}

void ImportCheck::CheckHead(Seen& seen, const ImportRow& row, ImportErrors& errors) const {
  if (row.person.relation != "01") return;
  if (seen.head_line != 0) {
    errors.push_back(
        ErrorAt(row.line, Column::kRelation, "HEAD_TWICE", absl::StrCat(seen.head_line)));
  } else {
    seen.head_line = row.line;
  }
}

void ImportCheck::Finish(ImportErrors& errors, absl::flat_hash_set<HouseholdKey>& refused) const {
  const size_t errors_before = errors.size();
  for (const auto& [key, seen] : households_) {
    if (seen.broken) continue;
    if (seen.head_line == 0) {
      errors.push_back(ErrorAt(seen.first_line, Column::kRelation, "HEAD_MISSING"));
      refused.insert(key);
    }
    if (seen.rows != seen.fields.member_count) {
      errors.push_back(ErrorAt(seen.first_line, Column::kMemberCount, "MEMBER_COUNT_MISMATCH",
                               absl::StrCat(seen.rows)));
      refused.insert(key);
    }
  }
  // In the order of the file, so that two runs report the same.
  std::sort(errors.begin() + static_cast<int64_t>(errors_before), errors.end(),
            [](const ImportError& a, const ImportError& b) {
              return std::tie(a.line, a.reason) < std::tie(b.line, b.reason);
            });
}

int64_t ImportCheck::CountRows(const absl::flat_hash_set<HouseholdKey>& households) const {
  int64_t rows = 0;
  for (const HouseholdKey& key : households) {
    auto seen = households_.find(key);
    if (seen != households_.end()) rows += seen->second.rows;
  }
  return rows;
}

std::optional<ImportHousehold> ImportAssembly::Add(ImportRow row) {
  HouseholdKey key = KeyOf(row.household, RegionCode());
  ImportHousehold& household = open_[key];
  if (household.members.empty()) {
    household.offset = row.offset;
    household.line = row.line;
    household.fields = std::move(row.household);
  }
  household.members.push_back(std::move(row.person));
  if (static_cast<int>(household.members.size()) < household.fields.member_count) {
    return std::nullopt;
  }
  ImportHousehold complete = std::move(household);
  open_.erase(key);
  return complete;
}

std::optional<ImportAssembly::Position> ImportAssembly::Earliest() const {
  std::optional<Position> earliest;
  for (const auto& [key, household] : open_) {
    if (!earliest || household.offset < earliest->offset) {
      earliest = Position{.offset = household.offset, .line = household.line};
    }
  }
  return earliest;
}

}  // namespace jz::identification
