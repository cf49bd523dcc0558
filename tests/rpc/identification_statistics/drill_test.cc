// From a figure to its list.
#include "tests/rpc/identification_statistics/statistics_fixture.h"

namespace jz::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using enum idv1::StatisticDimension;

class StatisticLists : public StatisticsRpc {
 protected:
  // National numbers, over pages of `size`.
  std::vector<std::string> Households(idv1::ListStatisticHouseholdsRequest request, int size = 2) {
    std::vector<std::string> numbers;
    request.set_page_size(size);
    do {
      auto page = statistics_.Call<idv1::ListStatisticHouseholdsResponse>("ListStatisticHouseholds",
                                                                          request);
      if (!page.ok()) return {page.status().ToString()};
      for (const auto& household : page->households()) numbers.push_back(household.national_no());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return numbers;
  }
  // "1 18-59"-like: sex and household state of each person.
  std::vector<std::string> Persons(idv1::ListStatisticPersonsRequest request, int size = 2) {
    std::vector<std::string> persons;
    request.set_page_size(size);
    do {
      auto page =
          statistics_.Call<idv1::ListStatisticPersonsResponse>("ListStatisticPersons", request);
      if (!page.ok()) return {page.status().ToString()};
      EXPECT_LE(page->persons_size(), size);
      for (const auto& person : page->persons()) persons.push_back(person.member().labour());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return persons;
  }
};

TEST_F(StatisticLists, HaveTheHouseholdsOfTheFigure) {
  idv1::ListStatisticHouseholdsRequest request;
  request.set_region_code(kCounty);
  EXPECT_THAT(Households(request), SizeIs(4));
  EXPECT_THAT(Households(request, 1), SizeIs(4));
  Filter(STATISTIC_DIMENSION_STATE, {"EXITED"}, request);
  EXPECT_THAT(Households(request), ElementsAre("H4"));
  Filter(STATISTIC_DIMENSION_LABOUR, {"04"}, request);
  EXPECT_THAT(Households(request), IsEmpty());
  request.clear_filters();
  Filter(STATISTIC_DIMENSION_LABOUR, {"04"}, request);
  EXPECT_THAT(Households(request), ElementsAre("H1"));
}

TEST_F(StatisticLists, HaveThePersonsOfTheFigure) {
  idv1::ListStatisticPersonsRequest request;
  request.set_region_code(kVillage);
  for (int size : {1, 2, 3, 50}) EXPECT_THAT(Persons(request, size), SizeIs(4)) << size;
  Filter(STATISTIC_DIMENSION_SEX, {"2"}, request);
  EXPECT_THAT(Persons(request), ElementsAre("04"));
}

TEST_F(StatisticLists, AreMasked) {
  idv1::ListStatisticPersonsRequest request;
  auto page = statistics_.Call<idv1::ListStatisticPersonsResponse>("ListStatisticPersons", request);
  ASSERT_TRUE(page.ok()) << page.status();
  for (const auto& person : page->persons()) {
    EXPECT_THAT(person.member().display_name(), HasSubstr("*"));
    EXPECT_THAT(person.member().citizen_id(), HasSubstr("*"));
  }
}

TEST_F(StatisticLists, OfThePastHaveWhoWasThereThen) {
  const idv1::Household couple = Find("H1");
  const absl::Time before = absl::Now();
  Leave(couple.members(1));
  Move(couple, kOtherVillage);
  idv1::ListStatisticHouseholdsRequest households;
  households.set_region_code(kOtherVillage);
  EXPECT_THAT(Households(households), UnorderedElementsAre("H1", "H4"));
  At(before, households);
  EXPECT_THAT(Households(households), ElementsAre("H4"));
  idv1::ListStatisticPersonsRequest persons;
  persons.set_region_code(kVillage);
  EXPECT_THAT(Persons(persons), SizeIs(2));
  At(before, persons);
  EXPECT_THAT(Persons(persons), SizeIs(4));
  Filter(STATISTIC_DIMENSION_LABOUR, {"04"}, persons);
  EXPECT_THAT(Persons(persons), SizeIs(1)) << "she has left since";
}

TEST_F(StatisticLists, RefuseWhatFiguresRefuse) {
  idv1::ListStatisticHouseholdsRequest request;
  At(absl::Now() + absl::Hours(1), request);
  EXPECT_THAT(
      statistics_.Call<idv1::ListStatisticHouseholdsResponse>("ListStatisticHouseholds", request),
      Refused(absl::StatusCode::kInvalidArgument, "AS_OF_FUTURE"));
  idv1::ListStatisticPersonsRequest persons;
  Filter(STATISTIC_DIMENSION_RISK, {"illness"}, persons);
  Filter(STATISTIC_DIMENSION_SEX, {"1"}, persons);
  EXPECT_THAT(Persons(persons), ElementsAre(HasSubstr("STATISTIC_NOT_COMBINED")));
  persons.clear_filters();
  persons.set_region_code(kNeighbour);
  EXPECT_THAT(statistics_.Call<idv1::ListStatisticPersonsResponse>("ListStatisticPersons", persons),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

}  // namespace
}  // namespace jz::testing
