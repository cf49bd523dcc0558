// Households by what is known of them, and by the phones of persons.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "jingzhun/identification/v1/duplicate.pb.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_changes/changes_service.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using absl::StatusCode;
using identification::testing::IdOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class SearchHouseholds : public ::testing::Test {
 protected:
  SearchHouseholds() {
    for (int i = 0; i < 3; ++i) {
      service_.Enter(
          absl::StrCat("H", i), {{"01", 19600101 + i, 11}},
          {{"主要致贫原因", i == 0 ? "因残" : "因病"}, {"住房安全", i == 1 ? "03" : "01"}});
    }
    service_.Enter("H3", {{"01", 19600101 + 3, 11}},
                   {{"行政区划代码", kOtherVillage}, {"户状态", "候选"}, {"识别日期", ""}});
  }
  // The numbers of the households found; `count` the number told.
  std::vector<std::string> Search(idv1::SearchHouseholdsRequest request,
                                  const std::string& region = kCounty, int* count = nullptr) {
    std::vector<std::string> numbers;
    do {
      auto page = service_.Households("county_officer", region)
                      .Call<idv1::SearchHouseholdsResponse>("SearchHouseholds", request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return numbers;
      if (count != nullptr && request.page_token().empty()) *count = page->total_count();
      for (const idv1::Household& household : page->households()) {
        numbers.push_back(household.national_no());
        EXPECT_THAT(household.head_name(), ::testing::HasSubstr("*"));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return numbers;
  }

  ChangesService service_;
};

TEST_F(SearchHouseholds, FindsByWhatIsKnown) {
  idv1::SearchHouseholdsRequest request;
  int count = 0;
  request.set_page_size(1);
  EXPECT_THAT(Search(request, kCounty, &count), UnorderedElementsAre("H0", "H1", "H2", "H3"));
  EXPECT_EQ(count, 4);
  request.clear_page_size();
  request.add_states(idv1::HOUSEHOLD_STATE_CANDIDATE);
  EXPECT_THAT(Search(request), ElementsAre("H3"));
  request.Clear();
  request.add_main_causes(2);
  EXPECT_THAT(Search(request), ElementsAre("H0"));
  request.Clear();
  request.add_housing_grades(3);
  request.add_housing_grades(2);
  EXPECT_THAT(Search(request), ElementsAre("H1", "H3")) << "village by village";
  request.add_main_causes(2);
  EXPECT_THAT(Search(request), IsEmpty()) << "all that is given must hold";
  request.Clear();
  request.add_monitored_categories(1);
  EXPECT_THAT(Search(request), IsEmpty());
}

TEST_F(SearchHouseholds, FindsByNumbersAndNames) {
  idv1::SearchHouseholdsRequest request;
  request.set_national_no("H2");
  EXPECT_THAT(Search(request), ElementsAre("H2"));
  EXPECT_THAT(Search(request, kVillage), ElementsAre("H2"));
  EXPECT_THAT(Search(request, kProvince), ElementsAre("H2"));
  EXPECT_THAT(Search(request, kNeighbour), IsEmpty());
  request.Clear();
  request.set_citizen_id(IdOf(19600102, 11));
  EXPECT_THAT(Search(request), ElementsAre("H1"));
  EXPECT_THAT(Search(request, kOtherVillage), IsEmpty());
  request.Clear();
  request.set_person_national_no("H2-0");
  int count = 0;
  EXPECT_THAT(Search(request, kCounty, &count), ElementsAre("H2"));
  EXPECT_EQ(count, 1);
  EXPECT_THAT(Search(request, kOtherVillage, &count), IsEmpty());
  EXPECT_EQ(count, 0) << "nobody outside the scope is counted";
  request.set_person_national_no("H2-");
  EXPECT_THAT(Search(request), IsEmpty()) << "a number is given whole";
  request.set_person_national_no(std::string(33, '1'));
  auto too_long =
      service_.Households().Call<idv1::SearchHouseholdsResponse>("SearchHouseholds", request);
  EXPECT_THAT(ViolationsOf(too_long), Contains("person_national_no TEXT_FORMAT"));
  request.Clear();
  request.set_name_prefix("某0");
  EXPECT_THAT(Search(request), SizeIs(4));
  request.set_name_prefix("某%");
  EXPECT_THAT(Search(request), IsEmpty()) << "a prefix is no pattern";
  request.set_citizen_id("123");
  auto refused =
      service_.Households().Call<idv1::SearchHouseholdsResponse>("SearchHouseholds", request);
  EXPECT_THAT(ViolationsOf(refused), Contains("citizen_id CITIZEN_ID_LENGTH"));
}

TEST_F(SearchHouseholds, FollowsWhatChanges) {
  idv1::SearchHouseholdsRequest request;
  request.set_name_prefix("改名");
  EXPECT_THAT(Search(request), IsEmpty());
  request.set_citizen_id(IdOf(19600101, 11));
  idv1::HouseholdEdit edit;
  for (const idv1::Household& household :
       service_.service().ListAll(service_.service().Register())) {
    if (household.national_no() == "H0") edit = EditOf(household);
  }
  idv1::MemberEdit& member = *edit.add_members();
  member.set_person(service_.Get(edit.household()).head());
  member.mutable_values()->set_display_name("改名人");
  member.mutable_update_mask()->add_paths("display_name");
  edit.mutable_values()->mutable_household()->set_housing_grade(2);
  edit.mutable_update_mask()->add_paths("household.housing_grade");
  ASSERT_TRUE(service_.Update(edit).ok());
  request.add_housing_grades(2);
  EXPECT_THAT(Search(request), ElementsAre("H0"));
}

// What a person gives as phone counts as the household's own does.
TEST(Duplicates, AreFoundByThePhonesOfPersons) {
  ChangesService service;
  const idv1::Household here =
      service.Enter("H1", ChangesService::FamilyOfFour(1), {{"联系电话", ""}});
  auto rows = identification::testing::Singles(1, 77);
  rows[0]["行政区划代码"] = kNeighbourVillage;
  rows[0]["联系电话"] = "13655556666";
  auto neighbour = service.service().Register("county_officer", kNeighbour);
  auto job = service.service().Send(
      neighbour,
      {.csv = identification::testing::Csv(rows), .request_id = "n", .region = kNeighbour});
  ASSERT_TRUE(job.ok()) << job.status();
  service.service().Await(neighbour, *job);
  idv1::HouseholdEdit edit = EditOf(here);
  for (const int year : {1970, 1972}) {
    idv1::MemberEdit& member = *edit.add_members();
    member.set_person(BornIn(here, year).name());
    member.mutable_values()->set_phone("136-5555-6666");
    member.mutable_update_mask()->add_paths("phone");
  }
  ASSERT_TRUE(service.Update(edit).ok());
  idv1::FindDuplicatesRequest find;
  find.set_region_code(kProvince);
  find.set_request_id("f");
  const Client province = service.Of("DuplicateService", "county_officer", kProvince);
  auto run = province.Call<cv1::Job>("FindDuplicates", find);
  ASSERT_TRUE(run.ok()) << run.status();
  idv1::FindDuplicatesResult result;
  ASSERT_TRUE(service.service()
                  .Await(service.service().Register("county_officer", kProvince), *run)
                  .result()
                  .UnpackTo(&result));
  EXPECT_EQ(result.household_count(), 2);
  EXPECT_EQ(result.phone_count(), 2);
  EXPECT_EQ(result.found_count(), 1);
}

}  // namespace
}  // namespace jz::testing
