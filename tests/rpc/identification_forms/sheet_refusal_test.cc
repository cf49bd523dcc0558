// What is refused of the national sheets, and what that leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_forms/sheet_upload.h"

namespace jz::testing {
namespace {

using identification::testing::IdOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class SheetRefusals : public ::testing::Test {
 protected:
  cv1::Job Import(const SheetUpload& upload) {
    auto job = SendSheet(officer_, upload);
    EXPECT_TRUE(job.ok()) << job.status();
    return service_.Await(officer_, *job);
  }
  std::vector<std::string> ErrorsOf(const std::vector<Cells>& rows) {
    const cv1::Job job = Import({.file = SheetOf(rows), .request_id = absl::StrCat(++requests_)});
    EXPECT_EQ(job.state(), cv1::JOB_STATE_FAILED);
    EXPECT_EQ(job.error_reason(), "IMPORT_HAS_ERRORS");
    return service_.ErrorsOf(officer_, job);
  }

  RegisterService service_;
  Client officer_ = service_.Register();
  int requests_ = 0;
};

TEST_F(SheetRefusals, NameRowAndColumnOfEveryError) {
  std::vector<Cells> rows = MonitoredCouple();
  rows[0]["证件号码"] = "230221197001010018";
  rows[0]["是否危房户"] = "可能";
  rows[1]["村"] = "没有村";
  EXPECT_THAT(ErrorsOf(rows),
              UnorderedElementsAre("4 是否危房户 YES_NO_FORMAT",
                                   "4 证件号码 CITIZEN_ID_CHECK_DIGIT", "5 村 REGION_UNKNOWN"));
  EXPECT_THAT(service_.ListAll(officer_), IsEmpty());
}

TEST_F(SheetRefusals, TellWhatTheHeaderLacks) {
  const cv1::Job job = Import({.file = "标题\n姓名,户类型\n王国强,脱贫户\n", .request_id = "a"});
  EXPECT_EQ(job.error_reason(), "IMPORT_HAS_ERRORS");
  EXPECT_THAT(service_.ErrorsOf(officer_, job),
              ElementsAre("2 证件号码 COLUMN_MISSING", "2 户编号 COLUMN_MISSING"));
}

TEST_F(SheetRefusals, HouseholdsNeedOneHead) {
  std::vector<Cells> rows = MonitoredCouple();
  rows[1]["与户主关系"] = "户主";
  EXPECT_THAT(ErrorsOf(rows), ElementsAre("4 户编号 HEAD_TWICE"));
  rows = MonitoredCouple();
  rows[0]["与户主关系"] = "其他";
  EXPECT_THAT(ErrorsOf(rows), ElementsAre("4 户编号 HEAD_MISSING"));
}

TEST_F(SheetRefusals, APersonIsInOneHouseholdOnly) {
  ASSERT_EQ(Import({.file = SheetOf(MonitoredCouple()), .request_id = "a"}).state(),
            cv1::JOB_STATE_SUCCEEDED);
  std::vector<Cells> rows = MonitoredCouple("H2", 11);
  rows[1]["证件号码"] = IdOf(19720505, 2);
  EXPECT_THAT(ErrorsOf(rows), ElementsAre("5 证件号码 PERSON_IN_OTHER_HOUSEHOLD"));
  rows = MonitoredCouple("H2", 11);
  rows[1]["证件号码"] = rows[0]["证件号码"];
  rows[1]["性别"] = "";
  EXPECT_THAT(ErrorsOf(rows), ElementsAre("5 证件号码 CITIZEN_ID_DUPLICATE"));
  EXPECT_THAT(service_.ListAll(officer_), SizeIs(1));
}

TEST_F(SheetRefusals, LeaveOutWholeHouseholdsPerRow) {
  std::vector<Cells> rows = MonitoredCouple("H1", 1);
  rows[1]["劳动技能"] = "力气";
  for (const Cells& row : MonitoredCouple("H2", 11)) rows.push_back(row);
  const cv1::Job job = Import(
      {.file = SheetOf(rows), .request_id = "a", .atomicity = idv1::IMPORT_ATOMICITY_PER_ROW});
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  EXPECT_EQ(SheetResultOf(job).created_household_count(), 1);
  EXPECT_EQ(SheetResultOf(job).refused_row_count(), 2);
  EXPECT_EQ(job.error_count(), 1);
  ASSERT_THAT(service_.ListAll(officer_), SizeIs(1));
  EXPECT_EQ(service_.ListAll(officer_)[0].national_no(), "H2");
}

// In a province the county of a row is known by its village only.
TEST_F(SheetRefusals, LeaveOutWholeHouseholdsWhereAPlaceIsUnknown) {
  std::vector<Cells> rows = MonitoredCouple("H1", 1);
  Cells son = rows[1];
  son["证件号码"] = IdOf(20100101, 3);
  son["与户主关系"] = "之子";
  son["性别"] = "";
  rows.push_back(son);
  rows[1]["村"] = "没有村";
  const Client province = service_.Register("county_officer", kProvince);
  auto sent = SendSheet(province, {.file = SheetOf(rows),
                                   .request_id = "a",
                                   .atomicity = idv1::IMPORT_ATOMICITY_PER_ROW,
                                   .region = kProvince});
  ASSERT_TRUE(sent.ok()) << sent.status();
  const cv1::Job job = service_.Await(province, *sent);
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  EXPECT_THAT(service_.ErrorsOf(province, job), ElementsAre("5 村 REGION_UNKNOWN"));
  EXPECT_EQ(SheetResultOf(job).refused_row_count(), 3);
  EXPECT_THAT(service_.ListAll(province), IsEmpty());
}

TEST_F(SheetRefusals, StopWhenTooManyRowsAreDuplicates) {
  std::vector<Cells> rows;
  for (int i = 0; i < 60; ++i) {
    for (const Cells& row : MonitoredCouple(absl::StrCat("H", i), 1 + 2 * (i % 50))) {
      rows.push_back(row);
    }
  }
  const cv1::Job job = Import({.file = SheetOf(rows),
                               .request_id = "a",
                               .atomicity = idv1::IMPORT_ATOMICITY_PER_ROW,
                               .max_duplicate_percent = 10});
  EXPECT_EQ(job.state(), cv1::JOB_STATE_FAILED);
  EXPECT_EQ(job.error_reason(), "IMPORT_TOO_MANY_DUPLICATES");
  EXPECT_THAT(service_.ListAll(officer_), IsEmpty());
}

TEST_F(SheetRefusals, WorkOfStrangersIsNotTaken) {
  const cv1::Job job =
      Import({.kind = idv1::SHEET_KIND_MIGRANT_WORK,
              .file = SheetOf({{{"证件号码", IdOf(19700101, 1)}, {"是否已务工", "是"}}}),
              .request_id = "a"});
  EXPECT_THAT(service_.ErrorsOf(officer_, job), ElementsAre("4 证件号码 PERSON_UNKNOWN"));
}

TEST_F(SheetRefusals, ReachNoOtherRegion) {
  ASSERT_EQ(Import({.file = SheetOf(MonitoredCouple()), .request_id = "a"}).state(),
            cv1::JOB_STATE_SUCCEEDED);
  const Client neighbour = service_.Register("county_officer", kNeighbour);
  SheetUpload upload{.kind = idv1::SHEET_KIND_MIGRANT_WORK,
                     .file = SheetOf({{{"证件号码", IdOf(19700101, 1)}, {"是否已务工", "是"}}}),
                     .request_id = "b"};
  EXPECT_THAT(SendSheet(neighbour, upload),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  upload.region = kNeighbour;
  auto job = SendSheet(neighbour, upload);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_THAT(service_.ErrorsOf(neighbour, service_.Await(neighbour, *job)),
              ElementsAre("4 证件号码 PERSON_UNKNOWN"));
}

TEST_F(SheetRefusals, NameWhatIsWrongWithTheRequest) {
  SheetUpload upload{.kind = idv1::SHEET_KIND_UNSPECIFIED,
                     .file = "x",
                     .request_id = "a",
                     .max_duplicate_percent = 101};
  EXPECT_THAT(SendSheet(officer_, upload),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  upload = {.file = "x", .request_id = "a", .mapping = "importMappings/none"};
  EXPECT_THAT(SendSheet(officer_, upload),
              Refused(absl::StatusCode::kNotFound, "IMPORT_MAPPING_NOT_FOUND"));
}

}  // namespace
}  // namespace jz::testing
