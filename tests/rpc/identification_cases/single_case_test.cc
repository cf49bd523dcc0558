// Single cases outside campaigns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_cases/case_service.h"

namespace jz::testing {
namespace {

using absl::StatusCode;

class SingleCases : public ::testing::Test {
 protected:
  SingleCases() { village_.ImportVillage(); }

  absl::StatusOr<idv1::CreateCasesResponse> Propose(const std::vector<std::string>& numbers,
                                                    idv1::AdjustmentKind kind,
                                                    const std::string& reason = "CONDITIONS_MET") {
    idv1::CreateCasesRequest request;
    for (const std::string& number : numbers) {
      auto& proposal = *request.add_proposals();
      proposal.set_household(village_.HouseholdName(number));
      proposal.set_kind(kind);
      proposal.set_reason(reason);
      proposal.set_note("村委会提出");
    }
    request.set_request_id(village_.NextRequest());
    return village_.As("county_officer", kCounty, "proposer")
        .Call<idv1::CreateCasesResponse>("CreateCases", request);
  }

  CaseService village_;
};

TEST_F(SingleCases, CarryAnExitThroughTheProcedure) {
  auto created = Propose({"R-rich"}, idv1::ADJUSTMENT_KIND_EXIT);
  ASSERT_TRUE(created.ok()) << created.status();
  ASSERT_EQ(created->cases_size(), 1);
  EXPECT_EQ(created->cases(0).campaign(), "");
  village_.RunUntilPosted("");
  ASSERT_TRUE(village_.Conclude("").ok());
  EXPECT_EQ(village_.HouseholdOf("R-rich").state(), idv1::HOUSEHOLD_STATE_EXITED);
  EXPECT_EQ(village_.HouseholdOf("R-rich").state_since(), "2017-06-14");
  idv1::Case item = village_.CaseOf("R-rich");
  EXPECT_EQ(item.assessment().rule(), "PROPOSED");
  EXPECT_EQ(item.assessment().note(), "村委会提出");
  idv1::Flows flows = village_.Flows();
  EXPECT_EQ(flows.exited().households(), 1);
  EXPECT_EQ(flows.exited().persons(), 1);
}

TEST_F(SingleCases, RefuseAnExitWhileHousingFails) {
  auto refused = Propose({"R-rich", "R-poor"}, idv1::ADJUSTMENT_KIND_EXIT);
  EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "EXIT_CONDITIONS_UNMET"));
  EXPECT_EQ(MetadataOf(refused.status(), "condition"), "INCOME_BELOW_LINE");
  EXPECT_EQ(MetadataOf(refused.status(), "household"), village_.HouseholdName("R-poor"));
  EXPECT_EQ(village_.registry().CountRows("adjustment_case"), 0) << "all or none";
  village_.Import({{.number = "R-unsafe", .fields = {{"住房安全", "02"}}}});
  refused = Propose({"R-unsafe"}, idv1::ADJUSTMENT_KIND_EXIT);
  EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "EXIT_CONDITIONS_UNMET"));
  EXPECT_EQ(MetadataOf(refused.status(), "condition"), "HOUSING_UNSAFE");
}

TEST_F(SingleCases, RefuseWhatTheStateDoesNotAllow) {
  EXPECT_THAT(Propose({"E-sound"}, idv1::ADJUSTMENT_KIND_EXIT),
              Refused(StatusCode::kFailedPrecondition, "STATE_TRANSITION"));
  EXPECT_THAT(Propose({"R-poor"}, idv1::ADJUSTMENT_KIND_RELAPSE),
              Refused(StatusCode::kFailedPrecondition, "STATE_TRANSITION"));
  EXPECT_THAT(Propose({"R-poor"}, idv1::ADJUSTMENT_KIND_NATURAL_DECREASE),
              Refused(StatusCode::kFailedPrecondition, "MEMBERS_PRESENT"));
}

TEST_F(SingleCases, RefuseAHouseholdThatHasOneAlready) {
  ASSERT_TRUE(Propose({"R-poor"}, idv1::ADJUSTMENT_KIND_RETAIN).ok());
  EXPECT_THAT(Propose({"R-excluded", "R-poor"}, idv1::ADJUSTMENT_KIND_RETAIN),
              Refused(StatusCode::kFailedPrecondition, "CASE_OPEN"));
}

TEST_F(SingleCases, RefuseHouseholdsOutsideTheScopeAndBadRequests) {
  idv1::CreateCasesRequest request;
  auto& proposal = *request.add_proposals();
  proposal.set_household(village_.HouseholdName("R-poor"));
  proposal.set_kind(idv1::ADJUSTMENT_KIND_RETAIN);
  proposal.set_reason("STILL_POOR");
  request.set_request_id("r");
  EXPECT_THAT(village_.As("county_officer", kNeighbour)
                  .Call<idv1::CreateCasesResponse>("CreateCases", request),
              Refused(StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
  *request.add_proposals() = proposal;
  EXPECT_THAT(village_.County().Call<idv1::CreateCasesResponse>("CreateCases", request),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"))
      << "twice the same household";
  request.mutable_proposals()->DeleteSubrange(0, 2);
  EXPECT_THAT(village_.County().Call<idv1::CreateCasesResponse>("CreateCases", request),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Propose({"R-poor"}, idv1::ADJUSTMENT_KIND_UNSPECIFIED),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Propose({"R-poor"}, idv1::ADJUSTMENT_KIND_RETAIN, "still poor"),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(SingleCases, AreNotDecidedByWhoProposedThem) {
  ASSERT_TRUE(Propose({"R-poor"}, idv1::ADJUSTMENT_KIND_RETAIN).ok());
  ASSERT_TRUE(village_.Assess("").ok());
  ASSERT_TRUE(village_.Deliberate("").ok());
  ASSERT_TRUE(village_.Verify("").ok());
  idv1::DecideCasesRequest request;
  request.set_region_code(kVillage);
  request.set_held_on("2017-05-25");
  request.set_request_id("d");
  EXPECT_THAT(village_.As("county_officer", kCounty, "proposer")
                  .Call<idv1::StepSummary>("DecideCases", request),
              Refused(StatusCode::kFailedPrecondition, "SAME_PERSON"));
}

TEST_F(SingleCases, AreProposedAgainAsTheyWereWhenStale) {
  ASSERT_TRUE(Propose({"C-poor"}, idv1::ADJUSTMENT_KIND_ADMIT, "FOUND_POOR").ok());
  idv1::Case old = village_.CaseOf("C-poor");
  village_.RecordDeaths("C-poor", "2017-05-01");
  idv1::ReassessCasesRequest request;
  request.add_cases(old.name());
  request.set_request_id("r");
  auto again = village_.County().Call<idv1::ReassessCasesResponse>("ReassessCases", request);
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->cases_size(), 1);
  EXPECT_EQ(again->cases(0).reason(), "FOUND_POOR");
  EXPECT_EQ(again->cases(0).planned_exit_year(), 2018) << "nobody is left who can work";
}

TEST_F(SingleCases, RefuseAnEffectBeforeTheStateBegan) {
  ASSERT_TRUE(Propose({"C-poor"}, idv1::ADJUSTMENT_KIND_ADMIT).ok());
  village_.RunUntilPosted("");
  ASSERT_TRUE(village_.Conclude("").ok());  // registered since 2017-06-14
  ASSERT_TRUE(Propose({"C-poor"}, idv1::ADJUSTMENT_KIND_REMOVE_ERROR).ok());
  EXPECT_THAT(village_.Assess(""),
              Refused(StatusCode::kFailedPrecondition, "DATE_BEFORE_PREVIOUS_STEP"))
      << "the steps of a case come after the state that it changes";
}

}  // namespace
}  // namespace jz::testing
