// Regions and parameters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/util/time_util.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"

namespace jz::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RegionRpc : public ::testing::Test {
 protected:
  absl::StatusOr<idv1::ImportRegionsResponse> Import(const std::vector<idv1::Region>& regions,
                                                     const std::string& request_id = "r") {
    idv1::ImportRegionsRequest request;
    for (const idv1::Region& region : regions) *request.add_regions() = region;
    request.set_request_id(request_id);
    return administrator_.Call<idv1::ImportRegionsResponse>("ImportRegions", request);
  }
  static idv1::Region Make(const std::string& code, const std::string& name,
                           const std::string& from = "2000-01-01", const std::string& to = "") {
    idv1::Region region;
    region.set_code(code);
    region.set_display_name(name);
    region.set_valid_from(from);
    region.set_valid_to(to);
    return region;
  }
  absl::StatusOr<idv1::Region> Get(const Client& client, const std::string& code,
                                   const std::string& as_of = "") {
    idv1::GetRegionRequest request;
    request.set_name("regions/" + code);
    request.set_as_of(as_of);
    return client.Call<idv1::Region>("GetRegion", request);
  }
  std::vector<std::string> Children(const Client& client, const std::string& parent,
                                    const std::string& as_of = "", int page_size = 2) {
    idv1::ListRegionsRequest request;
    request.set_parent_code(parent);
    request.set_as_of(as_of);
    request.set_page_size(page_size);
    std::vector<std::string> codes;
    do {
      auto page = client.Call<idv1::ListRegionsResponse>("ListRegions", request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return codes;
      for (const idv1::Region& region : page->regions()) codes.push_back(region.code());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return codes;
  }
  static idv1::Parameter Line(const std::string& region, const std::string& from, int64_t value,
                              const std::string& reason = "test") {
    idv1::Parameter parameter;
    parameter.set_kind("poverty_line_fen");
    parameter.set_region_code(region);
    parameter.set_valid_from(from);
    parameter.set_value(value);
    parameter.set_reason(reason);
    return parameter;
  }
  absl::StatusOr<idv1::SetParametersResponse> Set(const Client& client,
                                                  const std::vector<idv1::Parameter>& parameters,
                                                  const std::string& request_id) {
    idv1::SetParametersRequest request;
    for (const idv1::Parameter& parameter : parameters) *request.add_parameters() = parameter;
    request.set_request_id(request_id);
    return client.Call<idv1::SetParametersResponse>("SetParameters", request);
  }
  absl::StatusOr<idv1::Parameter> Resolve(const std::string& region, const std::string& date) {
    idv1::ResolveParameterRequest request;
    request.set_kind("poverty_line_fen");
    request.set_region_code(region);
    request.set_date(date);
    return administrator_.Call<idv1::Parameter>("ResolveParameter", request);
  }

  RegisterService service_;
  Client administrator_ = service_.Regions();
  Client officer_ = service_.Regions("county_officer", kCounty);
};

TEST_F(RegionRpc, ListsTheChildrenThatAreValidOnADay) {
  EXPECT_THAT(Children(administrator_, kTownship), ElementsAre(kVillage, kOtherVillage));
  EXPECT_THAT(Children(administrator_, kTownship, "2015-12-31"),
              ElementsAre(kVillage, kOtherVillage, kClosedVillage));
  EXPECT_THAT(Children(administrator_, ""), ElementsAre(kProvince));
  EXPECT_THAT(Children(administrator_, "230200000000"), ElementsAre(kCounty, kNeighbour));
}

TEST_F(RegionRpc, GetsARegionAsItWas) {
  auto village = Get(officer_, kClosedVillage, "2014-01-01");
  ASSERT_TRUE(village.ok()) << village.status();
  EXPECT_EQ(village->level(), idv1::REGION_LEVEL_VILLAGE);
  EXPECT_EQ(village->parent_code(), kTownship);
  EXPECT_EQ(village->valid_to(), "2015-12-31");
  EXPECT_THAT(Get(officer_, kClosedVillage),
              Refused(absl::StatusCode::kNotFound, "REGION_NOT_FOUND"));
  EXPECT_THAT(Get(officer_, "2302"),
              Refused(absl::StatusCode::kInvalidArgument, "RESOURCE_NAME_FORMAT"));
}

TEST_F(RegionRpc, ShowsACountyItsOwnRegionsAndThoseAbove) {
  EXPECT_TRUE(Get(officer_, kProvince).ok());
  EXPECT_TRUE(Get(officer_, kVillage).ok());
  EXPECT_THAT(Get(officer_, kNeighbour), Refused(absl::StatusCode::kNotFound, "REGION_NOT_FOUND"));
  EXPECT_THAT(Children(officer_, "230200000000"), ElementsAre(kCounty));
  EXPECT_THAT(Children(officer_, "230222101000"), IsEmpty());
}

TEST_F(RegionRpc, ImportsAllOrNone) {
  auto refused = Import({Make("230221102000", "镇"), Make("230221103200", "no township")});
  EXPECT_THAT(refused, Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Get(administrator_, "230221102000"),
              Refused(absl::StatusCode::kNotFound, "REGION_NOT_FOUND"));
  auto done = Import({Make("230221102200", "村"), Make("230221102000", "镇"),
                      Make(kClosedVillage, kClosedVillage, "2000-01-01", "2015-12-31"),
                      Make(kOtherVillage, kOtherVillage, "2000-01-01", "2016-12-31")});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->created_count(), 2);
  EXPECT_EQ(done->closed_count(), 1);
  EXPECT_EQ(done->unchanged_count(), 1);
  EXPECT_THAT(Children(administrator_, kTownship), ElementsAre(kVillage));
}

TEST_F(RegionRpc, RefusesWhatIsWrongOrOutsideTheScope) {
  EXPECT_THAT(Import({Make("23022110", "", "01.01.2000")}),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Import({}), Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Import({Make("240000000000", "another province")}),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  idv1::ImportRegionsRequest request;
  EXPECT_EQ(officer_.Call<idv1::ImportRegionsResponse>("ImportRegions", request).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(RegionRpc, ResolvesTheMostSpecificRegionAndTheLastDay) {
  ASSERT_TRUE(Set(administrator_,
                  {Line(kProvince, "2016-01-01", 295'200), Line(kProvince, "2018-01-01", 299'500),
                   Line(kCounty, "2017-01-01", 314'600)},
                  "p")
                  .ok());
  EXPECT_EQ(Resolve(kVillage, "2017-06-14")->value(), 314'600);
  EXPECT_EQ(Resolve(kVillage, "2019-01-01")->value(), 314'600) << "the county has its own";
  EXPECT_EQ(Resolve(kVillage, "2016-06-14")->value(), 295'200);
  EXPECT_EQ(Resolve(kNeighbourVillage, "2018-01-01")->value(), 299'500);
  EXPECT_THAT(Resolve(kVillage, "2015-12-31"),
              Refused(absl::StatusCode::kNotFound, "PARAMETER_NOT_FOUND"));
}

TEST_F(RegionRpc, KeepsWhatACorrectionCorrects) {
  auto first = Set(administrator_, {Line(kCounty, "2017-01-01", 300'000)}, "p1");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(
      Set(administrator_, {Line(kCounty, "2017-01-01", 314'600, "typing error")}, "p2").ok());
  EXPECT_EQ(Resolve(kCounty, "2017-06-14")->value(), 314'600);
  EXPECT_EQ(Resolve(kCounty, "2017-06-14")->reason(), "typing error");
  idv1::ResolveParameterRequest then;
  then.set_kind("poverty_line_fen");
  then.set_region_code(kCounty);
  then.set_date("2017-06-14");
  *then.mutable_known_at() = first->parameters(0).recorded_at();
  EXPECT_EQ(administrator_.Call<idv1::Parameter>("ResolveParameter", then)->value(), 300'000);
  idv1::ListParametersRequest list;
  list.set_kind("poverty_line_fen");
  list.set_page_size(1);
  auto page = administrator_.Call<idv1::ListParametersResponse>("ListParameters", list);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->parameters(), SizeIs(1));
  EXPECT_EQ(page->parameters(0).value(), 300'000);
  list.set_page_token(page->next_page_token());
  page = administrator_.Call<idv1::ListParametersResponse>("ListParameters", list);
  ASSERT_THAT(page->parameters(), SizeIs(1));
  EXPECT_EQ(page->parameters(0).value(), 314'600);
}

TEST_F(RegionRpc, WantsAReasonForThePastAndForCorrections) {
  EXPECT_THAT(Set(administrator_, {Line(kCounty, "2017-01-01", 1, "")}, "p"),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  ASSERT_TRUE(Set(administrator_, {Line(kCounty, "2190-01-01", 1, "")}, "p").ok());
  EXPECT_THAT(Set(administrator_, {Line(kCounty, "2190-01-01", 2, "")}, "q"),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(RegionRpc, ParametersStayInTheScope) {
  EXPECT_THAT(
      Set(service_.Regions("administrator", kCounty), {Line(kProvince, "2017-01-01", 1)}, "p"),
      Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  EXPECT_THAT(Set(administrator_, {Line("230299000000", "2017-01-01", 1)}, "p"),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  ASSERT_TRUE(Set(administrator_,
                  {Line(kProvince, "2017-01-01", 1), Line(kCounty, "2017-01-01", 2),
                   Line(kNeighbour, "2017-01-01", 3)},
                  "p")
                  .ok());
  idv1::ListParametersRequest lines;
  lines.set_kind("poverty_line_fen");
  auto seen = officer_.Call<idv1::ListParametersResponse>("ListParameters", lines);
  ASSERT_THAT(seen->parameters(), SizeIs(2)) << "its own and the province's";
  idv1::ResolveParameterRequest resolve;
  resolve.set_kind("poverty_line_fen");
  resolve.set_region_code(kNeighbour);
  EXPECT_THAT(officer_.Call<idv1::Parameter>("ResolveParameter", resolve),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

}  // namespace
}  // namespace jz::testing
