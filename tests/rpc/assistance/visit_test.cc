// Visits come from devices: again, late, out of order, and from several at once.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "gtest/gtest.h"
#include "tests/rpc/assistance/assistance_server.h"

namespace jz::testing {
namespace {

// What became of each visit, in the order of the upload: "CREATED", "REPEATED", or why not.
std::vector<std::string> Outcomes(const absl::StatusOr<av1::UploadVisitsResponse>& response) {
  if (!response.ok()) return {response.status().ToString()};
  std::vector<std::string> outcomes;
  for (const av1::VisitResult& result : response->results()) {
    EXPECT_EQ(result.index(), static_cast<int>(outcomes.size()));
    EXPECT_EQ(result.visit().empty(), result.outcome() == av1::VISIT_OUTCOME_REFUSED);
    outcomes.push_back(result.outcome() == av1::VISIT_OUTCOME_CREATED    ? "CREATED"
                       : result.outcome() == av1::VISIT_OUTCOME_REPEATED ? "REPEATED"
                                                                         : result.reason());
  }
  return outcomes;
}

using Expected = std::vector<std::string>;

class VisitTest : public AssistanceTest {
 protected:
  std::vector<std::string> cadres_ = MakeCadres(officer_, 2);
  std::vector<std::string> households_ = Admit(server(), 2);
};

TEST_F(VisitTest, AreKeptOnceHoweverOftenABatchComes) {
  const av1::Visit a = Visited(households_[0], cadres_[0], "2017-03-01");
  const av1::Visit b = Visited(households_[0], cadres_[0], "2017-03-02");
  auto first = Upload(officer_, {a, b});
  ASSERT_EQ(Outcomes(first), (Expected{"CREATED", "CREATED"}));
  // The device stored its copy anew, and adds one twice.
  av1::Visit again = a;
  again.mutable_stored_at()->set_seconds(1'600'000'000);
  const av1::Visit c = Visited(households_[0], cadres_[0], "2017-03-03");
  auto second = Upload(officer_, {c, b, again, c});
  EXPECT_EQ(Outcomes(second), (Expected{"CREATED", "REPEATED", "REPEATED", "REPEATED"}));
  EXPECT_EQ(second->results(1).visit(), first->results(1).visit());
  EXPECT_EQ(second->results(2).visit(), first->results(0).visit());
  EXPECT_EQ(second->results(3).visit(), second->results(0).visit());
  EXPECT_EQ(VisitsOf(officer_, households_[0]).size(), 3u);
}

TEST_F(VisitTest, AreNotOverwrittenByOtherContents) {
  const av1::Visit kept = Visited(households_[0], cadres_[0], "2017-03-01");
  ASSERT_EQ(Outcomes(Upload(officer_, {kept})), (Expected{"CREATED"}));
  av1::Visit other_household = kept;
  other_household.set_household(households_[1]);
  av1::Visit other_day = kept;
  other_day.set_visit_date("2017-03-02");
  av1::Visit other_summary = kept;
  other_summary.set_summary("无");
  av1::Visit other_cadre = other_summary;  // whose client ids are others
  other_cadre.set_cadre(cadres_[1]);
  EXPECT_EQ(
      Outcomes(Upload(officer_, {other_household, other_day, other_summary, other_cadre, kept})),
      (Expected{"VISIT_DIFFERS", "VISIT_DIFFERS", "VISIT_DIFFERS", "CREATED", "REPEATED"}));
  // The same within one upload: the first is kept.
  const av1::Visit first = Visited(households_[1], cadres_[0], "2017-04-01");
  av1::Visit second = first;
  second.set_visit_date("2017-04-02");
  EXPECT_EQ(Outcomes(Upload(officer_, {first, second})), (Expected{"CREATED", "VISIT_DIFFERS"}));

  const auto visits = VisitsOf(officer_, households_[0]);
  ASSERT_EQ(visits.size(), 2u);
  EXPECT_EQ(visits[0].visit_date(), "2017-03-01");
  EXPECT_EQ(visits[0].summary(), kept.summary());
  EXPECT_EQ(visits[1].cadre(), cadres_[1]);
  ASSERT_EQ(VisitsOf(officer_, households_[1]).size(), 1u);
  EXPECT_EQ(VisitsOf(officer_, households_[1])[0].visit_date(), "2017-04-01");
}

TEST_F(VisitTest, MayComeLateAndOutOfOrder) {
  ASSERT_EQ(Outcomes(Upload(officer_, {Visited(households_[0], cadres_[0], "2017-09-01")})),
            (Expected{"CREATED"}));
  Remove(server(), households_[0], "2017-10-01");
  // Days before, and after the family has left the register.
  EXPECT_EQ(Outcomes(Upload(officer_, {Visited(households_[0], cadres_[0], "2017-08-01"),
                                       Visited(households_[0], cadres_[0], "2017-02-01")})),
            (Expected{"CREATED", "CREATED"}));
  std::vector<std::string> days;
  for (const av1::Visit& visit : VisitsOf(officer_, households_[0])) {
    days.push_back(visit.visit_date());
  }
  EXPECT_EQ(days, (Expected{"2017-09-01", "2017-08-01", "2017-02-01"}));
}

TEST_F(VisitTest, AreJudgedOneByOne) {
  const std::string neighbour = Admit(server(), 1, "2017-01-01", kNeighbourVillage)[0];
  const std::string stranger =
      MakeCadres(server().Officer(kNeighbourVillage), 1, 5, kNeighbourVillage)[0];
  av1::Visit short_id = Visited(households_[0], cadres_[0], "2017-03-01");
  short_id.set_client_id("7");
  EXPECT_EQ(Outcomes(Upload(officer_, {Visited(households_[0], cadres_[0], "2199-01-01"),
                                       Visited(neighbour, cadres_[0], "2017-03-01"),
                                       Visited(households_[0], stranger, "2017-03-01"), short_id,
                                       Visited(households_[0], cadres_[0], "2017-03-01")})),
            (Expected{"VISIT_DATE_FUTURE", "HOUSEHOLD_NOT_FOUND", "CADRE_NOT_FOUND",
                      "CLIENT_ID_FORMAT", "CREATED"}));
  EXPECT_EQ(VisitsOf(officer_, households_[0]).size(), 1u);
}

TEST_F(VisitTest, AreKeptOnceWhenManyUploadThemAtOnce) {
  std::vector<av1::Visit> visits;
  for (int i = 0; i < 20; ++i) {
    visits.push_back(Visited(households_[0], cadres_[0], absl::StrCat("2017-03-", i + 10)));
  }
  std::vector<std::string> names(32);
  InThreads(32, [&](int i) {
    // Half under one request_id, half each under one of its own and in the other order.
    std::vector<av1::Visit> mine = visits;
    if (i % 2 == 0) std::reverse(mine.begin(), mine.end());
    const std::string request_id = i % 2 == 0 ? NewId() : "one-for-" + cadres_[0];
    auto response = Upload(officer_, mine, request_id);
    while (ReasonOf(response.status()) == "VISIT_RACE") {
      response = Upload(officer_, mine, request_id);
    }
    if (!response.ok()) {
      names[i] = response.status().ToString();
      return;
    }
    std::set<std::string> of_thread;
    for (const av1::VisitResult& result : response->results()) of_thread.insert(result.visit());
    for (const std::string& name : of_thread) names[i] += name + " ";
  });
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 1u) << names[0];
  EXPECT_EQ(VisitsOf(officer_, households_[0]).size(), 20u) << names[0];
}

}  // namespace
}  // namespace jz::testing
