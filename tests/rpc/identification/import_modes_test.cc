// Imports that leave wrong households out, and those that are stopped by too many duplicates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;
using identification::testing::Singles;
using ::testing::UnorderedElementsAre;

class ImportModes : public ::testing::Test {
 protected:
  cv1::Job Import(const std::vector<Fields>& rows, const std::string& request_id,
                  idv1::ImportAtomicity atomicity = idv1::IMPORT_ATOMICITY_PER_ROW,
                  int max_duplicate_percent = 0, idv1::ImportMode mode = idv1::IMPORT_MODE_COMMIT) {
    return service_.SendAndAwait({.csv = Csv(rows),
                                  .request_id = request_id,
                                  .mode = mode,
                                  .atomicity = atomicity,
                                  .max_duplicate_percent = max_duplicate_percent});
  }
  std::vector<std::string> NumbersInRegister() {
    std::vector<std::string> numbers;
    for (const idv1::Household& household : service_.ListAll(officer_)) {
      numbers.push_back(household.national_no());
    }
    return numbers;
  }
  // Row i of `rows` gets a second member, as a row of its own at the end.
  static void AddMember(std::vector<Fields>& rows, size_t i) {
    rows[i]["人数"] = "2";
    Fields second = rows[i];
    second["人编号"] += "b";
    second["证件号码"] = IdOf(19800101, static_cast<int>(i));
    second["与户主关系"] = "02";
    rows.push_back(second);
  }

  RegisterService service_;
  Client officer_ = service_.Register();
};

TEST_F(ImportModes, LeaveOutWholeHouseholdsOfWhichARowIsWrong) {
  std::vector<Fields> rows = Singles(6);
  AddMember(rows, 1);
  AddMember(rows, 2);
  rows[6]["证件号码"] = "1";  // the second member of H2
  rows[3]["住房安全"] = "?";  // H4
  rows[4]["户编号"] = "";     // of no household
  const cv1::Job job = Import(rows, "a");
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  const idv1::ImportHouseholdsResult result = ResultOf(job);
  EXPECT_EQ(result.row_count(), 8);
  EXPECT_EQ(result.imported_household_count(), 3);
  EXPECT_EQ(result.imported_person_count(), 4);
  EXPECT_EQ(result.left_out_row_count(), 4);
  EXPECT_THAT(NumbersInRegister(), UnorderedElementsAre("H1", "H3", "H6"));
  EXPECT_THAT(service_.ErrorsOf(officer_, job),
              UnorderedElementsAre("8 证件号码 CITIZEN_ID_LENGTH", "5 住房安全 CODE_UNKNOWN",
                                   "6 户编号 TEXT_REQUIRED"));
}

TEST_F(ImportModes, CountDuplicatesOfTheFileAndOfTheRegisterApart) {
  ASSERT_EQ(Import(Singles(2), "a").state(), cv1::JOB_STATE_SUCCEEDED);
  std::vector<Fields> rows = Singles(6);
  rows[5]["证件号码"] = rows[4]["证件号码"];
  const cv1::Job job = Import(rows, "b");
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  const idv1::ImportHouseholdsResult result = ResultOf(job);
  EXPECT_EQ(result.duplicates_in_file(), 1);
  EXPECT_EQ(result.duplicates_in_register(), 2);
  EXPECT_EQ(result.imported_household_count(), 3);
  EXPECT_EQ(result.left_out_row_count(), 3);
  EXPECT_THAT(NumbersInRegister(), UnorderedElementsAre("H1", "H2", "H3", "H4", "H5"));
}

TEST_F(ImportModes, StopWhenTooManyRowsAreDuplicates) {
  ASSERT_EQ(Import(Singles(30), "a").state(), cv1::JOB_STATE_SUCCEEDED);
  const cv1::Job stopped = Import(Singles(100), "b", idv1::IMPORT_ATOMICITY_PER_ROW, 29);
  EXPECT_EQ(stopped.state(), cv1::JOB_STATE_FAILED);
  EXPECT_EQ(stopped.error_reason(), "IMPORT_TOO_MANY_DUPLICATES");
  EXPECT_EQ(service_.CountRows("household"), 30);
  const cv1::Job allowed = Import(Singles(100), "c", idv1::IMPORT_ATOMICITY_PER_ROW, 30);
  EXPECT_EQ(allowed.state(), cv1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(service_.CountRows("household"), 100);
}

TEST_F(ImportModes, PerFileImportNothingWithAnError) {
  std::vector<Fields> rows = Singles(3);
  rows[1]["住房安全"] = "?";
  const cv1::Job job = Import(rows, "a", idv1::IMPORT_ATOMICITY_PER_FILE);
  EXPECT_EQ(job.error_reason(), "IMPORT_HAS_ERRORS");
  EXPECT_EQ(service_.CountRows("household"), 0);
}

TEST_F(ImportModes, TellWhatWouldBeLeftOutWhenTheyOnlyValidate) {
  std::vector<Fields> rows = Singles(3);
  rows[1]["住房安全"] = "?";
  const cv1::Job job =
      Import(rows, "a", idv1::IMPORT_ATOMICITY_PER_ROW, 0, idv1::IMPORT_MODE_VALIDATE);
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(ResultOf(job).left_out_row_count(), 1);
  EXPECT_EQ(service_.CountRows("household"), 0);
}

TEST_F(ImportModes, AreRefusedWithAShareThatIsNone) {
  EXPECT_THAT(service_.Send(officer_, {.csv = Csv(Singles(1)),
                                       .request_id = "a",
                                       .atomicity = static_cast<idv1::ImportAtomicity>(9),
                                       .max_duplicate_percent = 101}),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

}  // namespace
}  // namespace jz::testing
