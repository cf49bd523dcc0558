// Who may help whom, and until when.
#include "common/status/status.h"
#include "gtest/gtest.h"
#include "tests/rpc/assistance/assistance_server.h"

namespace jz::testing {
namespace {

using PairingTest = AssistanceTest;

TEST_F(PairingTest, LetsACadreHelpUpToTheLimitAtATime) {
  const std::string cadre = MakeCadres(officer_, 1, /*household_limit=*/2)[0];
  const auto households = Admit(server(), 4);
  auto all = Pair(officer_, {Paired(households[0], cadre), Paired(households[1], cadre),
                             Paired(households[2], cadre)});
  EXPECT_EQ(all.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(all.status()), "CADRE_LIMIT");
  EXPECT_EQ(MetadataOf(all.status(), "index"), "2");
  EXPECT_TRUE(PairingsOf(officer_, households[0]).empty()) << "all or none";

  auto two = Pair(officer_, {Paired(households[0], cadre), Paired(households[1], cadre)});
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->pairings(0).region_code(), kVillage);
  EXPECT_EQ(ReasonOf(Pair(officer_, {Paired(households[2], cadre)}).status()), "CADRE_LIMIT");

  ASSERT_TRUE(End(officer_, two->pairings(0), "2017-06-30").ok());
  EXPECT_EQ(ReasonOf(Pair(officer_, {Paired(households[2], cadre, "2017-06-30")}).status()),
            "CADRE_LIMIT")
      << "the last day counts";
  EXPECT_TRUE(Pair(officer_, {Paired(households[2], cadre, "2017-07-01")}).ok());
  EXPECT_EQ(ReasonOf(Pair(officer_, {Paired(households[3], cadre, "2018-01-01")}).status()),
            "CADRE_LIMIT");
}

TEST_F(PairingTest, GivesAHouseholdOneHelperOnAnyDay) {
  const auto cadres = MakeCadres(officer_, 2);
  const std::string household = Admit(server(), 1)[0];
  auto first = Pair(officer_, {Paired(household, cadres[0])});
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = Pair(officer_, {Paired(household, cadres[1], "2017-03-01")});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(second.status()), "HOUSEHOLD_PAIRED");
  EXPECT_EQ(ReasonOf(Pair(officer_, {Paired(household, cadres[0])}).status()), "HOUSEHOLD_PAIRED");

  ASSERT_TRUE(End(officer_, first->pairings(0), "2017-02-28").ok());
  EXPECT_EQ(ReasonOf(End(officer_, first->pairings(0), "2017-02-27")), "PAIRING_ENDED");
  EXPECT_TRUE(Pair(officer_, {Paired(household, cadres[1], "2017-03-01")}).ok());
  const auto history = PairingsOf(officer_, household);
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].to_date(), "2017-02-28");
  EXPECT_EQ(history[1].to_date(), "");
}

TEST_F(PairingTest, TellsNothingOfAHouseholdThatIsNotOnTheRegisterHere) {
  const std::string cadre = MakeCadres(officer_, 1)[0];
  const std::string later = Admit(server(), 1, "2017-07-01")[0];
  EXPECT_EQ(ReasonOf(Pair(officer_, {Paired(later, cadre, "2017-06-30")}).status()),
            "HOUSEHOLD_NOT_REGISTERED");
  EXPECT_TRUE(Pair(officer_, {Paired(later, cadre, "2017-07-01")}).ok());
  const std::string neighbour = Admit(server(), 1, "2017-01-01", kNeighbourVillage)[0];
  EXPECT_EQ(ReasonOf(Pair(officer_, {Paired(neighbour, cadre)}).status()),
            "HOUSEHOLD_NOT_REGISTERED");
  EXPECT_EQ(
      ReasonOf(Pair(server().Officer(kNeighbourVillage), {Paired(neighbour, cadre)}).status()),
      "CADRE_NOT_FOUND");
}

// Each write is the first of its county, so that it has to set ids aside.
TEST(Writes, NeedNoSecondConnectionWhileTheyHoldOne) {
  AssistanceServer server(/*pool_size=*/1);
  const Client officer = server.Officer(kCity);
  const std::string cadre = MakeCadres(officer, 1, 5, kCity)[0];
  auto household = [&](const char* village) { return Admit(server, 1, "2017-01-01", village)[0]; };
  auto paired = Pair(officer, {Paired(household("230712101201"), cadre)});
  EXPECT_TRUE(paired.ok()) << paired.status();
  auto planned = Plan(officer, household("230713101201"), 2017);
  EXPECT_TRUE(planned.ok()) << planned.status();
  auto visited = Upload(officer, {Visited(household("230714101201"), cadre, "2017-03-01")});
  EXPECT_TRUE(visited.ok()) << visited.status();
}

}  // namespace
}  // namespace jz::testing
