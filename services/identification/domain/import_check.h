// What can be told only from a register file as a whole, and the households that its rows make.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "services/identification/domain/import_file.h"
#include "services/identification/domain/region.h"

namespace jz::identification {

inline constexpr int64_t kMaxImportRows = 2'000'000;

// County and national number of a household.
using HouseholdKey = std::pair<int32_t, std::string>;
// Of a household of a file for `import_region`; rows without a county count as of that region.
HouseholdKey KeyOf(const HouseholdFields& fields, RegionCode import_region);

// Duplicates, columns that must agree, heads and member counts, and regions. Keeps some 300 bytes a
// household and some 50 a person.
class ImportCheck {
 public:
  // `regions` holds everything inside `import_region`.
  ImportCheck(RegionCode import_region, const RegionBook& regions, Date today)
      : import_region_(import_region), regions_(regions), today_(today) {}

  // True when the row is the first of its household.
  bool Add(const ImportRow& row, ImportErrors& errors);
  // The end of the file. Households that an error is about are added to `refused`.
  void Finish(ImportErrors& errors, absl::flat_hash_set<HouseholdKey>& refused) const;
  // Rows of these households.
  int64_t CountRows(const absl::flat_hash_set<HouseholdKey>& households) const;

  int64_t household_count() const { return static_cast<int64_t>(households_.size()); }

 private:
  struct Seen {
    int64_t first_line = 0;
    int64_t head_line = 0;
    int rows = 0;
    bool broken = false;  // a row could not be read: what is counted here says nothing
    HouseholdFields fields;
  };

  void CheckPerson(const ImportRow& row, ImportErrors& errors);
  void CheckRegion(const ImportRow& row, ImportErrors& errors) const;
  void CheckAgreement(const Seen& seen, const ImportRow& row, ImportErrors& errors) const;
  void CheckHead(Seen& seen, const ImportRow& row, ImportErrors& errors) const;

  const RegionCode import_region_;
  const RegionBook& regions_;
  const Date today_;
  absl::flat_hash_map<HouseholdKey, Seen> households_;
  absl::flat_hash_map<int64_t, int64_t> id_lines_;  // first 17 digits of an id -> line
  absl::flat_hash_map<std::string, int64_t> person_no_lines_;
};

// The rows of one household.
struct ImportHousehold {
  int64_t offset = 0;  // of the first row
  int64_t line = 0;
  HouseholdFields fields;
  std::vector<PersonFields> members;  // in the order of the file
};

// Puts households together from the rows of a file that ImportCheck found right. A household is
// complete with the row that makes its count full; its rows need not be neighbours.
class ImportAssembly {
 public:
  std::optional<ImportHousehold> Add(ImportRow row);
  // The first row of those households that are not complete; nullopt when all are.
  struct Position {
    int64_t offset = 0;
    int64_t line = 0;
  };
  std::optional<Position> Earliest() const;

 private:
  absl::flat_hash_map<HouseholdKey, ImportHousehold> open_;
};

}  // namespace jz::identification
