// Departments' lists: what is kept of them, what is refused, what is never there twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/date.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_comparison/comparison_service.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ListUpload : public ::testing::Test {
 protected:
  std::vector<std::string> RefusedCsv(const std::string& csv) {
    auto refused = service_.SendCsv(officer_, service_.Describe(), csv, 1000);
    EXPECT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
    return ViolationsOf(refused);
  }
  void ExpectNothingKept() {
    EXPECT_EQ(service_.registry().CountRows("comparison_list"), 0);
    EXPECT_EQ(service_.registry().CountRows("comparison_list_block"), 0);
  }

  ComparisonService service_;
  Client officer_ = service_.Officer();
};

TEST_F(ListUpload, KeepsHashesAndNeverIdentityNumbers) {
  const std::string csv =
      absl::StrCat("\xEF\xBB\xBF单位,证件号码,月工资\r\n", "一中,", ComparisonService::IdNumber(1),
                   ",\"3,200.50\"\r\n", "二中,", ComparisonService::IdNumber(90), ",\r\n");
  auto list = service_.SendCsv(officer_, service_.Describe(), csv);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->entry_count(), 2);
  EXPECT_EQ(list->state(), idv1::COMPARISON_LIST_STATE_READY);
  EXPECT_EQ(list->attributes_size(), 3);
  EXPECT_EQ(service_.registry().CountRows(absl::StrCat(
                "comparison_list_block WHERE hashes LIKE '%", ComparisonService::IdNumber(1),
                "%' OR attributes LIKE '%", ComparisonService::IdNumber(1), "%'")),
            0);
  EXPECT_EQ(service_.registry().CountRows("comparison_list_block WHERE LENGTH(hashes) = 64"), 1);
  EXPECT_EQ(service_.registry().CountRows("job_input"), 0);

  idv1::GetComparisonListRequest get;
  get.set_name(list->name());
  EXPECT_EQ(officer_.Call<idv1::ComparisonList>("GetComparisonList", get)->authority(), "县财政局");
  EXPECT_THAT(service_.As("county_officer", kNeighbour)
                  .Call<idv1::ComparisonList>("GetComparisonList", get),
              Refused(StatusCode::kNotFound, "COMPARISON_LIST_NOT_FOUND"));
}

TEST_F(ListUpload, TakesEntriesAsMessagesWithTypedAttributes) {
  auto message = service_.Describe();
  auto& entry = *message.add_entries();
  entry.set_citizen_id(ComparisonService::IdNumber(1));
  auto& unit = *entry.add_attributes();
  unit.set_name("unit");
  unit.set_text("一中");
  auto& pay = *entry.add_attributes();
  pay.set_name("monthly_pay");
  pay.set_money_fen(320'050);
  auto list = service_.Send(officer_, {message});
  ASSERT_TRUE(list.ok()) << list.status();
  service_.RunAndAwait({list->name()});
  auto findings = service_.Findings(officer_);
  ASSERT_THAT(findings, SizeIs(1));
  ASSERT_THAT(findings[0].hits(), SizeIs(1));
  EXPECT_EQ(findings[0].hits(0).attributes(0).text(), "一中");
  EXPECT_EQ(findings[0].hits(0).attributes(1).money_fen(), 320'050);

  message.set_request_id("other");
  message.mutable_entries(0)->mutable_attributes(1)->set_text("much");
  message.mutable_entries(0)->mutable_attributes(0)->set_name("colour");
  auto refused = service_.Send(officer_, {message});
  EXPECT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(ViolationsOf(refused), ElementsAre("entries[0].colour ATTRIBUTE_UNKNOWN",
                                                 "entries[0].monthly_pay ATTRIBUTE_TYPE"));
}

TEST_F(ListUpload, RefusesListsWithoutAuthorityPurposeOrTime) {
  idv1::CreateComparisonListRequest bare;
  bare.set_request_id("a");
  auto refused = service_.SendCsv(officer_, bare, "证件号码\n");
  EXPECT_THAT(ViolationsOf(refused),
              ElementsAre("kind COMPARISON_CODE_FORMAT", "region_code REGION_CODE_FORMAT",
                          "authority AUTHORITY_REQUIRED", "purpose PURPOSE_REQUIRED",
                          "data_date DATE_FORMAT", "expires_on DATE_FORMAT"));
  auto expired = service_.Describe();
  expired.set_expires_on(FormatDate(DateInShanghai(absl::Now()) - 1));
  expired.set_data_date(FormatDate(DateInShanghai(absl::Now()) + 1));
  refused = service_.SendCsv(officer_, expired, "证件号码\n");
  EXPECT_THAT(ViolationsOf(refused),
              ElementsAre("data_date DATE_FUTURE", "expires_on LIST_EXPIRED"));
  EXPECT_THAT(service_.SendCsv(officer_, service_.Describe("yachts"), "证件号码\n"),
              Refused(StatusCode::kNotFound, "COMPARISON_KIND_NOT_FOUND"));
  EXPECT_THAT(service_.SendCsv(officer_, service_.Describe("payroll", kNeighbour), "证件号码\n"),
              Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  EXPECT_THAT(service_.SendCsv(officer_, service_.Describe(), "证件号码\n"),
              Refused(StatusCode::kInvalidArgument, "UPLOAD_EMPTY"));
  EXPECT_THAT(service_.Send(officer_, {}), Refused(StatusCode::kInvalidArgument, "UPLOAD_EMPTY"));
  ExpectNothingKept();
}

TEST_F(ListUpload, NamesEveryWrongFieldAndKeepsNothing) {
  const std::string id = ComparisonService::IdNumber(1);
  EXPECT_THAT(RefusedCsv(absl::StrCat("证件号码,月工资,单位\n", id, ",viel,x\n123,1,x\n", id,
                                      ",1\n", id, ",1.234,\x02\n")),
              ElementsAre("rows[2].monthly_pay ATTRIBUTE_TYPE",
                          "rows[3].citizen_id CITIZEN_ID_LENGTH", "rows[4] ROW_FIELD_COUNT",
                          "rows[5].monthly_pay ATTRIBUTE_TYPE", "rows[5].unit ATTRIBUTE_TYPE"));
  EXPECT_THAT(RefusedCsv("姓名,单位,unit\n"),
              ElementsAre("rows[1].姓名 ATTRIBUTE_UNKNOWN", "rows[1].unit ATTRIBUTE_TWICE",
                          "rows[1].citizen_id COLUMN_MISSING"));
  EXPECT_THAT(RefusedCsv("证件号码\n\xff\n"), ElementsAre("rows[2] ROW_ENCODING"));
  std::string many = "证件号码\n";
  for (int i = 0; i < 5000; ++i) many += "x\n";
  // As many as fit into an error.
  EXPECT_THAT(RefusedCsv(many), SizeIs(::testing::AllOf(::testing::Ge(20), ::testing::Le(100))));
  auto both = service_.Describe();
  both.set_data("证件号码\n");
  both.add_entries()->set_citizen_id(id);
  EXPECT_THAT(ViolationsOf(service_.Send(officer_, {both})), ElementsAre("data LIST_FORM"));
  ExpectNothingKept();
}

TEST_F(ListUpload, LeavesInvalidNumbersOutWhenAskedTo) {
  auto description = service_.Describe();
  description.set_skip_invalid_ids(true);
  auto list = service_.SendCsv(
      officer_, description,
      absl::StrCat("citizen_id\n", ComparisonService::IdNumber(1), "\n123\n456\n"));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->entry_count(), 1);
  EXPECT_EQ(list->skipped_count(), 2);
}

TEST_F(ListUpload, TheSameListSentThirtyTwoTimesAtOnceIsOne) {
  std::string csv = "证件号码\n";
  for (int i = 1; i < 400; ++i) absl::StrAppend(&csv, ComparisonService::IdNumber(i), "\n");
  const auto description = service_.Describe();
  std::vector<std::string> names(32);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < names.size(); ++i) {
    threads.emplace_back([&, i] {
      auto own = description;
      if (i % 2 == 0) own.set_request_id(absl::StrCat("own-", i));  // the others share one
      auto list = service_.SendCsv(officer_, own, csv, 1000 + i);
      // More at once than there are database connections: who is turned away comes again.
      for (int tries = 0; tries < 20 && absl::IsResourceExhausted(list.status()); ++tries) {
        list = service_.SendCsv(officer_, own, csv, 1000 + i);
      }
      names[i] = list.ok() ? list->name() : list.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::string>(names.begin(), names.end()), SizeIs(1)) << names[0];
  EXPECT_EQ(service_.registry().CountRows("comparison_list"), 1);
  EXPECT_EQ(service_.registry().CountRows("comparison_list_block"), 1);
  auto other = service_.SendCsv(officer_, description, csv + ComparisonService::IdNumber(500));
  EXPECT_THAT(other, Refused(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(ListUpload, AnUploadThatIsCutLeavesNothing) {
  {
    auto stream = officer_.ClientStream("CreateComparisonList");
    auto message = service_.Describe();
    message.set_data(absl::StrCat("证件号码\n", ComparisonService::IdNumber(1), "\n"));
    ASSERT_TRUE(stream->Write(message));
  }
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (service_.registry().CountRows("comparison_list") > 0 && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  ExpectNothingKept();
}

TEST_F(ListUpload, AnEndedListIsNotComparedAndItsContentIsGone) {
  const std::string list = service_.MakeList({1, 2});
  idv1::ExpireComparisonListRequest expire;
  expire.set_name(list);
  expire.set_request_id("e");
  EXPECT_THAT(service_.As("county_officer", kNeighbour)
                  .Call<idv1::ComparisonList>("ExpireComparisonList", expire),
              Refused(StatusCode::kNotFound, "COMPARISON_LIST_NOT_FOUND"));
  auto ended = officer_.Call<idv1::ComparisonList>("ExpireComparisonList", expire);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), idv1::COMPARISON_LIST_STATE_EXPIRED);
  EXPECT_EQ(service_.registry().CountRows("comparison_list_block"), 0);
  EXPECT_THAT(service_.Run(officer_, {list}),
              Refused(StatusCode::kFailedPrecondition, "COMPARISON_LIST_EXPIRED"));
  idv1::ListComparisonListsRequest lists;
  EXPECT_THAT(
      officer_.Call<idv1::ListComparisonListsResponse>("ListComparisonLists", lists)->lists(),
      IsEmpty());
  lists.set_include_expired(true);
  EXPECT_THAT(
      officer_.Call<idv1::ListComparisonListsResponse>("ListComparisonLists", lists)->lists(),
      SizeIs(1));
  EXPECT_NE(service_.MakeList({1, 2}), list) << "it may come again";
}

TEST_F(ListUpload, KindsAreDataThatARegionMayDefine) {
  idv1::PutComparisonKindsRequest put;
  auto& kind = *put.add_kinds();
  kind.set_code("boats");
  kind.set_region_code(kCounty);
  kind.set_valid_from("2017-01-01");
  kind.set_label_zh("船舶");
  kind.set_label_en("Boats");
  kind.set_severity(idv1::COMPARISON_SEVERITY_MUST_EXPLAIN);
  kind.set_due_days(10);
  auto& length = *kind.add_attributes();
  length.set_name("length");
  length.set_type(idv1::COMPARISON_ATTRIBUTE_TYPE_NUMBER);
  length.set_label_zh("长度");
  length.set_label_en("Length");
  put.set_request_id("k");
  ASSERT_TRUE(officer_.Call<idv1::PutComparisonKindsResponse>("PutComparisonKinds", put).ok());
  EXPECT_THAT(
      service_.SendCsv(officer_, service_.Describe("boats"),
                       absl::StrCat("证件号码,长度\n", ComparisonService::IdNumber(1), ",4.50\n")),
      ::testing::ResultOf([](const auto& list) { return list.ok(); }, true));
  EXPECT_THAT(service_.SendCsv(service_.As("county_officer", kNeighbour),
                               service_.Describe("boats", kNeighbour), "证件号码\n"),
              Refused(StatusCode::kNotFound, "COMPARISON_KIND_NOT_FOUND"));

  put.set_request_id("k2");
  put.mutable_kinds(0)->set_region_code("000000000000");
  EXPECT_THAT(officer_.Call<idv1::PutComparisonKindsResponse>("PutComparisonKinds", put),
              Refused(StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  put.mutable_kinds(0)->set_region_code(kCounty);
  put.mutable_kinds(0)->set_valid_to("2016-12-31");
  put.mutable_kinds(0)->set_due_days(0);
  put.mutable_kinds(0)->clear_severity();
  put.mutable_kinds(0)->mutable_attributes(0)->set_label_zh("a|b");
  *put.mutable_kinds(0)->add_attributes() = put.kinds(0).attributes(0);
  EXPECT_THAT(
      ViolationsOf(officer_.Call<idv1::PutComparisonKindsResponse>("PutComparisonKinds", put)),
      ::testing::IsSupersetOf(
          {"kinds[0].valid_to VALIDITY_ORDER", "kinds[0].severity ENUM_REQUIRED",
           "kinds[0].due_days DUE_DAYS_RANGE", "kinds[0].attributes[0].label_zh TEXT_FORMAT",
           "kinds[0].attributes[1] DUPLICATE"}));
}

}  // namespace
}  // namespace jz::testing
