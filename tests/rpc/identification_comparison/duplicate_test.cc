// Households of different counties with one phone number or one bank account.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "jingzhun/identification/v1/duplicate.pb.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/support/violations.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using absl::StatusCode;
using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;
using identification::testing::RowWith;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kService[] = "jingzhun.identification.v1.DuplicateService";

class Duplicates : public ::testing::Test {
 protected:
  void AddHousehold(int number, const std::string& county, const std::string& village,
                    const std::string& phone, const std::string& account = "") {
    const Fields row = RowWith({{"户编号", absl::StrCat("H", number)},
                                {"人编号", absl::StrCat("P", number)},
                                {"行政区划代码", village},
                                {"证件号码", IdOf(19600101, 100 + number)},
                                {"性别", ""},
                                {"出生日期", ""},
                                {"联系电话", phone},
                                {"开户银行", account.empty() ? "" : "依安县农村信用社"},
                                {"银行账号", account}});
    const Client officer = service_.Register("county_officer", county);
    auto job = service_.Send(
        officer, {.csv = Csv({row}), .request_id = absl::StrCat("i", number), .region = county});
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_EQ(service_.Await(officer, *job).state(), cv1::JOB_STATE_SUCCEEDED);
  }
  Client As(const std::string& region) {
    return Client(service_.port(), kService, service_.Token("county_officer", region));
  }
  idv1::FindDuplicatesResult Find(const std::string& region = kProvince) {
    idv1::FindDuplicatesRequest request;
    request.set_region_code(region);
    request.set_request_id(absl::StrCat("f", ++requests_));
    auto job = As(region).Call<cv1::Job>("FindDuplicates", request);
    EXPECT_TRUE(job.ok()) << job.status();
    const cv1::Job ended = service_.Await(service_.Register("county_officer", region), *job);
    EXPECT_EQ(ended.state(), cv1::JOB_STATE_SUCCEEDED) << ended.ShortDebugString();
    idv1::FindDuplicatesResult result;
    ended.result().UnpackTo(&result);
    return result;
  }
  std::vector<idv1::Duplicate> List(const std::string& region, idv1::DuplicateState state = {}) {
    idv1::ListDuplicatesRequest request;
    request.set_state(state);
    auto page = As(region).Call<idv1::ListDuplicatesResponse>("ListDuplicates", request);
    EXPECT_TRUE(page.ok()) << page.status();
    return {page->duplicates().begin(), page->duplicates().end()};
  }
  absl::StatusOr<idv1::DecideDuplicatesResponse> Decide(const std::string& region,
                                                        idv1::DecideDuplicatesRequest request) {
    request.set_request_id(absl::StrCat("d", ++requests_));
    return As(region).Call<idv1::DecideDuplicatesResponse>("DecideDuplicates", request);
  }
  static idv1::DecideDuplicatesRequest RequestOf(const std::string& duplicate,
                                                 idv1::DuplicateDecision decision) {
    idv1::DecideDuplicatesRequest request;
    auto& item = *request.add_items();
    item.set_duplicate(duplicate);
    item.set_decision(decision);
    item.set_reason("村干部代填");
    return request;
  }

  RegisterService service_;
  int requests_ = 0;
};

TEST_F(Duplicates, AreAskedForOnceUntilAnotherHouseholdJoins) {
  AddHousehold(1, kCounty, kVillage, "13912345678");
  AddHousehold(2, kNeighbour, kNeighbourVillage, "+86139-1234-5678");
  AddHousehold(3, kCounty, kOtherVillage, "13900000000");
  AddHousehold(4, kCounty, kVillage, "13900000000");  // the same county: no duplicate
  idv1::FindDuplicatesResult found = Find();
  EXPECT_EQ(found.household_count(), 4);
  EXPECT_EQ(found.phone_count(), 4);
  EXPECT_EQ(found.new_count(), 1);
  auto list = List(kCounty);
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].household_count(), 2);
  ASSERT_THAT(list[0].places(), SizeIs(2));
  EXPECT_NE(list[0].places(0).household(), "");
  EXPECT_EQ(list[0].places(0).region_code(), kVillage);
  EXPECT_EQ(list[0].places(1).household(), "") << "the neighbour's is none of the county's";
  EXPECT_EQ(list[0].places(1).region_code(), kNeighbour);
  EXPECT_THAT(List("230221101000"), SizeIs(1));
  EXPECT_THAT(List(kOtherVillage), IsEmpty());

  ASSERT_TRUE(Decide(kCounty, RequestOf(list[0].name(), idv1::DUPLICATE_DECISION_DIFFERENT)).ok());
  found = Find();
  EXPECT_EQ(found.found_count(), 1);
  EXPECT_EQ(found.new_count() + found.reopened_count(), 0);
  EXPECT_EQ(List(kCounty)[0].decision(), idv1::DUPLICATE_DECISION_DIFFERENT);
  EXPECT_THAT(List(kCounty, idv1::DUPLICATE_STATE_OPEN), IsEmpty());

  AddHousehold(5, kNeighbour, kNeighbourVillage, "139-1234-5678");
  EXPECT_EQ(Find(kNeighbour).reopened_count(), 1);
  list = List(kCounty);
  EXPECT_EQ(list[0].state(), idv1::DUPLICATE_STATE_OPEN);
  EXPECT_EQ(list[0].household_count(), 3);
  EXPECT_EQ(list[0].decision(), idv1::DUPLICATE_DECISION_UNSPECIFIED);
  EXPECT_EQ(service_.CountRows("household_number WHERE number_hash LIKE '%139%'"), 0);
}

TEST_F(Duplicates, AreFoundByBankAccountToo) {
  AddHousehold(1, kCounty, kVillage, "13911111111", "6228 4800 1234 5678 901");
  AddHousehold(2, kNeighbour, kNeighbourVillage, "13922222222", "6228-4800-1234-5678-901");
  AddHousehold(3, kNeighbour, kNeighbourVillage, "13911111111", "6228480012345678902");
  const idv1::FindDuplicatesResult found = Find();
  EXPECT_EQ(found.phone_count(), 3);
  EXPECT_EQ(found.bank_account_count(), 3);
  EXPECT_EQ(found.new_count(), 2);
  idv1::ListDuplicatesRequest request;
  request.set_kind(idv1::DUPLICATE_KIND_BANK_ACCOUNT);
  auto page = As(kNeighbour).Call<idv1::ListDuplicatesResponse>("ListDuplicates", request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->duplicates(), SizeIs(1));
  EXPECT_EQ(page->duplicates(0).kind(), idv1::DUPLICATE_KIND_BANK_ACCOUNT);
  EXPECT_EQ(page->duplicates(0).household_count(), 2);
  EXPECT_THAT(List(kNeighbour), SizeIs(2));
  EXPECT_EQ(service_.CountRows("household_number WHERE number_hash LIKE '%6228%'"), 0);
  EXPECT_EQ(service_.CountRows("household WHERE bank_account_sealed LIKE '%6228%'"), 0);
}

TEST_F(Duplicates, KeepTheHouseholdThatIsNamed) {
  AddHousehold(1, kCounty, kVillage, "13912345678");
  AddHousehold(2, kNeighbour, kNeighbourVillage, "13912345678");
  Find();
  const idv1::Duplicate duplicate = List(kCounty)[0];
  auto request = RequestOf(duplicate.name(), idv1::DUPLICATE_DECISION_KEEP);
  EXPECT_THAT(ViolationsOf(Decide(kCounty, request)),
              ElementsAre("items[0].kept_household RESOURCE_NAME_FORMAT"));
  request.mutable_items(0)->set_kept_household(List(kNeighbour)[0].places(1).household());
  EXPECT_THAT(Decide(kCounty, request),
              Refused(StatusCode::kFailedPrecondition, "DUPLICATE_HOUSEHOLD"));
  request.mutable_items(0)->set_kept_household(duplicate.places(0).household());
  request.mutable_items(0)->set_etag("v9");
  EXPECT_THAT(Decide(kCounty, request), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  request.mutable_items(0)->set_etag(duplicate.etag());
  EXPECT_THAT(Decide(kOtherVillage, request),
              Refused(StatusCode::kNotFound, "DUPLICATE_NOT_FOUND"));
  auto decided = Decide(kCounty, request);
  ASSERT_TRUE(decided.ok()) << decided.status();
  EXPECT_EQ(decided->duplicates(0).kept_household(), duplicate.places(0).household());
  EXPECT_EQ(List(kNeighbour)[0].kept_household(), "");
  EXPECT_EQ(List(kNeighbour)[0].decision(), idv1::DUPLICATE_DECISION_KEEP);
}

TEST_F(Duplicates, ThatAreNoMoreAreGone) {
  AddHousehold(1, kCounty, kVillage, "13912345678");
  AddHousehold(2, kNeighbour, kNeighbourVillage, "13912345678");
  Find();
  const std::string duplicate = List(kCounty)[0].name();
  // The only member leaves, and with him the household is no longer looked at.
  idv1::GetHouseholdRequest get;
  get.set_name(List(kCounty)[0].places(0).household());
  auto household = service_.Register().Call<idv1::Household>("GetHousehold", get);
  ASSERT_TRUE(household.ok()) << household.status();
  idv1::RecordMemberChangesRequest leave;
  auto& change = *leave.add_changes();
  change.set_person(household->members(0).name());
  change.set_kind("01");
  change.set_date("2017-08-01");
  leave.set_request_id("leave");
  ASSERT_TRUE(service_.Register()
                  .Call<idv1::RecordMemberChangesResponse>("RecordMemberChanges", leave)
                  .ok());
  EXPECT_EQ(Find().gone_count(), 1);
  EXPECT_EQ(List(kCounty)[0].state(), idv1::DUPLICATE_STATE_GONE);
  EXPECT_THAT(Decide(kCounty, RequestOf(duplicate, idv1::DUPLICATE_DECISION_SAME)),
              Refused(StatusCode::kFailedPrecondition, "DUPLICATE_GONE"));
}

}  // namespace
}  // namespace jz::testing
