#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/telemetry/telemetry.h"

namespace jz::telemetry {
namespace {

using ::testing::MatchesRegex;

constexpr char kTraceparent[] = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$";

TEST(ContinueTrace, KeepsTheTraceAndMakesASpan) {
  const Trace trace = ContinueTrace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  EXPECT_EQ(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_THAT(trace.traceparent, MatchesRegex(kTraceparent));
  EXPECT_EQ(trace.traceparent.substr(0, 36), "00-0af7651916cd43dd8448eb211c80319c-");
  EXPECT_NE(trace.traceparent.substr(36, 16), "b7ad6b7169203331");
  EXPECT_EQ(trace.traceparent.substr(52), "-00");  // not sampled stays not sampled
}

TEST(ContinueTrace, UnderstandsLaterVersions) {
  const Trace trace =
      ContinueTrace("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes");
  EXPECT_EQ(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
}

TEST(ContinueTrace, StartsAnewForAnythingElse) {
  std::set<std::string> ids;
  const std::vector<std::string> bad = {
      "",
      "nonsense",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",     // upper case
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",     // no trace
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",     // no span
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",     // forbidden version
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-xx",  // version 0 ends there
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
      "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
  };
  for (const std::string& text : bad) {
    const Trace trace = ContinueTrace(text);
    EXPECT_THAT(trace.traceparent, MatchesRegex(kTraceparent)) << text;
    EXPECT_NE(trace.trace_id, "0af7651916cd43dd8448eb211c80319c") << text;
    EXPECT_TRUE(ids.insert(trace.trace_id).second) << text;
  }
}

}  // namespace
}  // namespace jz::telemetry
