// One household as of an instant.
#include "jingzhun/identification/v1/village.pb.h"
#include "tests/rpc/identification_statistics/statistics_fixture.h"

namespace jz::testing {
namespace {

using ::testing::SizeIs;
constexpr auto kNotFound = absl::StatusCode::kNotFound;

class HouseholdsOfThePast : public StatisticsRpc {
 protected:
  static absl::StatusOr<idv1::Household> Get(const Client& client, const std::string& name,
                                             absl::Time at) {
    idv1::GetHouseholdRequest request;
    request.set_name(name);
    At(at, request);
    return client.Call<idv1::Household>("GetHousehold", request);
  }
};

TEST_F(HouseholdsOfThePast, AreReadWithTheirMembersAndVillageOfThen) {
  const idv1::Household couple = Find("H1");
  const absl::Time before = absl::Now();
  Leave(couple.members(1));
  Move(couple, kOtherVillage);
  auto then = Get(officer_, couple.name(), before);
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_THAT(then->members(), SizeIs(2));
  EXPECT_EQ(then->region_code(), kVillage);
  EXPECT_EQ(then->etag(), couple.etag());
  EXPECT_EQ(then->head_name(), couple.head_name());
  EXPECT_EQ(then->members(1).citizen_id(), couple.members(1).citizen_id());
  EXPECT_EQ(then->facts().members_size(), 2);
  auto now = Get(officer_, couple.name(), absl::Now());
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_THAT(now->members(), SizeIs(1));
  EXPECT_EQ(now->region_code(), kOtherVillage);
}

TEST_F(HouseholdsOfThePast, AreNotFoundBeforeTheyWereRecordedAndRefusedInTheFuture) {
  const std::string name = Find("H1").name();
  EXPECT_THAT(Get(officer_, name, absl::FromUnixSeconds(1'500'000'000)),
              Refused(kNotFound, "HOUSEHOLD_NOT_FOUND"));
  EXPECT_THAT(Get(officer_, name, absl::Now() + absl::Hours(1)),
              Refused(absl::StatusCode::kInvalidArgument, "AS_OF_FUTURE"));
}

TEST_F(HouseholdsOfThePast, AreSeenWhereTheyLivedThenAndWhereTheyLiveNow) {
  const idv1::Household couple = Find("H1");
  const absl::Time before = absl::Now();
  Move(couple, kOtherVillage);
  const Client old_village = service_.Register("village_clerk", kVillage);
  const Client new_village = service_.Register("village_clerk", kOtherVillage);
  EXPECT_TRUE(Get(old_village, couple.name(), before).ok());
  EXPECT_TRUE(Get(new_village, couple.name(), before).ok());
  EXPECT_THAT(Get(old_village, couple.name(), absl::Now()),
              Refused(kNotFound, "HOUSEHOLD_NOT_FOUND"));
  EXPECT_THAT(Get(service_.Register("village_clerk", kNeighbourVillage), couple.name(), before),
              Refused(kNotFound, "HOUSEHOLD_NOT_FOUND"));
}

TEST_F(HouseholdsOfThePast, AndVillagesAreReadAsTheyWereRecorded) {
  const Client villages(service_.port(), "jingzhun.identification.v1.VillageService",
                        service_.Token("county_officer", kCounty));
  std::vector<absl::Time> times = {absl::Now()};
  for (int population : {1000, 990}) {
    idv1::PutVillageRequest put;
    put.mutable_village()->set_name(std::string("villages/") + kVillage);
    put.mutable_village()->mutable_items()->set_population(population);
    put.set_request_id(absl::StrCat("p", population));
    ASSERT_TRUE(villages.Call<idv1::Village>("PutVillage", put).ok());
    times.push_back(absl::Now());
  }
  auto get = [&](absl::Time at) {
    idv1::GetVillageRequest request;
    request.set_name(std::string("villages/") + kVillage);
    At(at, request);
    return villages.Call<idv1::Village>("GetVillage", request);
  };
  EXPECT_THAT(get(times[0]), Refused(kNotFound, "VILLAGE_NOT_FOUND"));
  EXPECT_EQ(get(times[1])->items().population(), 1000);
  EXPECT_EQ(get(times[1])->etag(), "v1");
  EXPECT_EQ(get(times[2])->items().population(), 990);
  EXPECT_THAT(get(absl::Now() + absl::Hours(1)),
              Refused(absl::StatusCode::kInvalidArgument, "AS_OF_FUTURE"));
}

}  // namespace
}  // namespace jz::testing
