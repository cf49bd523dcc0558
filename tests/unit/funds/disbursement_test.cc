#include "services/funds/domain/disbursement.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jz::funds {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RegionCode Region(const char* text) { return *RegionCode::Parse(text); }

Batch MakeBatch() {
  Batch batch;
  batch.id = BatchId(1);
  batch.region = Region("230712001000");
  batch.purpose = "housing_renovation";
  batch.pay_date = Date(2017, 7, 10);
  batch.declared_count = 2;
  batch.declared_total_fen = 1'500'000;
  batch.standard_fen = 750'000;
  batch.created_by = "maker";
  return batch;
}

Line MakeLine(int number, int64_t household, int64_t person = 0) {
  Line line;
  line.client_line_id = absl::StrCat("L", number);
  line.number = number;
  line.household = household;
  line.person = person;
  line.amount_fen = 750'000;
  line.payee_name = "张三";
  line.bank_account_sealed = "sealed";
  return line;
}

PaymentFacts Registered(std::initializer_list<int64_t> households) {
  PaymentFacts facts;
  for (int64_t id : households) {
    facts.households[id] = {.region = Region("230712001201"), .on_register = true};
  }
  return facts;
}

std::vector<std::string> Reasons(const std::vector<RefusedLine>& refused) {
  std::vector<std::string> reasons;
  for (const RefusedLine& line : refused) {
    reasons.push_back(absl::StrCat(line.client_line_id, ":", line.reason));
  }
  return reasons;
}

TEST(CheckDeclaration, AcceptsExactlyWhatWasDeclared) {
  Batch batch = MakeBatch();
  std::vector<Line> lines = {MakeLine(1, 1), MakeLine(2, 2)};
  EXPECT_TRUE(CheckDeclaration(batch, TotalsOf(lines)).ok());
}

TEST(CheckDeclaration, NamesBothFigures) {
  Batch batch = MakeBatch();
  std::vector<Line> lines = {MakeLine(1, 1)};
  absl::Status status = CheckDeclaration(batch, TotalsOf(lines));
  EXPECT_EQ(ReasonOf(status), "DECLARED_COUNT_DIFFERS");
  EXPECT_EQ(MetadataOf(status, "declared"), "2");
  EXPECT_EQ(MetadataOf(status, "found"), "1");
  lines.push_back(MakeLine(2, 2));
  lines[1].amount_fen -= 1;
  EXPECT_EQ(ReasonOf(CheckDeclaration(batch, TotalsOf(lines))), "DECLARED_TOTAL_DIFFERS");
  lines[1].amount_fen += 1;
  batch.declared_item_total = 5;
  EXPECT_EQ(ReasonOf(CheckDeclaration(batch, TotalsOf(lines))), "DECLARED_ITEM_TOTAL_DIFFERS");
}

TEST(CheckLines, TellsEveryViolationAtOnce) {
  Batch batch = MakeBatch();
  Line bad = MakeLine(1, 1, 7);
  bad.amount_fen = 700'000;
  bad.item_count = 1;
  bad.payee_name = "";
  bad.bank_account_sealed = "";
  absl::Status status = CheckLines(batch, std::vector<Line>{MakeLine(1, 1), bad});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("5"));
  EXPECT_TRUE(CheckLines(batch, std::vector<Line>{MakeLine(1, 1)}).ok());
}

TEST(CheckLines, LetsGoodsGoWithoutMoney) {
  Batch batch = MakeBatch();
  batch.item = "chick";
  batch.standard_fen = 0;
  batch.declared_total_fen = 0;
  Line line;
  line.client_line_id = "L1";
  line.household = 1;
  line.item_count = 100;
  EXPECT_TRUE(CheckLines(batch, std::vector<Line>{line}).ok());
  line.amount_fen = 5;
  EXPECT_FALSE(CheckLines(batch, std::vector<Line>{line}).ok());
}

TEST(RefuseLines, PaysRegisteredHouseholdsOfTheRegion) {
  std::vector<Line> lines = {MakeLine(1, 1), MakeLine(2, 2)};
  EXPECT_THAT(RefuseLines(MakeBatch(), lines, Registered({1, 2})), IsEmpty());
}

TEST(RefuseLines, RefusesWhoIsNotOnTheRegister) {
  std::vector<Line> lines = {MakeLine(1, 1), MakeLine(2, 2), MakeLine(3, 3)};
  PaymentFacts facts = Registered({1, 2});
  facts.households[2].on_register = false;
  EXPECT_THAT(Reasons(RefuseLines(MakeBatch(), lines, facts)),
              ElementsAre("L2:HOUSEHOLD_NOT_REGISTERED", "L3:HOUSEHOLD_NOT_REGISTERED"));
}

TEST(RefuseLines, RefusesAHouseholdOfAnotherTownship) {
  std::vector<Line> lines = {MakeLine(1, 1)};
  PaymentFacts facts = Registered({1});
  facts.households[1].region = Region("230712002201");
  EXPECT_THAT(Reasons(RefuseLines(MakeBatch(), lines, facts)),
              ElementsAre("L1:HOUSEHOLD_OUTSIDE_REGION"));
}

TEST(RefuseLines, RefusesAPersonWhoIsNotAMemberThen) {
  Batch batch = MakeBatch();
  batch.per = PaidPer::kPerson;
  std::vector<Line> lines = {MakeLine(1, 1, 11), MakeLine(2, 1, 12), MakeLine(3, 2, 11)};
  PaymentFacts facts = Registered({1, 2});
  facts.members[11] = 1;
  EXPECT_THAT(Reasons(RefuseLines(batch, lines, facts)),
              ElementsAre("L2:PERSON_NOT_PRESENT", "L3:PERSON_NOT_PRESENT"));
}

TEST(RefuseLines, RefusesASecondPayment) {
  std::vector<Line> lines = {MakeLine(1, 1), MakeLine(2, 1), MakeLine(3, 2)};
  PaymentFacts facts = Registered({1, 2});
  facts.paid_elsewhere.insert({2, 0});
  EXPECT_THAT(Reasons(RefuseLines(MakeBatch(), lines, facts)),
              ElementsAre("L2:DUPLICATE_IN_BATCH", "L3:ALREADY_PAID"));
}

TEST(LinesRefused, ListsTwentyAndCountsAll) {
  std::vector<RefusedLine> refused;
  EXPECT_TRUE(LinesRefused(refused).ok());
  for (int i = 0; i < 30; ++i) refused.push_back({absl::StrCat("L", i), "ALREADY_PAID"});
  absl::Status status = LinesRefused(refused);
  EXPECT_EQ(ReasonOf(status), "LINES_REFUSED");
  EXPECT_EQ(MetadataOf(status, "refused_count"), "30");
  EXPECT_THAT(MetadataOf(status, "lines"), HasSubstr("L19:ALREADY_PAID"));
  EXPECT_THAT(MetadataOf(status, "lines"), ::testing::Not(HasSubstr("L20:")));
}

TEST(RequireDraftOf, BelongsToItsMaker) {
  Batch batch = MakeBatch();
  EXPECT_TRUE(RequireDraftOf(batch, "maker").ok());
  EXPECT_EQ(ReasonOf(RequireDraftOf(batch, "other")), "NOT_BATCH_MAKER");
  batch.state = BatchState::kSubmitted;
  EXPECT_EQ(ReasonOf(RequireDraftOf(batch, "maker")), "BATCH_NOT_DRAFT");
}

TEST(CheckBudgetOfBatch, KeepsThePurpose) {
  Batch batch = MakeBatch();
  BudgetLine line;
  line.region = Region("230712000000");
  line.purpose = "student_grant";
  EXPECT_EQ(ReasonOf(CheckBudgetOfBatch(batch, line)), "BUDGET_PURPOSE_DIFFERS");
  line.purpose = batch.purpose;
  EXPECT_TRUE(CheckBudgetOfBatch(batch, line).ok());
  line.region = Region("230713000000");
  EXPECT_EQ(ReasonOf(CheckBudgetOfBatch(batch, line)), "BATCH_OUTSIDE_BUDGET_REGION");
}

TEST(CheckProjectOfBatch, PaysForOpenProjectsOfTheBudgetLine) {
  Batch batch = MakeBatch();
  batch.budget_line = BudgetLineId(5);
  Project project;
  project.budget_line = BudgetLineId(6);
  EXPECT_EQ(ReasonOf(CheckProjectOfBatch(batch, project)), "PROJECT_BUDGET_DIFFERS");
  project.budget_line = batch.budget_line;
  EXPECT_TRUE(CheckProjectOfBatch(batch, project).ok());
  project.state = ProjectState::kClosed;
  EXPECT_EQ(ReasonOf(CheckProjectOfBatch(batch, project)), "PROJECT_CLOSED");
}

TEST(CheckNewProject, StaysInsideTheBudgetLine) {
  BudgetLine line;
  line.region = Region("230712000000");
  line.amount_fen = 1000;
  Project project;
  project.region = Region("230712001000");
  project.amount_fen = 600;
  EXPECT_TRUE(CheckNewProject(project, line, 400).ok());
  EXPECT_EQ(ReasonOf(CheckNewProject(project, line, 401)), "PROJECT_OVER_BUDGET");
  project.region = Region("230713001000");
  EXPECT_EQ(ReasonOf(CheckNewProject(project, line, 0)), "PROJECT_OUTSIDE_REGION");
}

TEST(CheckAdvance, MovesOneStageAtATime) {
  EXPECT_TRUE(CheckAdvance(ProjectState::kApproved, ProjectState::kImplementing).ok());
  EXPECT_EQ(ReasonOf(CheckAdvance(ProjectState::kApproved, ProjectState::kAccepted)),
            "PROJECT_STATE_ORDER");
  EXPECT_EQ(ReasonOf(CheckAdvance(ProjectState::kSettled, ProjectState::kAccepted)),
            "PROJECT_STATE_ORDER");
}

}  // namespace
}  // namespace jz::funds
