#include "services/identification/domain/import_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/unit/identification/register_file.h"

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using testing::Fields;
using testing::IdOf;
using ::testing::IsEmpty;
using testing::RowWith;

constexpr Date kToday(2017, 6, 14);

RegionBook Villages() {
  RegionBook book;
  auto add = [&](const char* code, Date from, Date to) {
    book.Add({.code = *RegionCode::Parse(code), .name = "v", .valid_from = from, .valid_to = to});
  };
  add("230221101200", Date(2000, 1, 1), kNoEnd);
  add("230221101201", Date(2000, 1, 1), kNoEnd);
  add("230221101202", Date(2000, 1, 1), Date(2015, 12, 31));
  add("230221101203", Date(2016, 1, 1), kNoEnd);
  return book;
}

std::vector<ImportRow> ParseAll(const std::vector<Fields>& rows, ImportErrors& errors) {
  const CodeBook codes = DefaultCodeBook();
  std::vector<ImportRow> parsed;
  std::optional<ColumnOrder> order;
  CsvReader reader;
  reader.Feed(testing::Csv(rows), [&](CsvRow& row) {
    if (!order) {
      order = ColumnOrder::FromHeader(row, errors);
    } else {
      parsed.push_back(ParseImportRow(*order, row, {.codes = codes, .today = kToday}, errors));
    }
  });
  return parsed;
}

// "line column reason detail" of each error of a file with these rows; the first has line 2.
std::vector<std::string> ErrorsOf(const std::vector<Fields>& rows,
                                  const char* import_region = "230221101000") {
  RegionBook villages = Villages();
  ImportCheck check(*RegionCode::Parse(import_region), villages, kToday);
  ImportErrors errors;
  for (const ImportRow& row : ParseAll(rows, errors)) check.Add(row, errors);
  absl::flat_hash_set<HouseholdKey> refused;
  check.Finish(errors, refused);
  std::vector<std::string> texts;
  for (const ImportError& error : errors) {
    texts.push_back(absl::StrCat(error.line, " ", error.column, " ", error.reason,
                                 error.detail.empty() ? "" : " ", error.detail));
  }
  return texts;
}

Fields Member(const std::string& relation, int serial, const Fields& more = {}) {
  Fields changes = {{"人数", "2"},
                    {"与户主关系", relation},
                    {"人编号", absl::StrCat("P", serial)},
                    {"证件号码", IdOf(19700101, serial)},
                    {"性别", ""}};
  for (const auto& [column, text] : more) changes[column] = text;
  return RowWith(changes);
}

TEST(ImportCheck, FindsNothingInARightFile) {
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("02", 2)}), IsEmpty());
  EXPECT_THAT(ErrorsOf(testing::Singles(2000)), IsEmpty());
}

TEST(ImportCheck, FindsTheSamePersonTwice) {
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("02", 1, {{"人编号", "P2"}})}),
              ElementsAre("3 证件号码 CITIZEN_ID_DUPLICATE 2"));
  // A disability card is the same person.
  std::string card = IdOf(19700101, 1) + "42";
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("02", 2, {{"证件号码", card}})}),
              ElementsAre("3 证件号码 CITIZEN_ID_DUPLICATE 2"));
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("02", 2, {{"人编号", "P1"}})}),
              ElementsAre("3 人编号 PERSON_NO_DUPLICATE 2"));
}

TEST(ImportCheck, WantsOneHeadAndTheRightCount) {
  EXPECT_THAT(ErrorsOf({Member("02", 1), Member("03", 2)}),
              ElementsAre("2 与户主关系 HEAD_MISSING"));
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("01", 2)}),
              ElementsAre("3 与户主关系 HEAD_TWICE 2"));
  EXPECT_THAT(ErrorsOf({Member("01", 1)}), ElementsAre("2 人数 MEMBER_COUNT_MISMATCH 1"));
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("02", 2), Member("03", 3)}),
              ElementsAre("2 人数 MEMBER_COUNT_MISMATCH 3"));
}

TEST(ImportCheck, SaysNothingAboutCountsOfAHouseholdWithABrokenRow) {
  EXPECT_THAT(ErrorsOf({Member("01", 1, {{"劳动技能", "?"}})}),
              ElementsAre("2 劳动技能 CODE_UNKNOWN"));
}

TEST(ImportCheck, WantsHouseholdColumnsToAgree) {
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("02", 2, {{"住房安全", "01"}})}),
              ElementsAre("3 住房安全 HOUSEHOLD_COLUMNS_DIFFER 2"));
  EXPECT_THAT(ErrorsOf({Member("01", 1), Member("02", 2, {{"上年人均纯收入", "2401"}})}),
              ElementsAre("3 上年人均纯收入 HOUSEHOLD_COLUMNS_DIFFER 2"));
}

TEST(ImportCheck, FindsANumberThatTwoHouseholdsHave) {
  EXPECT_THAT(ErrorsOf({RowWith({}), RowWith({{"行政区划代码", "230221101201"},
                                              {"人编号", "P2"},
                                              {"证件号码", IdOf(19700101, 3)}})})
                  .front(),
              "3 户编号 HOUSEHOLD_NO_DUPLICATE 2");
}

TEST(ImportCheck, WantsVillagesThatAreValidThenAndNow) {
  auto with = [](const char* code) {
    return std::vector<Fields>{RowWith({{"行政区划代码", code}})};
  };
  EXPECT_THAT(ErrorsOf(with("230221101299")), ElementsAre("2 行政区划代码 REGION_UNKNOWN"));
  EXPECT_THAT(ErrorsOf(with("230221101202")),
              ElementsAre("2 行政区划代码 REGION_NOT_VALID 2017-06-14"));
  EXPECT_THAT(ErrorsOf(with("230221101203")),
              ElementsAre("2 行政区划代码 REGION_NOT_VALID 2014-06-30"));
  EXPECT_THAT(ErrorsOf(with("230221101200"), "230222000000"),
              ElementsAre("2 行政区划代码 REGION_OUTSIDE_IMPORT"));
}

TEST(ImportAssembly, PutsScatteredRowsTogether) {
  std::vector<Fields> rows = {Member("01", 1), Member("01", 3, {{"户编号", "other"}}),
                              Member("02", 2), Member("02", 4, {{"户编号", "other"}})};
  ImportErrors errors;
  std::vector<ImportRow> parsed = ParseAll(rows, errors);
  ASSERT_THAT(errors, IsEmpty());
  ImportAssembly assembly;
  EXPECT_FALSE(assembly.Earliest().has_value());
  EXPECT_FALSE(assembly.Add(parsed[0]).has_value());
  EXPECT_FALSE(assembly.Add(parsed[1]).has_value());
  EXPECT_EQ(assembly.Earliest()->line, 2);
  std::optional<ImportHousehold> first = assembly.Add(parsed[2]);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->fields.national_no, "2302210001");
  EXPECT_EQ(first->line, 2);
  ASSERT_EQ(first->members.size(), 2u);
  EXPECT_EQ(first->members[1].relation, "02");
  EXPECT_EQ(assembly.Earliest()->offset, parsed[1].offset);
  EXPECT_TRUE(assembly.Add(parsed[3]).has_value());
  EXPECT_FALSE(assembly.Earliest().has_value());
}

}  // namespace
}  // namespace jz::identification
