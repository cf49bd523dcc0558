// Changes that somebody proposes, another verifies and a third approves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "jingzhun/identification/v1/change_request.pb.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_changes/changes_service.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using absl::StatusCode;
using identification::testing::IdOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ChangeRequests : public ::testing::Test {
 protected:
  Client As(const std::string& subject, const std::string& role,
            const std::string& region = kCounty) {
    return Client(
        service_.service().port(), "jingzhun.identification.v1.ChangeRequestService",
        service_.service().TokenOf({.subject = subject, .roles = {role}, .regions = {region}}));
  }
  idv1::HouseholdEdit NewGroup(const std::string& group) {
    idv1::HouseholdEdit edit = EditOf(service_.Get(family_.name()));
    edit.mutable_values()->set_group_name(group);
    edit.mutable_update_mask()->add_paths("group_name");
    return edit;
  }
  absl::StatusOr<idv1::ChangeRequest> Propose(const idv1::HouseholdEdit& edit) {
    idv1::ProposeChangeRequest request;
    *request.mutable_edit() = edit;
    request.set_reason("入户核查");
    request.set_request_id(service_.NextRequest());
    return village_.Call<idv1::ChangeRequest>("ProposeChange", request);
  }
  template <class Request, class Response = idv1::ChangeRequest>
  absl::StatusOr<Response> Step(const Client& client, const char* method, const std::string& name,
                                const std::string& note = "") {
    Request request;
    request.set_name(name);
    request.set_note(note);
    request.set_request_id(service_.NextRequest());
    return client.Call<Response>(method, request);
  }
  absl::StatusOr<idv1::ChangeRequest> Verify(const Client& client, const std::string& name) {
    return Step<idv1::VerifyChangeRequest>(client, "VerifyChange", name);
  }
  absl::StatusOr<idv1::ApproveChangeResponse> Approve(const Client& client,
                                                      const std::string& name) {
    return Step<idv1::ApproveChangeRequest, idv1::ApproveChangeResponse>(client, "ApproveChange",
                                                                         name);
  }
  idv1::ChangeRequest Get(const std::string& name) {
    idv1::GetChangeRequestRequest request;
    request.set_name(name);
    return *county_.Call<idv1::ChangeRequest>("GetChangeRequest", request);
  }
  std::vector<std::string> List(const Client& client, bool overdue = false) {
    idv1::ListChangeRequestsRequest request;
    request.set_overdue(overdue);
    auto listed = client.Call<idv1::ListChangeRequestsResponse>("ListChangeRequests", request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> names;
    for (const auto& one : listed->change_requests()) names.push_back(one.name());
    return names;
  }

  ChangesService service_;
  idv1::Household family_ = service_.Enter("H1", ChangesService::FamilyOfFour(1));
  Client village_ = As("village", "village_clerk", kVillage);
  Client township_ = As("township", "township_clerk", kTownship);
  Client county_ = As("county", "county_officer");
};

TEST_F(ChangeRequests, AreAppliedByTheApproval) {
  idv1::HouseholdEdit edit = NewGroup("9组");
  idv1::JoiningMember& join = *edit.add_joins();
  join.set_kind("06");
  join.set_date("2017-05-01");
  join.mutable_values()->set_display_name("新生儿");
  join.mutable_values()->set_citizen_id(IdOf(20170420, 11));
  join.mutable_values()->mutable_items()->set_relation_to_head(7);
  auto proposed = Propose(edit);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->state(), idv1::CHANGE_REQUEST_STATE_PROPOSED);
  EXPECT_THAT(proposed->ShortDebugString(), Not(HasSubstr(IdOf(20170420, 11)))) << "masked";
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v1") << "nothing has changed yet";
  ASSERT_TRUE(Verify(township_, proposed->name()).ok());
  auto approved = Approve(county_, proposed->name());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->change_request().state(), idv1::CHANGE_REQUEST_STATE_APPROVED);
  const idv1::Household now = service_.Get(family_.name());
  EXPECT_EQ(now.group_name(), "9组");
  EXPECT_EQ(now.member_count(), 5);
  EXPECT_EQ(now.state(), family_.state());
  EXPECT_EQ(service_.service().CountRows("change_request WHERE edit_sealed LIKE '%20170420%'"), 0)
      << "sealed";
}

TEST_F(ChangeRequests, AreForDifferentPersons) {
  auto proposed = Propose(NewGroup("9组"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(Approve(county_, proposed->name()),
              Refused(StatusCode::kFailedPrecondition, "CHANGE_REQUEST_STATE"))
      << "not verified";
  EXPECT_THAT(Verify(As("village", "township_clerk", kTownship), proposed->name()),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_EQ(Verify(village_, proposed->name()).status().code(), StatusCode::kPermissionDenied);
  ASSERT_TRUE(Verify(township_, proposed->name()).ok());
  EXPECT_THAT(Approve(As("township", "county_officer"), proposed->name()),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_THAT(Approve(As("village", "county_officer"), proposed->name()),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
  EXPECT_EQ(Approve(township_, proposed->name()).status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(Approve(county_, proposed->name()).ok());
  EXPECT_THAT(Approve(As("other", "county_officer"), proposed->name()),
              Refused(StatusCode::kFailedPrecondition, "CHANGE_REQUEST_STATE"));
  EXPECT_EQ(service_.Get(family_.name()).etag(), "v2") << "applied once";
}

TEST_F(ChangeRequests, ShowBothVersionsWhenTheRecordHasChanged) {
  idv1::HouseholdEdit edit = NewGroup("9组");
  edit.mutable_values()->mutable_household()->set_arable_area_hundredths(500);
  edit.mutable_update_mask()->add_paths("household.arable_area_hundredths");
  auto proposed = Propose(edit);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  ASSERT_TRUE(Verify(township_, proposed->name()).ok());
  EXPECT_FALSE(Get(proposed->name()).has_conflict());
  // Somebody else changes the same item, and another.
  idv1::HouseholdEdit other = NewGroup("5组");
  other.mutable_values()->set_phone("13700001111");
  other.mutable_update_mask()->add_paths("phone");
  ASSERT_TRUE(service_.Update(other).ok());
  auto approved = Approve(county_, proposed->name());
  ASSERT_THAT(approved, Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  auto payload =
      approved.status().GetPayload("type.googleapis.com/jingzhun.identification.v1.ChangeConflict");
  ASSERT_TRUE(payload.has_value()) << approved.status();
  idv1::ChangeConflict conflict;
  ASSERT_TRUE(conflict.ParseFromString(std::string(*payload)));
  EXPECT_EQ(conflict.base_etag(), "v1");
  EXPECT_EQ(conflict.current_etag(), "v2");
  std::map<std::string, std::string> fields;
  for (const auto& field : conflict.fields()) {
    fields[field.path()] = absl::StrCat(field.base(), "|", field.current(), "|", field.proposed());
  }
  EXPECT_EQ(fields["group_name"], "1组|5组|9组");
  EXPECT_EQ(fields["household.arable_area_hundredths"], "||500");
  EXPECT_EQ(fields["phone"], "138****5678|137****1111|");
  EXPECT_TRUE(Get(proposed->name()).has_conflict());
  EXPECT_EQ(service_.Get(family_.name()).group_name(), "5组");
  // The request waits on, until it is rejected or taken back.
  EXPECT_EQ(Get(proposed->name()).state(), idv1::CHANGE_REQUEST_STATE_VERIFIED);
  auto rejected =
      Step<idv1::RejectChangeRequest>(county_, "RejectChange", proposed->name(), "已变更");
  ASSERT_TRUE(rejected.ok()) << rejected.status();
  EXPECT_TRUE(Propose(NewGroup("9组")).ok());
}

TEST_F(ChangeRequests, RefuseAtOnceWhatCouldNotBeApplied) {
  idv1::HouseholdEdit edit = NewGroup("9组");
  edit.mutable_values()->mutable_household()->set_household_type(1);
  edit.mutable_update_mask()->add_paths("household.household_type");
  EXPECT_THAT(ViolationsOf(Propose(edit)),
              Contains("edit.values.household.household_type ITEM_NOT_EDITABLE"))
      << "a state is not changed so";
  edit = NewGroup("9组");
  edit.set_etag("v7");
  EXPECT_THAT(Propose(edit), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  ASSERT_TRUE(Propose(NewGroup("9组")).ok());
  EXPECT_THAT(Propose(NewGroup("8组")),
              Refused(StatusCode::kFailedPrecondition, "CHANGE_REQUEST_PENDING"));
  idv1::ProposeChangeRequest request;
  *request.mutable_edit() = NewGroup("7组");
  request.set_due_on("2016-01-01");
  request.set_request_id("r");
  auto response = village_.Call<idv1::ChangeRequest>("ProposeChange", request);
  EXPECT_THAT(ViolationsOf(response), Contains("reason REASON_REQUIRED"));
  EXPECT_THAT(ViolationsOf(response), Contains("due_on DUE_RANGE"));
}

TEST_F(ChangeRequests, AreTakenBackByWhoProposedThem) {
  auto proposed = Propose(NewGroup("9组"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(Step<idv1::WithdrawChangeRequest>(township_, "WithdrawChange", proposed->name()),
              Refused(StatusCode::kPermissionDenied, "NOT_PROPOSER"));
  EXPECT_THAT(
      ViolationsOf(Step<idv1::RejectChangeRequest>(township_, "RejectChange", proposed->name())),
      Contains("note REASON_REQUIRED"));
  ASSERT_TRUE(Step<idv1::WithdrawChangeRequest>(village_, "WithdrawChange", proposed->name()).ok());
  EXPECT_THAT(Verify(township_, proposed->name()),
              Refused(StatusCode::kFailedPrecondition, "CHANGE_REQUEST_STATE"));
}

TEST_F(ChangeRequests, AreListedWithinTheScope) {
  auto proposed = Propose(NewGroup("9组"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(List(village_), SizeIs(1));
  EXPECT_THAT(List(county_, true), IsEmpty()) << "not overdue";
  const Client neighbour = As("n", "county_officer", kNeighbour);
  EXPECT_THAT(List(neighbour), IsEmpty());
  EXPECT_THAT(Verify(neighbour, proposed->name()),
              Refused(StatusCode::kNotFound, "CHANGE_REQUEST_NOT_FOUND"));
  // A request follows its household to another village.
  idv1::MoveHouseholdsRequest move;
  auto& to = *move.add_moves();
  to.set_household(family_.name());
  to.set_to_code(kOtherVillage);
  move.set_effective_date("2017-05-01");
  move.set_request_id("move");
  ASSERT_TRUE(service_.service()
                  .Register()
                  .Call<idv1::MoveHouseholdsResponse>("MoveHouseholds", move)
                  .ok());
  EXPECT_THAT(List(village_), IsEmpty());
  EXPECT_EQ(Get(proposed->name()).region_code(), kOtherVillage);
}

}  // namespace
}  // namespace jz::testing
