// The columns of the national sheets: which item of facts.proto each column of a file holds. Found
// from the options of the fields there, so that a new item needs no code.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Columns that are no items: they say whose row it is, or are sealed.
enum class SheetKey : int {
  kRegionCode,
  kCounty,
  kTownship,
  kVillage,
  kGroup,
  kHouseholdNo,
  kPersonNo,
  kName,
  kIdNumber,
  kPersonPhone,
  kHouseholdPhone,
  kIdentifiedOn,
  kExitedOn,
};
inline constexpr int kSheetKeyCount = static_cast<int>(SheetKey::kExitedOn) + 1;
absl::string_view SheetKeyName(SheetKey key);

// A row's items, each message with those of the columns that the file has. What a cell leaves empty
// is absent.
struct SheetItems {
  v1::PersonItems person;
  v1::HouseholdItems household;
  v1::MonitoringItems monitoring;
  v1::WorkItems work;
  v1::PlanItems plan;
  v1::VillageItems village;
};
enum class SheetGroup : int { kPerson, kHousehold, kMonitoring, kWork, kPlan, kVillage };
google::protobuf::Message& ItemsOf(SheetItems& items, SheetGroup group);
const google::protobuf::Message& ItemsOf(const SheetItems& items, SheetGroup group);

// One column of a file that holds an item.
struct ItemColumn {
  SheetGroup group = SheetGroup::kPerson;
  const google::protobuf::FieldDescriptor* field = nullptr;
  int position = 0;
  std::string header;  // as the national sheet names it
};

class SheetColumns {
 public:
  // From a row that may be the header; `renamed` says which national column a column of the file
  // is. nullopt when a column that this kind of sheet needs is not there: its name is in `missing`.
  // Columns that are there twice are in `twice`, and the header is none.
  struct Problems {
    std::vector<std::string> missing;
    std::vector<std::string> twice;
    int known = 0;  // columns that were recognised
  };
  static std::optional<SheetColumns> FromHeader(v1::SheetKind kind,
                                                const std::map<std::string, std::string>& renamed,
                                                const CsvRow& header, Problems& problems);

  size_t size() const { return size_; }
  bool Has(SheetKey key) const { return keys_[static_cast<int>(key)] >= 0; }
  // Whether a column of the file holds the item of that name in facts.proto.
  bool HasItem(absl::string_view name) const;
  // The cell, trimmed; empty when the file lacks the column.
  absl::string_view Cell(const CsvRow& row, SheetKey key) const;
  const std::vector<ItemColumn>& items() const { return items_; }
  // Headers that have no place.
  const std::vector<std::string>& ignored() const { return ignored_; }

  // Reads the cells of `row` into `items`; each problem becomes an error of its column.
  void ReadItems(const CsvRow& row, const CodeBook& codes, SheetItems& items,
                 ImportErrors& errors) const;
  // Brings what `from` has in the columns of this file and of `group` into `to`; an item that is
  // absent in `from` becomes absent in `to`.
  void CopyItems(SheetGroup group, const SheetItems& from, google::protobuf::Message& to) const;

 private:
  std::array<int, kSheetKeyCount> keys_{};
  std::vector<ItemColumn> items_;
  std::vector<std::string> ignored_;
  size_t size_ = 0;
};

}  // namespace jz::identification
