#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "services/identification/domain/import_file.h"
#include "tests/support/time_factor.h"
#include "tests/unit/identification/register_file.h"

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using testing::Fields;
using testing::IdOf;
using ::testing::IsEmpty;
using testing::RowWith;

constexpr Date kToday(2017, 6, 14);

struct Parsed {
  ImportRow row;
  ImportErrors errors;
};

Parsed Parse(const Fields& fields) {
  ImportErrors header_errors;
  CsvRow header;
  header.fields = testing::ColumnNames();
  ColumnOrder order = *ColumnOrder::FromHeader(header, header_errors);
  CsvRow row;
  row.line = 7;
  row.offset = 700;
  for (const std::string& name : header.fields) row.fields.push_back(fields.at(name));
  Parsed parsed;
  static const CodeBook& codes = *new CodeBook(DefaultCodeBook());
  parsed.row = ParseImportRow(order, row, {.codes = codes, .today = kToday}, parsed.errors);
  return parsed;
}

// "column reason" of each error.
std::vector<std::string> ErrorsOf(const Fields& changes) {
  Parsed parsed = Parse(RowWith(changes));
  std::vector<std::string> texts;
  for (const ImportError& error : parsed.errors) {
    EXPECT_EQ(error.line, 7);
    EXPECT_NE(ImportErrorTextEn(error), error.reason) << "a reason without text: " << error.reason;
    texts.push_back(error.column + " " + error.reason);
  }
  EXPECT_EQ(parsed.row.complete, texts.empty());
  return texts;
}

TEST(ParseImportRow, ReadsEveryField) {
  Parsed parsed = Parse(testing::GoodRow());
  ASSERT_THAT(parsed.errors, IsEmpty());
  EXPECT_TRUE(parsed.row.complete);
  EXPECT_EQ(parsed.row.line, 7);
  EXPECT_EQ(parsed.row.offset, 700);
  const HouseholdFields& household = parsed.row.household;
  EXPECT_EQ(household.region.ToString(), "230221101200");
  EXPECT_EQ(household.group_name, "1组");
  EXPECT_EQ(household.national_no, "2302210001");
  EXPECT_EQ(household.member_count, 1);
  EXPECT_EQ(household.main_cause, "01");
  EXPECT_EQ(household.housing, "02");
  EXPECT_TRUE(household.safe_water);
  EXPECT_TRUE(household.education_ok);
  EXPECT_FALSE(household.medical_ok);
  EXPECT_EQ(household.phone, "13812345678");
  EXPECT_EQ(household.income_year, 2016);
  EXPECT_EQ(household.income.wage_fen, 100'050);
  EXPECT_EQ(household.income.business_fen, 200'000);
  EXPECT_EQ(household.income.property_fen, 0);
  EXPECT_EQ(household.income.cost_fen, 80'000);
  EXPECT_EQ(household.previous_net_income_per_head_fen, 240'000);
  EXPECT_EQ(household.state, HouseholdState::kRegistered);
  EXPECT_EQ(household.identified_on, Date(2014, 6, 30));
  EXPECT_FALSE(household.exited_on.has_value());
  EXPECT_THAT(household.exclusion_kinds, ElementsAre("01", "03"));
  const PersonFields& person = parsed.row.person;
  EXPECT_EQ(person.name, "王国强");
  EXPECT_EQ(person.id_person, IdOf(19700101, 1));
  EXPECT_EQ(person.sex, Sex::kMale);
  EXPECT_EQ(person.birth_date, Date(1970, 1, 1));
  EXPECT_EQ(person.ethnicity, "01");
  EXPECT_THAT(person.health, ElementsAre("02", "04"));
  EXPECT_EQ(person.labour, "01");
}

TEST(ParseImportRow, MatchesADisabilityCardWithThePersonsId) {
  std::string id = IdOf(19700101, 1);
  Parsed parsed = Parse(RowWith({{"证件号码", id + "42"}}));
  ASSERT_THAT(parsed.errors, IsEmpty());
  EXPECT_EQ(parsed.row.person.citizen_id, id + "42");
  EXPECT_EQ(parsed.row.person.id_person, id);
}

TEST(ParseImportRow, RefusesIdsThatCannotBe) {
  std::string id = IdOf(19700101, 1);
  std::string wrong = id;
  wrong[17] = wrong[17] == '1' ? '2' : '1';
  EXPECT_THAT(ErrorsOf({{"证件号码", wrong}}), ElementsAre("证件号码 CITIZEN_ID_CHECK_DIGIT"));
  EXPECT_THAT(ErrorsOf({{"证件号码", "123"}}), ElementsAre("证件号码 CITIZEN_ID_LENGTH"));
  EXPECT_THAT(ErrorsOf({{"证件号码", ""}}), ElementsAre("证件号码 TEXT_REQUIRED"));
  EXPECT_THAT(ErrorsOf({{"证件号码", id + "91"}}),
              ElementsAre("证件号码 CITIZEN_ID_DISABILITY_TYPE"));
}

TEST(ParseImportRow, ComparesSexAndBirthDateWithTheId) {
  EXPECT_THAT(ErrorsOf({{"性别", "2"}}), ElementsAre("性别 SEX_MISMATCH"));
  EXPECT_THAT(ErrorsOf({{"性别", "男"}}), ElementsAre("性别 SEX_FORMAT"));
  EXPECT_THAT(ErrorsOf({{"出生日期", "1970-01-02"}}), ElementsAre("出生日期 BIRTH_DATE_MISMATCH"));
  EXPECT_THAT(ErrorsOf({{"出生日期", "1970-13-02"}}), ElementsAre("出生日期 DATE_FORMAT"));
  EXPECT_THAT(ErrorsOf({{"性别", ""}, {"出生日期", ""}}), IsEmpty());
  EXPECT_THAT(ErrorsOf({{"证件号码", IdOf(20170615, 1)}, {"出生日期", ""}}),
              ElementsAre("证件号码 BIRTH_DATE_FUTURE"));
}

TEST(ParseImportRow, RefusesRegionsThatAreNoVillage) {
  EXPECT_THAT(ErrorsOf({{"行政区划代码", "230221101000"}}),
              ElementsAre("行政区划代码 REGION_NOT_VILLAGE"));
  EXPECT_THAT(ErrorsOf({{"行政区划代码", "2302211012"}}),
              ElementsAre("行政区划代码 REGION_CODE_FORMAT"));
}

TEST(ParseImportRow, RefusesNegativeAndAbsurdIncomes) {
  EXPECT_THAT(ErrorsOf({{"工资性收入", "-1"}}), ElementsAre("工资性收入 INCOME_NEGATIVE"));
  EXPECT_THAT(ErrorsOf({{"转移性收入", "10000000.01"}}), ElementsAre("转移性收入 INCOME_ABSURD"));
  EXPECT_THAT(ErrorsOf({{"转移性收入", "10000000"}}), IsEmpty());
  EXPECT_THAT(ErrorsOf({{"财产性收入", "12.345"}}), ElementsAre("财产性收入 MONEY_FORMAT"));
  EXPECT_THAT(ErrorsOf({{"财产性收入", "1e3"}}), ElementsAre("财产性收入 MONEY_FORMAT"));
  EXPECT_THAT(ErrorsOf({{"上年人均纯收入", "-5"}}), ElementsAre("上年人均纯收入 INCOME_NEGATIVE"));
  EXPECT_THAT(ErrorsOf({{"收入年度", "2018"}}), ElementsAre("收入年度 INCOME_YEAR_FORMAT"));
}

TEST(ParseImportRow, ChecksDatesAgainstTheState) {
  EXPECT_THAT(ErrorsOf({{"识别日期", ""}}), ElementsAre("识别日期 DATE_REQUIRED"));
  EXPECT_THAT(ErrorsOf({{"户状态", "已脱贫"}}), ElementsAre("脱贫日期 DATE_REQUIRED"));
  EXPECT_THAT(ErrorsOf({{"脱贫日期", "2016-11-30"}}), ElementsAre("脱贫日期 DATE_UNEXPECTED"));
  EXPECT_THAT(ErrorsOf({{"户状态", "已脱贫"}, {"脱贫日期", "2014-06-29"}}),
              ElementsAre("脱贫日期 EXIT_BEFORE_IDENTIFICATION"));
  EXPECT_THAT(ErrorsOf({{"户状态", "已脱贫"}, {"脱贫日期", "2014-06-30"}}), IsEmpty());
  EXPECT_THAT(ErrorsOf({{"识别日期", "2017-06-15"}}), ElementsAre("识别日期 DATE_FUTURE"));
  EXPECT_THAT(ErrorsOf({{"识别日期", "30.6.2014"}}), ElementsAre("识别日期 DATE_FORMAT"));
  EXPECT_THAT(ErrorsOf({{"户状态", "候选"}, {"识别日期", ""}}), IsEmpty());
  EXPECT_THAT(ErrorsOf({{"户状态", "贫困"}}), ElementsAre("户状态 STATE_UNKNOWN"));
}

TEST(ParseImportRow, RefusesCodesThatAreInNoList) {
  EXPECT_THAT(ErrorsOf({{"与户主关系", "28"}}), ElementsAre("与户主关系 CODE_UNKNOWN"));
  EXPECT_THAT(ErrorsOf({{"与户主关系", ""}}), ElementsAre("与户主关系 CODE_REQUIRED"));
  EXPECT_THAT(ErrorsOf({{"健康状况", "02;09"}}), ElementsAre("健康状况 CODE_UNKNOWN"));
  EXPECT_THAT(ErrorsOf({{"剔除情形", "12"}}), ElementsAre("剔除情形 CODE_UNKNOWN"));
  EXPECT_THAT(ErrorsOf({{"住房安全", ""}}), ElementsAre("住房安全 CODE_REQUIRED"));
  EXPECT_THAT(ErrorsOf({{"民族", ""}, {"主要致贫原因", ""}, {"剔除情形", ""}}), IsEmpty());
}

TEST(ParseImportRow, ReportsAllProblemsOfARowAtOnce) {
  EXPECT_THAT(ErrorsOf({{"姓名", ""}, {"人数", "0"}, {"安全饮水", "有"}, {"联系电话", "call me"}}),
              ElementsAre("人数 MEMBER_COUNT_FORMAT", "安全饮水 YES_NO_FORMAT",
                          "联系电话 PHONE_FORMAT", "姓名 TEXT_REQUIRED"));
  EXPECT_THAT(ErrorsOf({{"银行账号", "6.22848E+18"}}), ElementsAre("银行账号 BANK_ACCOUNT_FORMAT"));
  EXPECT_THAT(ErrorsOf({{"银行账号", "6228 4800 1234 5678 901"}}), IsEmpty());
  EXPECT_THAT(ErrorsOf({{"姓名", "王\n强"}}), ElementsAre("姓名 TEXT_CONTROL_CHARACTER"));
  EXPECT_THAT(ErrorsOf({{"户编号", std::string(33, '1')}}), ElementsAre("户编号 TEXT_TOO_LONG"));
}

// No text of any field may do more than be refused.
TEST(ParseImportRow, TakesRandomText) {
  std::mt19937 random(1574);
  const std::vector<std::string> atoms = {"1", "0", "-", ".", ";", "户", "x", " ", "2017", "01"};
  const std::vector<std::string> names = testing::ColumnNames();
  for (int round = 0; round < jz::testing::Rounds(3000); ++round) {
    Fields fields = testing::GoodRow();
    for (size_t spoilt = 1 + random() % 4; spoilt > 0; --spoilt) {
      std::string text;
      for (size_t i = random() % 12; i > 0; --i) text += atoms[random() % atoms.size()];
      fields[names[random() % names.size()]] = text;
    }
    Parsed parsed = Parse(fields);
    EXPECT_EQ(parsed.row.complete, parsed.errors.empty());
    if (parsed.row.complete) {
      EXPECT_GE(parsed.row.household.income.wage_fen, 0);
      EXPECT_EQ(parsed.row.household.region.level(), RegionLevel::kVillage);
    }
  }
}

}  // namespace
}  // namespace jz::identification
