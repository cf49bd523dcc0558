// Code lists over the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jingzhun/identification/v1/code_list.pb.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::RowWith;
using ::testing::SizeIs;

class CodeLists : public ::testing::Test {
 protected:
  Client Codes(const std::string& role, const std::string& region) const {
    return Client(service_.port(), "jingzhun.identification.v1.CodeListService",
                  service_.Token(role, region));
  }
  std::vector<idv1::CodeListEntry> List(const std::string& list, const std::string& region = "",
                                        const std::string& as_of = "") {
    idv1::ListCodesRequest request;
    request.set_list(list);
    request.set_region_code(region);
    request.set_as_of(as_of);
    auto response = Codes("viewer", kCounty).Call<idv1::ListCodesResponse>("ListCodes", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->codes().begin(), response->codes().end()};
  }
  static idv1::PutCodesRequest Request(int code, const std::string& key, const std::string& zh,
                                       const std::string& from, const std::string& region) {
    idv1::PutCodesRequest request;
    idv1::CodeListEntry& entry = *request.add_codes();
    entry.set_list("housing");
    entry.set_code(code);
    entry.set_key(key);
    entry.set_zh(zh);
    entry.set_en(key);
    entry.set_valid_from(from);
    entry.set_region_code(region);
    request.set_request_id(key + from);
    return request;
  }
  absl::StatusOr<idv1::PutCodesResponse> Put(const idv1::PutCodesRequest& request,
                                             const std::string& region = kProvince) {
    return Codes("administrator", region).Call<idv1::PutCodesResponse>("PutCodes", request);
  }

  RegisterService service_;
};

TEST_F(CodeLists, HoldWhatComesWithTheSuite) {
  EXPECT_THAT(List("ethnicity"), SizeIs(58));
  const std::vector<idv1::CodeListEntry> labour = List("labour", kCounty);
  ASSERT_THAT(labour, SizeIs(5));
  EXPECT_EQ(labour[3].written(), "04");
  EXPECT_EQ(labour[3].key(), "no_labour");
  EXPECT_EQ(labour[3].zh(), "无劳动力");
  EXPECT_EQ(labour[3].en(), "no labour");
  EXPECT_EQ(labour[3].aliases(0), "无劳动能力");
  EXPECT_GT(List("").size(), 400u);
  EXPECT_THAT(List("labour", "", "1999-01-01"), SizeIs(0));
}

TEST_F(CodeLists, TakeCodesOfARegionFromADayOn) {
  ASSERT_TRUE(Put(Request(4, "grade_b", "危房B级", "2017-07-01", kCounty)).ok());
  EXPECT_THAT(List("housing", kCounty, "2017-06-30"), SizeIs(3));
  ASSERT_THAT(List("housing", kCounty, "2017-07-01"), SizeIs(4));
  EXPECT_EQ(List("housing", kCounty, "2017-07-01")[3].zh(), "危房B级");
  EXPECT_THAT(List("housing", "", "2017-07-01"), SizeIs(3));
}

TEST_F(CodeLists, AreWhatImportsOfTheRegionRead) {
  const std::string csv = Csv({RowWith({{"住房安全", "危房B级"}})});
  EXPECT_EQ(service_.SendAndAwait({.csv = csv, .request_id = "a"}).state(), cv1::JOB_STATE_FAILED);
  ASSERT_TRUE(Put(Request(4, "grade_b", "危房B级", "2014-01-01", kCounty)).ok());
  EXPECT_EQ(service_.SendAndAwait({.csv = csv, .request_id = "b"}).state(),
            cv1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(service_.ListAll(service_.Register()).at(0).housing(), "04");
}

TEST_F(CodeLists, AnsweredTwiceIsEnteredOnce) {
  const idv1::PutCodesRequest request = Request(4, "grade_b", "危房B级", "2017-07-01", kCounty);
  const int64_t before = service_.CountRows("code_list_entry");
  ASSERT_TRUE(Put(request).ok());
  ASSERT_TRUE(Put(request).ok());
  EXPECT_EQ(service_.CountRows("code_list_entry"), before + 1);
}

TEST_F(CodeLists, RefuseWhatWouldChangeTheMeaningOfACode) {
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Put(Request(1, "sound", "安全", "2020-01-01", kCounty)),
              Refused(bad, "INVALID_REQUEST"));
  EXPECT_THAT(Put(Request(5, "grade_x", "危房C级", "2020-01-01", kCounty)),
              Refused(bad, "INVALID_REQUEST"));
  idv1::PutCodesRequest request = Request(5, "Grade X", "", "never", "23");
  request.set_request_id("r");
  EXPECT_THAT(Put(request), Refused(bad, "INVALID_REQUEST"));
}

TEST_F(CodeLists, AreChangedWithinTheScopeOnly) {
  EXPECT_THAT(Put(Request(4, "grade_b", "危房B级", "2017-07-01", kNeighbour), kCounty),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  EXPECT_THAT(Put(Request(4, "grade_b", "危房B级", "2017-07-01", "000000000000"), kCounty),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

}  // namespace
}  // namespace jz::testing
