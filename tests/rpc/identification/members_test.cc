// Natural changes of members.
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
using identification::testing::Singles;
using ::testing::SizeIs;

class MemberChanges : public ::testing::Test {
 protected:
  MemberChanges() {
    std::vector<Fields> rows = Singles(2);
    rows[0]["人数"] = "2";
    Fields second = rows[0];
    second["人编号"] = "P9";
    second["证件号码"] = IdOf(19720505, 2);
    second["与户主关系"] = "02";
    rows.push_back(second);
    service_.SendAndAwait({.csv = Csv(rows), .request_id = "a"});
    for (const idv1::Household& household : service_.ListAll(officer_)) {
      (household.member_count() == 2 ? couple_ : single_) = Get(household.name());
    }
  }

  idv1::Household Get(const std::string& name) {
    idv1::GetHouseholdRequest request;
    request.set_name(name);
    return *officer_.Call<idv1::Household>("GetHousehold", request);
  }
  static void Add(idv1::RecordMemberChangesRequest& request, const idv1::Member& member,
                  const std::string& kind = "01", const std::string& date = "2017-04-10") {
    auto& change = *request.add_changes();
    change.set_person(member.name());
    change.set_kind(kind);
    change.set_date(date);
  }
  absl::StatusOr<idv1::RecordMemberChangesResponse> Record(const Client& client,
                                                           idv1::RecordMemberChangesRequest request,
                                                           const std::string& request_id = "r") {
    request.set_request_id(request_id);
    return client.Call<idv1::RecordMemberChangesResponse>("RecordMemberChanges", request);
  }

  RegisterService service_;
  Client officer_ = service_.Register();
  idv1::Household couple_;
  idv1::Household single_;
};

TEST_F(MemberChanges, TakeAPersonOutOfTheHousehold) {
  idv1::RecordMemberChangesRequest request;
  Add(request, couple_.members(1));
  auto response = Record(officer_, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->households(), SizeIs(1));
  EXPECT_EQ(response->households(0).member_count(), 1);
  idv1::Household now = Get(couple_.name());
  ASSERT_THAT(now.members(), SizeIs(1));
  EXPECT_EQ(now.members(0).name(), couple_.members(0).name());
  EXPECT_EQ(now.head(), couple_.head());
  EXPECT_EQ(now.able_to_work_count(), 1);
  EXPECT_EQ(now.state(), idv1::HOUSEHOLD_STATE_REGISTERED);
  EXPECT_EQ(now.etag(), "v2");

  std::vector<cv1::Change> changes = service_.Changes(service_.Register("service", kCounty));
  idv1::HouseholdChanged payload;
  ASSERT_TRUE(changes.back().payload().UnpackTo(&payload));
  EXPECT_EQ(changes.back().resource(), couple_.name());
  EXPECT_EQ(changes.back().version(), 2);
  EXPECT_THAT(payload.household().members(), SizeIs(1));
  EXPECT_FALSE(payload.has_adjustment());
}

TEST_F(MemberChanges, LeaveNoHouseholdWithoutAHead) {
  idv1::RecordMemberChangesRequest request;
  Add(request, couple_.members(0));
  EXPECT_THAT(Record(officer_, request),
              Refused(absl::StatusCode::kFailedPrecondition, "HEAD_REQUIRED"));
  EXPECT_EQ(Get(couple_.name()).etag(), "v1");
}

TEST_F(MemberChanges, LeaveAHouseholdOpenWhoseLastMemberDied) {
  idv1::RecordMemberChangesRequest request;
  Add(request, couple_.members(0));
  Add(request, couple_.members(1));
  Add(request, single_.members(0), "02");
  ASSERT_TRUE(Record(officer_, request).ok());
  for (const std::string& name : {couple_.name(), single_.name()}) {
    idv1::Household now = Get(name);
    EXPECT_EQ(now.member_count(), 0);
    EXPECT_EQ(now.state(), idv1::HOUSEHOLD_STATE_REGISTERED);
    EXPECT_EQ(now.etag(), "v2") << "one version for all changes of a call";
  }
  EXPECT_THAT(service_.ListAll(officer_), SizeIs(2));
}

TEST_F(MemberChanges, APersonWhoLeftMayComeBackAndIsFoundTwice) {
  idv1::RecordMemberChangesRequest request;
  Add(request, single_.members(0), "02");
  ASSERT_TRUE(Record(officer_, request).ok());
  std::vector<Fields> rows = Singles(1, 2);
  rows[0]["户编号"] = "H-new";
  EXPECT_EQ(service_.SendAndAwait({.csv = Csv(rows), .request_id = "b"}).state(),
            cv1::JOB_STATE_SUCCEEDED);
  idv1::SearchPersonsRequest search;
  search.set_citizen_id(rows[0]["证件号码"]);
  auto found = officer_.Call<idv1::SearchPersonsResponse>("SearchPersons", search);
  ASSERT_THAT(found->matches(), SizeIs(2));
  EXPECT_EQ(found->matches(0).person().left_on(), "");
  EXPECT_EQ(found->matches(1).person().left_on(), "2017-04-10");
  EXPECT_EQ(found->matches(1).person().left_reason(), "02");
}

TEST_F(MemberChanges, AreAllOrNone) {
  idv1::RecordMemberChangesRequest request;
  Add(request, single_.members(0));
  ASSERT_TRUE(Record(officer_, request, "first").ok());
  idv1::RecordMemberChangesRequest both;
  Add(both, couple_.members(1));
  Add(both, single_.members(0));
  EXPECT_THAT(Record(officer_, both),
              Refused(absl::StatusCode::kFailedPrecondition, "PERSON_NOT_PRESENT"));
  EXPECT_EQ(Get(couple_.name()).member_count(), 2);
  // What failed kept nothing: the request_id is free.
  idv1::RecordMemberChangesRequest right;
  Add(right, couple_.members(1));
  EXPECT_TRUE(Record(officer_, right).ok());
}

TEST_F(MemberChanges, OneRequestIdIsOneChangeForThirtyTwoCallers) {
  idv1::RecordMemberChangesRequest request;
  Add(request, couple_.members(1));
  std::vector<std::string> answers(32);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&] {
      auto response = Record(officer_, request, "same");
      answer = response.ok() ? response->SerializeAsString() : response.status().ToString();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(std::set<std::string>(answers.begin(), answers.end()), SizeIs(1)) << answers[0];
  EXPECT_EQ(Get(couple_.name()).etag(), "v2");
  EXPECT_EQ(service_.CountRows("household_version"), 3);
}

TEST_F(MemberChanges, RefuseWhatSomebodyElseHasChanged) {
  idv1::RecordMemberChangesRequest request;
  Add(request, couple_.members(1));
  request.mutable_changes(0)->set_household_etag("v7");
  EXPECT_THAT(Record(officer_, request), Refused(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.mutable_changes(0)->set_household_etag(couple_.etag());
  EXPECT_TRUE(Record(officer_, request).ok());
}

TEST_F(MemberChanges, RefuseEverythingThatIsWrongAtOnce) {
  idv1::RecordMemberChangesRequest request;
  Add(request, couple_.members(0), "06");
  Add(request, couple_.members(0), "01", "2190-01-01");
  Add(request, couple_.members(1), "01", "tomorrow");
  absl::Status status = Record(officer_, request).status();
  EXPECT_THAT(status, Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("4")) << "violations";
  idv1::RecordMemberChangesRequest early;
  Add(early, couple_.members(0), "01", "2013-01-01");
  EXPECT_THAT(Record(officer_, early),
              Refused(absl::StatusCode::kFailedPrecondition, "LEFT_BEFORE_JOINED"));
  EXPECT_THAT(Record(officer_, early, ""),
              Refused(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REQUIRED"));
  EXPECT_EQ(Get(couple_.name()).etag(), "v1");
}

TEST_F(MemberChanges, ConcernNobodyOutsideTheScope) {
  idv1::RecordMemberChangesRequest request;
  Add(request, couple_.members(1));
  for (const char* region : {kNeighbour, kOtherVillage}) {
    EXPECT_THAT(Record(service_.Register("county_officer", region), request),
                Refused(absl::StatusCode::kNotFound, "PERSON_NOT_FOUND"));
  }
  EXPECT_EQ(Record(service_.Register("viewer", kCounty), request).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Record(service_.Register("village_clerk", kVillage), request).ok());
}

}  // namespace
}  // namespace jz::testing
