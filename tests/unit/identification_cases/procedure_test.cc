#include "services/identification/domain/procedure.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/status/status.h"

namespace jz::identification {
namespace {

using enum CaseStep;

Procedure P1() {
  return {.code = "P1",
          .steps = {kGroupAssessment, kVillageDeliberation, kTownshipVerification, kCountyDecision,
                    kPublicity, kConclusion}};
}

TEST(Procedure, GoesStepByStep) {
  Procedure p1 = P1();
  ASSERT_TRUE(CheckProcedure(p1).ok());
  EXPECT_EQ(FirstStep(p1), kGroupAssessment);
  EXPECT_EQ(StepAfter(p1, kGroupAssessment), kVillageDeliberation);
  EXPECT_EQ(StepAfter(p1, kVillageDeliberation), kTownshipVerification);
  EXPECT_EQ(StepAfter(p1, kTownshipVerification), kCountyDecision);
  EXPECT_EQ(StepAfter(p1, kCountyDecision), kPublicity);
  EXPECT_EQ(StepAfter(p1, kPublicity), kConclusion);
  EXPECT_EQ(StepAfter(p1, kConclusion), kNone);
}

TEST(Procedure, CanLeaveStepsOut) {
  Procedure exit{.code = "P4", .steps = {kVillageDeliberation, kPublicity, kConclusion}};
  ASSERT_TRUE(CheckProcedure(exit).ok());
  EXPECT_EQ(StepAfter(exit, kVillageDeliberation), kPublicity);
  EXPECT_EQ(StepAfter(exit, kCountyDecision), kNone);
}

TEST(Procedure, MustEndInPublicAndGoNoStepTwice) {
  EXPECT_FALSE(CheckProcedure({.code = "", .steps = {}}).ok());
  EXPECT_FALSE(CheckProcedure({.code = "", .steps = {kCountyDecision}}).ok());
  EXPECT_FALSE(CheckProcedure({.code = "", .steps = {kCountyDecision, kConclusion}}).ok());
  EXPECT_FALSE(CheckProcedure({.code = "", .steps = {kPublicity, kPublicity, kConclusion}}).ok());
  EXPECT_FALSE(CheckProcedure({.code = "", .steps = {kNone, kPublicity, kConclusion}}).ok());
}

TEST(Votes, NeverExceedAttendance) {
  EXPECT_TRUE(VotesFit({.in_favour = 5, .against = 3, .abstained = 2}, 10));
  EXPECT_FALSE(VotesFit({.in_favour = 5, .against = 3, .abstained = 3}, 10));
  EXPECT_TRUE(VotesFit({}, 1));
  EXPECT_FALSE(VotesFit({.in_favour = -1, .against = 0, .abstained = 0}, 10));
  EXPECT_FALSE(VotesFit({.in_favour = 0, .against = -1, .abstained = 2}, 10));
  EXPECT_FALSE(VotesFit({.in_favour = 0, .against = 0, .abstained = -3}, 10));
  constexpr int kMost = std::numeric_limits<int>::max();
  EXPECT_FALSE(VotesFit({.in_favour = kMost, .against = kMost, .abstained = 2}, 10))
      << "sums must not wrap";
}

TEST(Votes, PassWithMoreThanHalfOfThosePresent) {
  EXPECT_TRUE(VotesPass({.in_favour = 6, .against = 4, .abstained = 0}, 10));
  EXPECT_FALSE(VotesPass({.in_favour = 5, .against = 0, .abstained = 0}, 10))
      << "half is no majority, even when nobody is against";
  EXPECT_TRUE(VotesPass({.in_favour = 4, .against = 3, .abstained = 0}, 7));
  EXPECT_FALSE(VotesPass({.in_favour = 3, .against = 0, .abstained = 4}, 7));
}

TEST(Panel, HasAMinimum) {
  EXPECT_TRUE(CheckPanel(4, 4).ok());
  EXPECT_EQ(ReasonOf(CheckPanel(3, 4)), "PANEL_TOO_SMALL");
}

TEST(Dates, LieBetweenThePreviousStepAndToday) {
  EXPECT_TRUE(CheckNotInFuture(Date(2017, 6, 14), Date(2017, 6, 14)).ok());
  EXPECT_EQ(ReasonOf(CheckNotInFuture(Date(2017, 6, 15), Date(2017, 6, 14))), "DATE_IN_FUTURE");
  Case item;
  EXPECT_TRUE(CheckNotBeforePrevious(item, Date(1990, 1, 1)).ok());
  item.last_step_on = Date(2017, 6, 1);
  EXPECT_TRUE(CheckNotBeforePrevious(item, Date(2017, 6, 1)).ok());
  EXPECT_EQ(ReasonOf(CheckNotBeforePrevious(item, Date(2017, 5, 31))), "DATE_BEFORE_PREVIOUS_STEP");
}

TEST(Separation, KeepsMakersFromChecking) {
  Case item;
  item.proposed_by = "proposer";
  item.assessed_by = "assessor";
  item.deliberated_by = "deliberator";
  item.verified_by = "verifier";
  auto reason = [&](CaseStep step, const char* subject) {
    return ReasonOf(CheckSeparation(item, step, subject));
  };
  EXPECT_EQ(reason(kTownshipVerification, "assessor"), "SAME_PERSON");
  EXPECT_EQ(reason(kTownshipVerification, "deliberator"), "SAME_PERSON");
  EXPECT_EQ(reason(kTownshipVerification, "proposer"), "") << "a township clerk does both";
  EXPECT_EQ(reason(kCountyDecision, "proposer"), "SAME_PERSON");
  EXPECT_EQ(reason(kCountyDecision, "verifier"), "SAME_PERSON");
  EXPECT_EQ(reason(kCountyDecision, "somebody"), "");
  EXPECT_EQ(reason(kVillageDeliberation, "assessor"), "");
  EXPECT_EQ(reason(kPublicity, "verifier"), "");
}

TEST(Publicity, LastsItsDaysWithoutTheDayOfPosting) {
  Date last = LastDayOfPublicity(Date(2017, 5, 26), 7);
  EXPECT_EQ(last, Date(2017, 6, 2));
  EXPECT_EQ(ReasonOf(CheckPublicityOver(last, Date(2017, 6, 2))), "PUBLICITY_NOT_OVER");
  EXPECT_EQ(MetadataOf(CheckPublicityOver(last, Date(2017, 6, 1)), "ends_on"), "2017-06-02");
  EXPECT_TRUE(CheckPublicityOver(last, Date(2017, 6, 3)).ok());
}

}  // namespace
}  // namespace jz::identification
