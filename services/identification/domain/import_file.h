// The register file (登记册): its columns, and one row of it as values.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/citizen_id.h"
#include "common/base/date.h"
#include "common/base/region_code.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/domain/csv.h"
#include "services/identification/domain/household.h"
#include "services/identification/domain/income.h"

namespace jz::identification {

enum class Column : int {
  kRegion,
  kGroup,
  kHouseholdNo,
  kPersonNo,
  kName,
  kCitizenId,
  kMemberCount,
  kRelation,
  kSex,
  kBirthDate,
  kEthnicity,
  kEducation,
  kStudent,
  kHealth,
  kLabour,
  kMainCause,
  kHousing,
  kSafeWater,
  kEducationOk,
  kMedicalOk,
  kPhone,
  kIncomeYear,
  kWage,
  kBusiness,
  kProperty,
  kTransfer,
  kCost,
  kPreviousPerHead,
  kState,
  kIdentifiedOn,
  kExitedOn,
  kExclusions,
  kBank,
  kBankAccount,
};
inline constexpr int kColumnCount = static_cast<int>(Column::kBankAccount) + 1;

absl::string_view ColumnName(Column column);

// One thing that is wrong. `detail` completes the reason's text: a line, a date, a column; never
// personal data.
struct ImportError {
  int64_t line = 0;  // 0: the file as a whole
  std::string column;
  std::string reason;
  std::string detail;
};
using ImportErrors = std::vector<ImportError>;

// Texts of a reason; an unknown reason answers with itself.
std::string ImportErrorTextZh(const ImportError& error);
std::string ImportErrorTextEn(const ImportError& error);

// Where each column stands in the rows of a file.
class ColumnOrder {
 public:
  // From the header. COLUMN_UNKNOWN, COLUMN_DUPLICATE and COLUMN_MISSING are added to `errors`, all
  // at once; only 性别 and 出生日期 may be missing.
  static std::optional<ColumnOrder> FromHeader(const CsvRow& header, ImportErrors& errors);

  // The field, without space around it; empty when the file lacks the column.
  absl::string_view Field(const CsvRow& row, Column column) const;
  size_t size() const { return size_; }

 private:
  std::array<int, kColumnCount> position_{};
  size_t size_ = 0;
};

// The columns that every row of a household repeats.
struct HouseholdFields {
  RegionCode region;
  std::string group_name;
  std::string national_no;
  int member_count = 0;
  std::string main_cause;
  std::string housing;
  bool safe_water = false;
  bool education_ok = false;
  bool medical_ok = false;
  std::string phone;
  std::string bank;
  std::string bank_account;  // digits
  int income_year = 0;
  IncomeItems income;
  int64_t previous_net_income_per_head_fen = 0;
  HouseholdState state = HouseholdState::kUnspecified;
  std::optional<Date> identified_on;
  std::optional<Date> exited_on;
  std::vector<std::string> exclusion_kinds;
};
// The first column in which two rows of a household differ.
std::optional<Column> FirstDifference(const HouseholdFields& a, const HouseholdFields& b);

struct PersonFields {
  std::string national_no;
  std::string name;
  std::string citizen_id;  // as written: 18, 20 or 22 characters
  std::string id_person;   // its 18 characters, that persons are matched by
  Sex sex = Sex::kUnstated;
  Date birth_date;
  std::string relation;
  std::string ethnicity;
  std::string education;
  std::string student;
  std::vector<std::string> health;
  std::string labour;
};

struct ImportRow {
  int64_t line = 0;
  int64_t offset = 0;
  bool complete = false;  // every field could be read; else some are empty
  HouseholdFields household;
  PersonFields person;
};

// What a row is read with.
struct RowContext {
  const CodeBook& codes;
  Date today;
};
// One row, with as many fields as the header, as values. Every field is checked and every problem
// added to `errors`.
ImportRow ParseImportRow(const ColumnOrder& columns, const CsvRow& row, const RowContext& context,
                         ImportErrors& errors);

}  // namespace jz::identification
