// What an import brings into the register, and what it never does twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

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
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A couple that has exited, a registered single, and a candidate in another village.
std::vector<Fields> ThreeHouseholds() {
  const Fields couple = {{"户编号", "H1"},         {"人数", "2"},
                         {"户状态", "已脱贫"},     {"脱贫日期", "2016-11-30"},
                         {"工资性收入", "100.01"}, {"生产经营性收入", ""},
                         {"转移性收入", ""},       {"生产经营性支出", ""}};
  Fields head = RowWith(couple);
  head["人编号"] = "P1";
  Fields wife = RowWith(couple);
  for (const auto& [column, text] : Fields{{"人编号", "P2"},
                                           {"姓名", "李桂英"},
                                           {"证件号码", IdOf(19720505, 2)},
                                           {"与户主关系", "02"},
                                           {"性别", ""},
                                           {"出生日期", ""},
                                           {"劳动技能", "04"}}) {
    wife[column] = text;
  }
  Fields single = RowWith(
      {{"户编号", "H2"}, {"人编号", "P3"}, {"证件号码", IdOf(19800303, 3)}, {"出生日期", ""}});
  Fields candidate = RowWith({{"户编号", "H3"},
                              {"人编号", "P4"},
                              {"证件号码", IdOf(19810303, 5)},
                              {"出生日期", ""},
                              {"户状态", "候选"},
                              {"识别日期", ""},
                              {"行政区划代码", kOtherVillage},
                              {"联系电话", ""}});
  return {head, single, wife, candidate};  // the couple's rows are no neighbours
}

class Import : public ::testing::Test {
 protected:
  RegisterService service_;
  Client officer_ = service_.Register();
};

TEST_F(Import, BringsHouseholdsThatAreListedReadFoundAndStreamed) {
  cv1::Job job = service_.SendAndAwait({.csv = Csv(ThreeHouseholds()), .request_id = "a"});
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  EXPECT_EQ(job.error_count(), 0);
  EXPECT_EQ(ResultOf(job).row_count(), 4);
  EXPECT_EQ(ResultOf(job).imported_household_count(), 3);
  EXPECT_EQ(ResultOf(job).imported_person_count(), 4);

  std::vector<idv1::Household> list = service_.ListAll(officer_);
  ASSERT_THAT(list, SizeIs(3));
  EXPECT_EQ(list[2].region_code(), kOtherVillage);
  EXPECT_EQ(list[2].state(), idv1::HOUSEHOLD_STATE_CANDIDATE);
  EXPECT_EQ(list[2].phone(), "");
  const idv1::Household& exited =
      list[0].state() == idv1::HOUSEHOLD_STATE_EXITED ? list[0] : list[1];
  EXPECT_EQ(exited.national_no(), "H1");
  EXPECT_EQ(exited.head_name(), "王**");
  EXPECT_EQ(exited.phone(), "138****5678");
  EXPECT_EQ(exited.state_since(), "2016-11-30");
  EXPECT_THAT(exited.members(), IsEmpty());

  idv1::GetHouseholdRequest get;
  get.set_name(exited.name());
  auto household = officer_.Call<idv1::Household>("GetHousehold", get);
  ASSERT_TRUE(household.ok()) << household.status();
  EXPECT_EQ(household->head_name(), "王国强");
  EXPECT_EQ(household->able_to_work_count(), 1);
  EXPECT_EQ(household->net_income_per_head_fen(), 5000) << "100.01 yuan for two, rounded down";
  EXPECT_EQ(household->latest_income().wage_fen(), 10'001);
  EXPECT_EQ(household->latest_income().reason(), "IMPORTED");
  EXPECT_EQ(household->etag(), "v2");
  EXPECT_EQ(household->import_job(), job.name());
  ASSERT_THAT(household->members(), SizeIs(2));
  EXPECT_EQ(household->head(), household->members(0).name());
  EXPECT_EQ(household->members(1).display_name(), "李桂英");
  std::string masked = IdOf(19720505, 2).replace(6, 8, "********");
  EXPECT_EQ(household->members(1).citizen_id(), masked);

  idv1::SearchPersonsRequest search;
  search.set_citizen_id(IdOf(19720505, 2) + "42");  // by her disability card
  auto found = officer_.Call<idv1::SearchPersonsResponse>("SearchPersons", search);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_THAT(found->matches(), SizeIs(1));
  EXPECT_EQ(found->matches(0).household(), household->name());
  EXPECT_EQ(found->matches(0).person().citizen_id(), masked);
}

TEST_F(Import, PublishesEachStepOfAHouseholdsPast) {
  service_.SendAndAwait({.csv = Csv(ThreeHouseholds()), .request_id = "a"});
  std::vector<std::string> shown;
  for (const cv1::Change& change : service_.Changes(service_.Register("service", kCounty))) {
    idv1::HouseholdChanged payload;
    ASSERT_TRUE(change.payload().UnpackTo(&payload));
    EXPECT_EQ(payload.ShortDebugString().find(IdOf(19700101, 1)), std::string::npos);
    EXPECT_EQ(payload.household().members_size() > 0, true);
    shown.push_back(absl::StrCat(change.version(), " ",
                                 idv1::HouseholdState_Name(payload.household().state()).substr(16),
                                 " ", payload.adjustment().effective_date()));
  }
  EXPECT_THAT(shown,
              ::testing::UnorderedElementsAre("1 REGISTERED 2014-06-30", "2 EXITED 2016-11-30",
                                              "1 REGISTERED 2014-06-30", "1 CANDIDATE "));
  EXPECT_EQ(service_.CountRows("adjustment"), 3);
  EXPECT_EQ(service_.CountRows("household_version"), 4);
}

TEST_F(Import, SealsWhatIsPersonal) {
  service_.SendAndAwait({.csv = Csv(ThreeHouseholds()), .request_id = "a"});
  EXPECT_EQ(service_.CountRows("person WHERE citizen_id_sealed LIKE '%1970%' OR "
                               "citizen_id_hash LIKE '%1970%'"),
            0);
  EXPECT_EQ(service_.CountRows("household WHERE phone_sealed LIKE '%1381234%'"), 0);
  EXPECT_EQ(service_.CountRows("household_version WHERE snapshot LIKE '%1381234%' OR snapshot "
                               "LIKE '%22119700101%'"),
            0);
}

TEST_F(Import, ValidateWritesNothingButTheReport) {
  cv1::Job job = service_.SendAndAwait(
      {.csv = Csv(ThreeHouseholds()), .request_id = "a", .mode = idv1::IMPORT_MODE_VALIDATE});
  EXPECT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(ResultOf(job).household_count(), 3);
  EXPECT_EQ(ResultOf(job).imported_household_count(), 0);
  EXPECT_EQ(service_.CountRows("household"), 0);
  EXPECT_EQ(service_.CountRows("person"), 0);
  EXPECT_EQ(service_.CountRows("outbox"), 0);
  // The same file goes in afterwards.
  EXPECT_EQ(service_.SendAndAwait({.csv = Csv(ThreeHouseholds()), .request_id = "b"}).state(),
            cv1::JOB_STATE_SUCCEEDED);
}

TEST_F(Import, ManyBatchesBringEveryHouseholdOnce) {
  cv1::Job job =
      service_.SendAndAwait({.csv = Csv(Singles(1700)), .request_id = "a", .piece = 3000});
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  EXPECT_EQ(ResultOf(job).imported_household_count(), 1700);
  EXPECT_EQ(job.total_count(), 1700);
  EXPECT_EQ(job.done_count(), 1700);
  std::set<std::string> numbers;
  for (const idv1::Household& household : service_.ListAll(officer_)) {
    numbers.insert(household.national_no());
  }
  EXPECT_THAT(numbers, SizeIs(1700));
  EXPECT_THAT(service_.Changes(service_.Register("service", kCounty)), SizeIs(1700));
}

TEST_F(Import, TakesWhatSpreadsheetsWrite) {
  // Byte order mark, CRLF, blank lines, everything in quotes.
  std::string csv = absl::StrReplaceAll(Csv(Singles(3)), {{"\n", "\r\n"}});
  cv1::Job marked =
      service_.SendAndAwait({.csv = "\xEF\xBB\xBF" + csv + "\r\n\r\n", .request_id = "a"});
  EXPECT_EQ(ResultOf(marked).imported_household_count(), 3);
  cv1::Job blank = service_.SendAndAwait({.csv = "\n\n" + Csv(Singles(3, 4)), .request_id = "b"});
  EXPECT_EQ(ResultOf(blank).imported_household_count(), 3);
  // Numbers that differ in case only are different numbers.
  std::vector<Fields> rows = Singles(2, 7);
  rows[0]["户编号"] = "abc";
  rows[1]["户编号"] = "ABC";
  cv1::Job cases = service_.SendAndAwait({.csv = Csv(rows), .request_id = "c"});
  EXPECT_EQ(ResultOf(cases).imported_household_count(), 2);
}

TEST_F(Import, OneRequestIdIsOneImportForThirtyTwoSenders) {
  const Upload upload{.csv = Csv(Singles(20)), .request_id = "same"};
  std::vector<std::thread> threads;
  std::vector<std::string> names(32);
  for (std::string& name : names) {
    threads.emplace_back([&] {
      auto job = service_.Send(officer_, upload);
      name = job.ok() ? job->name() : job.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::string>(names.begin(), names.end()), SizeIs(1)) << names[0];
  cv1::Job job;
  job.set_name(names[0]);
  EXPECT_EQ(service_.Await(officer_, job).state(), cv1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(service_.CountRows("household"), 20);
  EXPECT_EQ(service_.CountRows("job"), 1);
}

TEST_F(Import, ARequestIdIsGoodForOneFileOnly) {
  ASSERT_TRUE(service_.Send(officer_, {.csv = Csv(Singles(1)), .request_id = "a"}).ok());
  EXPECT_THAT(service_.Send(officer_, {.csv = Csv(Singles(2)), .request_id = "a"}),
              Refused(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(Import, TheSameFileTwiceAtOnceDoublesNothing) {
  const std::string csv = Csv(Singles(1500));
  std::vector<cv1::Job> jobs(2);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < jobs.size(); ++i) {
    threads.emplace_back([&, i] {
      auto job = service_.Send(officer_, {.csv = csv, .request_id = absl::StrCat("r", i)});
      if (job.ok()) {
        jobs[i] = service_.Await(officer_, *job);
      } else {
        EXPECT_THAT(job, Refused(absl::StatusCode::kAlreadyExists, "IMPORT_UNDER_WAY"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t imported = 0;
  for (const cv1::Job& job : jobs) {
    if (job.name().empty()) continue;  // the other one was under way
    if (job.state() == cv1::JOB_STATE_SUCCEEDED) {
      imported += ResultOf(job).imported_household_count();
      EXPECT_EQ(job.error_count(), ResultOf(job).refused_household_count());
    } else {
      EXPECT_EQ(job.error_reason(), "IMPORT_HAS_ERRORS");
    }
  }
  EXPECT_EQ(imported, 1500);
  EXPECT_EQ(service_.CountRows("household"), 1500);
  EXPECT_EQ(service_.CountRows("person"), 1500);
  EXPECT_THAT(service_.Changes(service_.Register("service", kCounty)), SizeIs(1500));
}

TEST_F(Import, AnUploadThatIsCutLeavesNothing) {
  {
    auto stream = officer_.ClientStream("ImportHouseholds");
    idv1::ImportHouseholdsRequest message;
    message.set_region_code(kCounty);
    message.set_mode(idv1::IMPORT_MODE_COMMIT);
    message.set_request_id("a");
    message.set_data(Csv(Singles(100)).substr(0, 5000));
    ASSERT_TRUE(stream->Write(message));
  }
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (service_.CountRows("job") > 0 && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(service_.CountRows("job"), 0);
  EXPECT_EQ(service_.CountRows("job_input"), 0);
  EXPECT_EQ(service_.SendAndAwait({.csv = Csv(Singles(100)), .request_id = "a"}).state(),
            cv1::JOB_STATE_SUCCEEDED);
}

}  // namespace
}  // namespace jz::testing
