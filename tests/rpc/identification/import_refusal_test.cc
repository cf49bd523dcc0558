// Files and uploads that must give a clear error and change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;
using identification::testing::RowWith;
using identification::testing::Singles;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ImportRefusal : public ::testing::Test {
 protected:
  // The errors of a file that is refused as a whole.
  std::vector<std::string> Refuse(const std::string& csv, const std::string& request_id = "bad") {
    const int64_t before = service_.CountRows("household");
    cv1::Job job = service_.SendAndAwait({.csv = csv, .request_id = request_id});
    EXPECT_EQ(job.state(), cv1::JOB_STATE_FAILED) << job.ShortDebugString();
    EXPECT_EQ(job.error_reason(), "IMPORT_HAS_ERRORS");
    EXPECT_EQ(service_.CountRows("household"), before);
    std::vector<std::string> errors = service_.ErrorsOf(officer_, job);
    EXPECT_EQ(job.error_count(), static_cast<int64_t>(errors.size()));
    return errors;
  }
  // The same for a right file with one more row.
  std::vector<std::string> RefuseRow(const Fields& changes) {
    std::vector<Fields> rows = Singles(1);
    rows.push_back(RowWith(changes));
    return Refuse(Csv(rows));
  }

  RegisterService service_;
  Client officer_ = service_.Register();
};

TEST_F(ImportRefusal, OneWrongRowAmongManyKeepsAllOut) {
  std::vector<Fields> rows = Singles(700);
  rows[650]["证件号码"][17] = rows[650]["证件号码"][17] == '1' ? '2' : '1';
  EXPECT_THAT(Refuse(Csv(rows)), ElementsAre("652 证件号码 CITIZEN_ID_CHECK_DIGIT"));
  EXPECT_EQ(service_.CountRows("outbox"), 0);
}

TEST_F(ImportRefusal, AFileInAnotherEncoding) {
  // 户编号 in GB 18030.
  EXPECT_THAT(Refuse("\xBB\xA7\xB1\xE0\xBA\xC5,a\n1,2\n"), ElementsAre("1  FILE_ENCODING"));
}

TEST_F(ImportRefusal, ARowInAnotherEncoding) {
  std::string csv = Csv(Singles(2));
  csv.insert(csv.rfind("王国强"), "\xBB\xA7");
  EXPECT_THAT(Refuse(csv), ElementsAre("3  ROW_ENCODING"));
}

TEST_F(ImportRefusal, MissingAndExtraColumns) {
  std::string csv = Csv(Singles(1));
  csv = absl::StrReplaceAll(csv, {{"姓名", "存折号"}});
  EXPECT_THAT(Refuse(csv),
              ::testing::UnorderedElementsAre("1 存折号 COLUMN_UNKNOWN", "1 姓名 COLUMN_MISSING"));
}

TEST_F(ImportRefusal, AnEmptyFileAndOneWithoutRows) {
  EXPECT_THAT(Refuse(""), ElementsAre("0  FILE_EMPTY"));
  EXPECT_THAT(Refuse(Csv({}), "bad2"), ElementsAre("0  FILE_EMPTY"));
}

TEST_F(ImportRefusal, ALineOfTenMegabytes) {
  std::string csv = Csv(Singles(2));
  csv.insert(csv.rfind("王国强"), std::string(10 << 20, 'x'));
  EXPECT_THAT(Refuse(csv), ElementsAre("3  ROW_TOO_LONG"));
}

TEST_F(ImportRefusal, AMillionErrorsAreCountedAndTenThousandKept) {
  std::string csv = Csv({});
  for (int i = 0; i < 1'000'000; ++i) csv += "x\n";
  cv1::Job job = service_.SendAndAwait({.csv = csv, .request_id = "bad"});
  EXPECT_EQ(job.state(), cv1::JOB_STATE_FAILED);
  EXPECT_EQ(job.error_reason(), "IMPORT_HAS_ERRORS");
  EXPECT_EQ(job.error_count(), 1'000'000);
  std::vector<std::string> errors = service_.ErrorsOf(officer_, job);
  ASSERT_THAT(errors, SizeIs(10'000));
  EXPECT_EQ(errors.front(), "2  ROW_FIELD_COUNT");
  EXPECT_EQ(errors.back(), "10001  ROW_FIELD_COUNT");
}

TEST_F(ImportRefusal, TheSameIdTwiceInTheFile) {
  std::vector<Fields> rows = Singles(3);
  rows[2]["证件号码"] = rows[0]["证件号码"];
  EXPECT_THAT(Refuse(Csv(rows)), ElementsAre("4 证件号码 CITIZEN_ID_DUPLICATE"));
}

TEST_F(ImportRefusal, WhatTheRegisterHasAlready) {
  service_.SendAndAwait({.csv = Csv(Singles(3)), .request_id = "good"});
  EXPECT_THAT(Refuse(Csv(Singles(2, 3))),
              ElementsAre("2 证件号码 CITIZEN_ID_TAKEN", "2 户编号 HOUSEHOLD_NO_TAKEN"));
}

TEST_F(ImportRefusal, APersonOfAnotherCountyWithoutSayingWhose) {
  std::vector<Fields> rows = Singles(1);
  service_.SendAndAwait({.csv = Csv(rows), .request_id = "good"});
  rows[0]["行政区划代码"] = kNeighbourVillage;
  Client neighbour = service_.Register("county_officer", kNeighbour);
  auto job =
      service_.Send(neighbour, {.csv = Csv(rows), .request_id = "bad", .region = kNeighbour});
  ASSERT_TRUE(job.ok()) << job.status();
  cv1::Job ended = service_.Await(neighbour, *job);
  EXPECT_EQ(ended.error_reason(), "IMPORT_HAS_ERRORS");
  // The number of a household is unique in its county only.
  EXPECT_THAT(service_.ErrorsOf(neighbour, ended), ElementsAre("2 证件号码 CITIZEN_ID_TAKEN"));
  cv1::ListJobErrorsRequest request;
  request.set_name(ended.name());
  auto errors = neighbour.Call<cv1::ListJobErrorsResponse>("ListJobErrors", request);
  EXPECT_THAT(errors->ShortDebugString(), Not(HasSubstr("230221")));
  EXPECT_THAT(service_.ListAll(neighbour), IsEmpty());
}

TEST_F(ImportRefusal, RegionsThatAreUnknownClosedOutsideOrNoVillage) {
  std::vector<Fields> rows = Singles(4);
  rows[0]["行政区划代码"] = "230221101299";
  rows[1]["行政区划代码"] = kClosedVillage;
  rows[2]["行政区划代码"] = kNeighbourVillage;
  rows[3]["行政区划代码"] = kTownship;
  EXPECT_THAT(
      Refuse(Csv(rows)),
      ElementsAre("2 行政区划代码 REGION_UNKNOWN", "3 行政区划代码 REGION_NOT_VALID",
                  "4 行政区划代码 REGION_OUTSIDE_IMPORT", "5 行政区划代码 REGION_NOT_VILLAGE"));
}

TEST_F(ImportRefusal, ABirthDateAgainstTheId) {
  EXPECT_THAT(RefuseRow({{"出生日期", "1970-01-02"}}),
              ElementsAre("3 出生日期 BIRTH_DATE_MISMATCH"));
}

TEST_F(ImportRefusal, NegativeAndAbsurdIncomes) {
  EXPECT_THAT(RefuseRow({{"工资性收入", "-0.01"}, {"财产性收入", "99999999"}}),
              ElementsAre("3 工资性收入 INCOME_NEGATIVE", "3 财产性收入 INCOME_ABSURD"));
}

TEST_F(ImportRefusal, HouseholdsWithoutHeadOrWithAnotherCount) {
  EXPECT_THAT(RefuseRow({{"与户主关系", "02"}, {"人数", "2"}}),
              ElementsAre("3 与户主关系 HEAD_MISSING", "3 人数 MEMBER_COUNT_MISMATCH"));
}

TEST_F(ImportRefusal, AnExitBeforeTheIdentification) {
  EXPECT_THAT(RefuseRow({{"户状态", "已脱贫"}, {"脱贫日期", "2014-01-01"}}),
              ElementsAre("3 脱贫日期 EXIT_BEFORE_IDENTIFICATION"));
}

TEST_F(ImportRefusal, ValidationReportsWithoutFailing) {
  std::vector<Fields> rows = Singles(2);
  rows[1]["劳动技能"] = "?";
  cv1::Job job = service_.SendAndAwait(
      {.csv = Csv(rows), .request_id = "v", .mode = idv1::IMPORT_MODE_VALIDATE});
  EXPECT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED);
  EXPECT_THAT(service_.ErrorsOf(officer_, job), ElementsAre("3 劳动技能 CODE_UNKNOWN"));
  EXPECT_EQ(service_.CountRows("household"), 0);
}

TEST_F(ImportRefusal, UploadsWithoutTheirHead) {
  const std::string csv = Csv(Singles(1));
  EXPECT_THAT(service_.Send(officer_, {.csv = csv, .request_id = ""}),
              Refused(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REQUIRED"));
  EXPECT_THAT(service_.Send(officer_, {.csv = csv, .request_id = "a", .region = "2302"}),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(service_.Send(officer_,
                            {.csv = csv, .request_id = "a", .mode = idv1::IMPORT_MODE_UNSPECIFIED}),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  auto empty = officer_.ClientStream("ImportHouseholds");
  cv1::Job job;
  EXPECT_THAT(empty->Finish(job), Refused(absl::StatusCode::kInvalidArgument, "UPLOAD_EMPTY"));
  EXPECT_EQ(service_.CountRows("job"), 0);
}

TEST_F(ImportRefusal, RegionsOutsideTheCallersScopeAndRolesThatMayNot) {
  const std::string csv = Csv(Singles(1));
  for (const char* region : {kNeighbour, kProvince}) {
    EXPECT_THAT(service_.Send(officer_, {.csv = csv, .request_id = "a", .region = region}),
                Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  }
  for (const char* role : {"viewer", "village_clerk", "finance_maker", "service"}) {
    EXPECT_EQ(
        service_.Send(service_.Register(role), {.csv = csv, .request_id = "a"}).status().code(),
        absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(service_.CountRows("job"), 0);
}

}  // namespace
}  // namespace jz::testing
