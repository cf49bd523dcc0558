// Records of villages over the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jingzhun/identification/v1/changes.pb.h"
#include "jingzhun/identification/v1/village.pb.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"

namespace jz::testing {
namespace {

using ::testing::SizeIs;

class Villages : public ::testing::Test {
 protected:
  Client Of(const std::string& region, const std::string& role = "county_officer") const {
    return Client(service_.port(), "jingzhun.identification.v1.VillageService",
                  service_.Token(role, region));
  }
  absl::StatusOr<idv1::Village> Put(const std::string& code, int population,
                                    const std::string& etag = "",
                                    const std::string& region = kCounty) {
    idv1::PutVillageRequest request;
    request.mutable_village()->set_name("villages/" + code);
    request.mutable_village()->mutable_items()->set_population(population);
    request.mutable_village()->mutable_items()->set_bus(idv1::YES_NO_NO);
    request.mutable_village()->set_etag(etag);
    request.set_request_id(absl::StrCat("r", ++requests_));
    return Of(region).Call<idv1::Village>("PutVillage", request);
  }
  absl::StatusOr<idv1::Village> Get(const std::string& code, const std::string& region = kCounty) {
    idv1::GetVillageRequest request;
    request.set_name("villages/" + code);
    return Of(region).Call<idv1::Village>("GetVillage", request);
  }

  RegisterService service_;
  int requests_ = 0;
};

TEST_F(Villages, AreKeptInVersionsAndPublished) {
  auto first = Put(kVillage, 1200);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->etag(), "v1");
  auto second = Put(kVillage, 1250, first->etag());
  ASSERT_TRUE(second.ok()) << second.status();
  auto read = Get(kVillage);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->items().population(), 1250);
  EXPECT_EQ(read->items().region_code(), 230221101200);
  EXPECT_EQ(read->items().bus(), idv1::YES_NO_NO);
  EXPECT_EQ(read->updated_by(), std::string("county_officer@") + kCounty);
  EXPECT_EQ(service_.CountRows("village_version"), 2);
  const std::vector<cv1::Change> changes =
      service_.Changes(service_.Register("service", kProvince));
  ASSERT_THAT(changes, SizeIs(2));
  idv1::VillageChanged payload;
  ASSERT_TRUE(changes[1].payload().UnpackTo(&payload));
  EXPECT_EQ(payload.items().population(), 1250);
}

TEST_F(Villages, AreListedByCode) {
  ASSERT_TRUE(Put(kOtherVillage, 2).ok());
  ASSERT_TRUE(Put(kVillage, 1).ok());
  idv1::ListVillagesRequest request;
  request.set_page_size(1);
  auto page = Of(kCounty).Call<idv1::ListVillagesResponse>("ListVillages", request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->villages(), SizeIs(1));
  EXPECT_EQ(page->villages(0).items().population(), 1);
  request.set_page_token(page->next_page_token());
  page = Of(kCounty).Call<idv1::ListVillagesResponse>("ListVillages", request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->villages(0).items().population(), 2);
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(Villages, RefuseWhatSomebodyElseChangedAndWhatCannotBe) {
  ASSERT_TRUE(Put(kVillage, 1).ok());
  EXPECT_THAT(Put(kVillage, 2, "v9"), Refused(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Put(kVillage, -2), Refused(bad, "INVALID_REQUEST"));
  EXPECT_THAT(Put("230221101299", 2), Refused(bad, "INVALID_REQUEST"));
  EXPECT_THAT(Put(kTownship, 2), Refused(bad, "INVALID_REQUEST"));
  EXPECT_EQ(Get(kVillage)->items().population(), 1);
}

TEST_F(Villages, AreSeenAndChangedWithinTheScopeOnly) {
  ASSERT_TRUE(Put(kVillage, 1).ok());
  EXPECT_THAT(Get(kVillage, kNeighbour), Refused(absl::StatusCode::kNotFound, "VILLAGE_NOT_FOUND"));
  EXPECT_THAT(Put(kVillage, 2, "", kNeighbour),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

}  // namespace
}  // namespace jz::testing
