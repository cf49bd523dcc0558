// One row of a register file: text to values, with every problem of every field.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/money.h"
#include "common/status/status.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification {
namespace {

constexpr int kMaxMembers = 50;
constexpr int kFirstIncomeYear = 2000;

class RowParser {
 public:
  RowParser(const ColumnOrder& columns, const CsvRow& row, const RowContext& context,
            ImportErrors& errors)
      : columns_(columns),
        row_(row),
        today_(context.today),
        codes_(context.codes),
        errors_(errors) {}

  void Error(Column column, absl::string_view reason, std::string detail = "") {
    errors_.push_back({.line = row_.line,
                       .column = std::string(ColumnName(column)),
                       .reason = std::string(reason),
                       .detail = std::move(detail)});
  }

  std::string Text(Column column, int most, bool required) {
    absl::string_view text = columns_.Field(row_, column);
    if (text.empty() && required) Error(column, "TEXT_REQUIRED");
    if (HasControlCharacter(text)) {
      Error(column, "TEXT_CONTROL_CHARACTER");
    } else if (CountCharacters(text) > most) {
      Error(column, "TEXT_TOO_LONG", absl::StrCat(most));
    }
    return std::string(text);
  }

  std::string OneCode(Column column, absl::string_view list, bool required) {
    absl::string_view text = columns_.Field(row_, column);
    if (text.empty()) {
      if (required) Error(column, "CODE_REQUIRED");
      return "";
    }
    std::optional<std::string> code = codes_.FindWritten(list, text);
    if (!code) Error(column, "CODE_UNKNOWN");
    return code.value_or("");
  }

  // Codes separated by ';', sorted, each once.
  std::vector<std::string> Codes(Column column, absl::string_view list) {
    std::vector<std::string> codes;
    for (absl::string_view part :
         absl::StrSplit(columns_.Field(row_, column), ';', absl::SkipWhitespace())) {
      std::optional<std::string> code = codes_.FindWritten(list, part);
      if (!code) {
        Error(column, "CODE_UNKNOWN");
        return {};
      }
      codes.push_back(*std::move(code));
    }
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    return codes;
  }

  bool YesNo(Column column) {
    absl::string_view text = columns_.Field(row_, column);
    if (text != "是" && text != "否") Error(column, "YES_NO_FORMAT");
    return text == "是";
  }

  int Number(Column column, int least, int most, absl::string_view reason) {
    int number = 0;
    if (!absl::SimpleAtoi(columns_.Field(row_, column), &number) || number < least ||
        number > most) {
      Error(column, reason, absl::StrCat(most));
      return 0;
    }
    return number;
  }

  // An amount of income in yuan; an empty field is nothing earned.
  int64_t Income(Column column) {
    absl::string_view text = columns_.Field(row_, column);
    if (text.empty()) return 0;
    absl::StatusOr<Money> money = Money::ParseYuan(text);
    if (!money.ok()) {
      Error(column, ReasonOf(money.status()));
    } else if (money->fen() < 0) {
      Error(column, "INCOME_NEGATIVE");
    } else if (money->fen() > kMaxIncomeFen) {
      Error(column, "INCOME_ABSURD");
    } else {
      return money->fen();
    }
    return 0;
  }

  std::optional<Date> OptionalDate(Column column) {
    absl::string_view text = columns_.Field(row_, column);
    if (text.empty()) return std::nullopt;
    absl::StatusOr<Date> date = ParseDate(text);
    if (!date.ok()) {
      Error(column, "DATE_FORMAT");
      return std::nullopt;
    }
    if (*date > today_) Error(column, "DATE_FUTURE");
    return *date;
  }

  RegionCode Village() {
    absl::StatusOr<RegionCode> code = RegionCode::Parse(columns_.Field(row_, Column::kRegion));
    if (!code.ok()) {
      Error(Column::kRegion, "REGION_CODE_FORMAT");
      return RegionCode();
    }
    if (code->level() != RegionLevel::kVillage) {
      Error(Column::kRegion, "REGION_NOT_VILLAGE");
      return RegionCode();
    }
    return *code;
  }

  std::string Phone() {
    absl::string_view text = columns_.Field(row_, Column::kPhone);
    bool plausible = text.empty() || (text.size() >= 7 && text.size() <= 20 &&
                                      std::all_of(text.begin(), text.end(), [](char c) {
                                        return absl::ascii_isdigit(c) || c == '-' || c == '+';
                                      }));
    if (!plausible) Error(Column::kPhone, "PHONE_FORMAT");
    return std::string(text);
  }

  std::string BankAccount() {
    absl::string_view text = columns_.Field(row_, Column::kBankAccount);
    if (text.empty()) return "";
    std::optional<std::string> digits = PlainAccount(text);
    if (!digits) Error(Column::kBankAccount, "BANK_ACCOUNT_FORMAT");
    return digits.value_or("");
  }

  HouseholdState State() {
    absl::string_view text = columns_.Field(row_, Column::kState);
    if (text == "候选") return HouseholdState::kCandidate;
    if (text == "在册") return HouseholdState::kRegistered;
    if (text == "已脱贫") return HouseholdState::kExited;
    Error(Column::kState, "STATE_UNKNOWN");
    return HouseholdState::kUnspecified;
  }

  void Identity(PersonFields& person);
  void Dates(HouseholdFields& household);

 private:
  void CheckAgainstId(const CitizenId& id);

  const ColumnOrder& columns_;
  const CsvRow& row_;
  const Date today_;
  const CodeBook& codes_;
  ImportErrors& errors_;
};

void RowParser::Identity(PersonFields& person) {
  absl::string_view text = columns_.Field(row_, Column::kCitizenId);
  if (text.empty()) return Error(Column::kCitizenId, "TEXT_REQUIRED");
  absl::StatusOr<CitizenId> id = CitizenId::Parse(text);
  if (!id.ok()) return Error(Column::kCitizenId, ReasonOf(id.status()));
  person.citizen_id = id->text();
  person.id_person = id->Person();
  person.sex = id->sex();
  person.birth_date = id->birth_date();
  CheckAgainstId(*id);
}

void RowParser::CheckAgainstId(const CitizenId& id) {
  if (id.birth_date() > today_) Error(Column::kCitizenId, "BIRTH_DATE_FUTURE");
  absl::string_view sex = columns_.Field(row_, Column::kSex);
  if (!sex.empty() && sex != "1" && sex != "2") {
    Error(Column::kSex, "SEX_FORMAT");
  } else if (!sex.empty() && (sex == "1") != (id.sex() == Sex::kMale)) {
    Error(Column::kSex, "SEX_MISMATCH");
  }
  absl::string_view born = columns_.Field(row_, Column::kBirthDate);
  if (born.empty()) return;
  absl::StatusOr<Date> date = ParseDate(born);
  if (!date.ok()) {
    Error(Column::kBirthDate, "DATE_FORMAT");
  } else if (*date != id.birth_date()) {
    Error(Column::kBirthDate, "BIRTH_DATE_MISMATCH");
  }
}

// Candidates may lack an identification date; only exited households have an exit date, and must.
void RowParser::Dates(HouseholdFields& household) {
  household.identified_on = OptionalDate(Column::kIdentifiedOn);
  household.exited_on = OptionalDate(Column::kExitedOn);
  bool exited = household.state == HouseholdState::kExited;
  bool registered = household.state == HouseholdState::kRegistered;
  if ((exited || registered) && columns_.Field(row_, Column::kIdentifiedOn).empty()) {
    Error(Column::kIdentifiedOn, "DATE_REQUIRED");
  }
  bool has_exit = !columns_.Field(row_, Column::kExitedOn).empty();
  if (exited && !has_exit) Error(Column::kExitedOn, "DATE_REQUIRED");
  if (!exited && has_exit && household.state != HouseholdState::kUnspecified) {
    Error(Column::kExitedOn, "DATE_UNEXPECTED");
  }
  if (household.identified_on && household.exited_on &&
      *household.exited_on < *household.identified_on) {
    Error(Column::kExitedOn, "EXIT_BEFORE_IDENTIFICATION");
  }
}

PersonFields ParsePerson(RowParser& parser) {
  PersonFields person;
  person.national_no = parser.Text(Column::kPersonNo, 32, false);
  person.name = parser.Text(Column::kName, 64, true);
  parser.Identity(person);
  person.relation = parser.OneCode(Column::kRelation, "relation", true);
  person.ethnicity = parser.OneCode(Column::kEthnicity, "ethnicity", false);
  person.education = parser.OneCode(Column::kEducation, "education", false);
  person.student = parser.OneCode(Column::kStudent, "student", false);
  person.health = parser.Codes(Column::kHealth, "health");
  person.labour = parser.OneCode(Column::kLabour, "labour", true);
  return person;
}

void ParseHousehold(RowParser& parser, Date today, HouseholdFields& out) {
  out.region = parser.Village();
  out.group_name = parser.Text(Column::kGroup, 100, false);
  out.national_no = parser.Text(Column::kHouseholdNo, 32, true);
  out.member_count = parser.Number(Column::kMemberCount, 1, kMaxMembers, "MEMBER_COUNT_FORMAT");
  out.main_cause = parser.OneCode(Column::kMainCause, "cause", false);
  out.housing = parser.OneCode(Column::kHousing, "housing", true);
  out.safe_water = parser.YesNo(Column::kSafeWater);
  out.education_ok = parser.YesNo(Column::kEducationOk);
  out.medical_ok = parser.YesNo(Column::kMedicalOk);
  out.phone = parser.Phone();
  out.bank = parser.Text(Column::kBank, 64, false);
  out.bank_account = parser.BankAccount();
  out.income_year = parser.Number(Column::kIncomeYear, kFirstIncomeYear,
                                  static_cast<int>(today.year()), "INCOME_YEAR_FORMAT");
  out.income = {.wage_fen = parser.Income(Column::kWage),
                .business_fen = parser.Income(Column::kBusiness),
                .property_fen = parser.Income(Column::kProperty),
                .transfer_fen = parser.Income(Column::kTransfer),
                .cost_fen = parser.Income(Column::kCost)};
  out.previous_net_income_per_head_fen = parser.Income(Column::kPreviousPerHead);
  out.state = parser.State();
  parser.Dates(out);
  out.exclusion_kinds = parser.Codes(Column::kExclusions, "exclusion");
}

}  // namespace

std::optional<Column> FirstDifference(const HouseholdFields& a, const HouseholdFields& b) {
  if (a.region != b.region) return Column::kRegion;
  if (a.group_name != b.group_name) return Column::kGroup;
  if (a.member_count != b.member_count) return Column::kMemberCount;
  if (a.main_cause != b.main_cause) return Column::kMainCause;
  if (a.housing != b.housing) return Column::kHousing;
  if (a.safe_water != b.safe_water) return Column::kSafeWater;
  if (a.education_ok != b.education_ok) return Column::kEducationOk;
  if (a.medical_ok != b.medical_ok) return Column::kMedicalOk;
  if (a.phone != b.phone) return Column::kPhone;
  if (a.bank != b.bank) return Column::kBank;
  if (a.bank_account != b.bank_account) return Column::kBankAccount;
  if (a.income_year != b.income_year) return Column::kIncomeYear;
  if (a.income.wage_fen != b.income.wage_fen) return Column::kWage;
  if (a.income.business_fen != b.income.business_fen) return Column::kBusiness;
  if (a.income.property_fen != b.income.property_fen) return Column::kProperty;
  if (a.income.transfer_fen != b.income.transfer_fen) return Column::kTransfer;
  if (a.income.cost_fen != b.income.cost_fen) return Column::kCost;
  if (a.previous_net_income_per_head_fen != b.previous_net_income_per_head_fen) {
    return Column::kPreviousPerHead;
  }
  if (a.state != b.state) return Column::kState;
  if (a.identified_on != b.identified_on) return Column::kIdentifiedOn;
  if (a.exited_on != b.exited_on) return Column::kExitedOn;
  if (a.exclusion_kinds != b.exclusion_kinds) return Column::kExclusions;
  return std::nullopt;
}

ImportRow ParseImportRow(const ColumnOrder& columns, const CsvRow& row, const RowContext& context,
                         ImportErrors& errors) {
  const size_t errors_before = errors.size();
  RowParser parser(columns, row, context, errors);
  ImportRow out;
  out.line = row.line;
  out.offset = row.offset;
  ParseHousehold(parser, context.today, out.household);
  out.person = ParsePerson(parser);
  out.complete = errors.size() == errors_before;
  return out;
}

}  // namespace jz::identification
