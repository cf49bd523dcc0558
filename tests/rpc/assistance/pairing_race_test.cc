// Many callers at once: one helper for a household, no cadre above the limit, one effect for a
// repeated call.
#include <algorithm>
#include <set>

#include "common/status/status.h"
#include "gtest/gtest.h"
#include "tests/rpc/assistance/assistance_server.h"

namespace jz::testing {
namespace {

constexpr int kThreads = 32;

using PairingRaceTest = AssistanceTest;

TEST_F(PairingRaceTest, GivesHouseholdsToOneOfManyCadres) {
  const auto cadres = MakeCadres(officer_, kThreads);
  const auto households = Admit(server(), 3);
  std::vector<std::string> outcomes(kThreads);
  InThreads(kThreads, [&](int i) {
    std::vector<av1::Pairing> pairings;
    // In another order each: households that are locked as they come would block one another.
    for (int k = 0; k < 3; ++k) pairings.push_back(Paired(households[(i + k) % 3], cadres[i]));
    auto response = Pair(officer_, pairings);
    outcomes[i] = response.ok() ? "made" : ReasonOf(response.status());
  });
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), "made"), 1);
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), "HOUSEHOLD_PAIRED"), kThreads - 1);
  for (const std::string& household : households) {
    EXPECT_EQ(PairingsOf(officer_, household).size(), 1u);
  }
}

TEST_F(PairingRaceTest, GivesACadreNoMoreThanTheLimit) {
  const std::string cadre = MakeCadres(officer_, 1, /*household_limit=*/5)[0];
  const auto households = Admit(server(), kThreads);
  std::vector<std::string> outcomes(kThreads);
  InThreads(kThreads, [&](int i) {
    auto response = Pair(officer_, {Paired(households[i], cadre)});
    outcomes[i] = response.ok() ? "made" : ReasonOf(response.status());
  });
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), "made"), 5);
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), "CADRE_LIMIT"), kThreads - 5);
}

TEST_F(PairingRaceTest, HasOneEffectAndEqualAnswersForOneRequestId) {
  const std::string cadre = MakeCadres(officer_, 1)[0];
  const auto households = Admit(server(), 2);
  const std::string request_id = NewId();
  std::vector<std::string> answers(kThreads);
  InThreads(kThreads, [&](int i) {
    auto response = Pair(officer_, {Paired(households[0], cadre)}, request_id);
    answers[i] = response.ok() ? response->SerializeAsString() : response.status().ToString();
  });
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), 1u) << answers[0];
  const auto kept = PairingsOf(officer_, households[0]);
  ASSERT_EQ(kept.size(), 1u) << answers[0];
  av1::BatchCreatePairingsResponse answer;
  ASSERT_TRUE(answer.ParseFromString(answers[0]));
  EXPECT_EQ(answer.pairings(0).name(), kept[0].name());
  EXPECT_EQ(ReasonOf(Pair(officer_, {Paired(households[1], cadre)}, request_id).status()),
            "REQUEST_ID_REUSED");
}

}  // namespace
}  // namespace jz::testing
