// Villages that are merged and split, and households that move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::Singles;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kNewVillage[] = "230221101210";

class ReformRpc : public ::testing::Test {
 protected:
  // Six households of one in kVillage, in groups 一组 and 二组 by turns.
  ReformRpc() {
    std::vector<Fields> rows = Singles(6);
    for (size_t i = 0; i < rows.size(); ++i) rows[i]["村民小组"] = i % 2 == 0 ? "一组" : "二组";
    EXPECT_EQ(service_.SendAndAwait({.csv = Csv(rows), .request_id = "a"}).state(),
              cv1::JOB_STATE_SUCCEEDED);
  }

  static idv1::ReformRegionsRequest Request(const std::string& request_id = "r") {
    idv1::ReformRegionsRequest request;
    request.set_effective_date("2018-07-01");
    request.set_reason("decree");
    request.set_request_id(request_id);
    return request;
  }
  static void AddNew(idv1::ReformRegionsRequest& request, const std::string& code) {
    auto& region = *request.add_new_regions();
    region.set_code(code);
    region.set_display_name("新村");
  }
  static void AddMove(idv1::ReformRegionsRequest& request, const std::string& from,
                      const std::string& to, const std::vector<std::string>& groups = {}) {
    auto& move = *request.add_moves();
    move.set_from_code(from);
    move.set_to_code(to);
    for (const std::string& group : groups) move.add_group_names(group);
  }
  absl::StatusOr<cv1::Job> Reform(const idv1::ReformRegionsRequest& request) {
    return regions_.Call<cv1::Job>("ReformRegions", request);
  }
  idv1::ReformRegionsResult Reformed(const idv1::ReformRegionsRequest& request) {
    absl::StatusOr<cv1::Job> job = Reform(request);
    EXPECT_TRUE(job.ok()) << job.status();
    idv1::ReformRegionsResult result;
    if (!job.ok()) return result;
    cv1::Job ended = service_.Await(service_.Register("administrator", kProvince), *job);
    EXPECT_EQ(ended.state(), cv1::JOB_STATE_SUCCEEDED) << ended.DebugString();
    EXPECT_TRUE(ended.result().UnpackTo(&result));
    return result;
  }
  size_t Households(const std::string& region) {
    return service_.ListAll(service_.Register("county_officer", region)).size();
  }
  std::vector<std::string> Resolve(const std::string& code, const std::string& day = "") {
    idv1::ResolveRegionsRequest request;
    request.add_codes(code);
    request.set_as_of(day);
    auto response = regions_.Call<idv1::ResolveRegionsResponse>("ResolveRegions", request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    const auto& codes = response->resolutions(0).current_codes();
    return {codes.begin(), codes.end()};
  }

  RegisterService service_;
  Client regions_ = service_.Regions();
  Client officer_ = service_.Register();
};

TEST_F(ReformRpc, AMergeMovesTheHouseholdsAndTheOldCodeStillLeadsToThem) {
  idv1::ReformRegionsRequest request = Request();
  AddNew(request, kNewVillage);
  AddMove(request, kVillage, kNewVillage);
  AddMove(request, kOtherVillage, kNewVillage);
  idv1::ReformRegionsResult result = Reformed(request);
  EXPECT_EQ(result.moved_household_count(), 6);
  EXPECT_EQ(result.moved_person_count(), 6);
  EXPECT_EQ(Households(kVillage), 0u);
  EXPECT_EQ(Households(kNewVillage), 6u);
  EXPECT_THAT(Resolve(kVillage), ElementsAre(kNewVillage));
  EXPECT_THAT(Resolve(kVillage, "2018-06-30"), ElementsAre(kVillage));
  EXPECT_THAT(Resolve(kNewVillage, "2018-06-30"), IsEmpty());
  idv1::GetRegionRequest old;
  old.set_name(std::string("regions/") + kVillage);
  EXPECT_FALSE(regions_.Call<idv1::Region>("GetRegion", old).ok());
  old.set_as_of("2018-06-30");
  EXPECT_TRUE(regions_.Call<idv1::Region>("GetRegion", old).ok());
  // Who follows the old village alone learns of it.
  auto changes = service_.Changes(service_.Register("service", kVillage));
  idv1::HouseholdChanged last;
  ASSERT_TRUE(changes.back().payload().UnpackTo(&last));
  EXPECT_EQ(last.household().region_code(), kNewVillage);
}

TEST_F(ReformRpc, ASplitTakesOnlyTheGroupsThatItNames) {
  idv1::ReformRegionsRequest request = Request();
  AddNew(request, kNewVillage);
  AddMove(request, kVillage, kNewVillage, {"二组"});
  EXPECT_EQ(Reformed(request).moved_household_count(), 3);
  EXPECT_EQ(Households(kVillage), 3u);
  EXPECT_EQ(Households(kNewVillage), 3u);
  EXPECT_THAT(Resolve(kVillage), ElementsAre(kVillage));
}

TEST_F(ReformRpc, TheSameRequestTwiceIsOneReform) {
  idv1::ReformRegionsRequest request = Request();
  AddNew(request, kNewVillage);
  AddMove(request, kVillage, kNewVillage);
  absl::StatusOr<cv1::Job> first = Reform(request);
  absl::StatusOr<cv1::Job> second = Reform(request);
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_EQ(first->name(), second->name());
}

TEST_F(ReformRpc, ARefusedReformChangesNothing) {
  idv1::ReformRegionsRequest request = Request();
  AddNew(request, kNewVillage);
  AddMove(request, kVillage, kClosedVillage);
  absl::StatusOr<cv1::Job> job = Reform(request);
  EXPECT_THAT(job, Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(Households(kVillage), 6u);
  EXPECT_THAT(Resolve(kNewVillage), IsEmpty());
  request = Request();
  AddMove(request, kVillage, kOtherVillage);
  request.set_effective_date("2999-01-01");
  EXPECT_THAT(Reform(request), Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(ReformRpc, AHouseholdMovesToAnotherCountyAndKeepsItsId) {
  const idv1::Household before = service_.ListAll(officer_).front();
  idv1::MoveHouseholdsRequest request;
  auto& move = *request.add_moves();
  move.set_household(before.name());
  move.set_to_code(kNeighbourVillage);
  move.set_to_group("三组");
  move.set_household_etag(before.etag());
  request.set_effective_date("2018-07-01");
  request.set_request_id("m");
  EXPECT_THAT(officer_.Call<idv1::MoveHouseholdsResponse>("MoveHouseholds", request),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  Client province = service_.Register("county_officer", kProvince);
  auto response = province.Call<idv1::MoveHouseholdsResponse>("MoveHouseholds", request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->households(), SizeIs(1));
  EXPECT_EQ(response->households(0).name(), before.name());
  EXPECT_EQ(response->households(0).region_code(), kNeighbourVillage);
  EXPECT_EQ(response->households(0).group_name(), "三组");
  EXPECT_EQ(Households(kCounty), 5u);
  EXPECT_EQ(Households(kNeighbour), 1u);
  request.set_request_id("again");
  EXPECT_THAT(province.Call<idv1::MoveHouseholdsResponse>("MoveHouseholds", request),
              Refused(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.mutable_moves(0)->clear_household_etag();
  request.mutable_moves(0)->set_to_code(kVillage);
  request.set_effective_date("2018-06-30");
  EXPECT_THAT(province.Call<idv1::MoveHouseholdsResponse>("MoveHouseholds", request),
              Refused(absl::StatusCode::kFailedPrecondition, "HOUSEHOLD_MOVED_SINCE"));
}

}  // namespace
}  // namespace jz::testing
