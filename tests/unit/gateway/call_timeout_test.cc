#include "services/gateway/call_timeout.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace jz::gateway {
namespace {

absl::StatusOr<absl::Duration> Timeout(absl::Duration own_limit, const char* wish,
                                       Route::Kind kind = Route::Kind::kUnary) {
  Route route;
  route.kind = kind;
  route.max_deadline = own_limit;
  HttpRequest request;
  request.request_timeout = wish;
  return CallTimeout(route, request, CallLimits());
}

TEST(CallTimeout, IsTheDefaultOfTheKind) {
  EXPECT_EQ(Timeout(absl::ZeroDuration(), "").value(), absl::Seconds(30));
  EXPECT_EQ(Timeout(absl::ZeroDuration(), "", Route::Kind::kServerStream).value(), absl::Hours(1));
  EXPECT_EQ(Timeout(absl::ZeroDuration(), "", Route::Kind::kUpload).value(), absl::Hours(1));
}

TEST(CallTimeout, FollowsTheMethodsOwnLimit) {
  EXPECT_EQ(Timeout(absl::Seconds(5), "").value(), absl::Seconds(5));
  EXPECT_EQ(Timeout(absl::Seconds(300), "").value(), absl::Seconds(30));
  EXPECT_EQ(Timeout(absl::Seconds(300), "120").value(), absl::Seconds(120));
  EXPECT_EQ(ReasonOf(Timeout(absl::Seconds(5), "6").status()), "TIMEOUT_TOO_LONG");
}

TEST(CallTimeout, ReadsSecondsAndDurations) {
  EXPECT_EQ(Timeout(absl::ZeroDuration(), "2.5").value(), absl::Milliseconds(2500));
  EXPECT_EQ(Timeout(absl::ZeroDuration(), "250ms").value(), absl::Milliseconds(250));
  for (const char* wish : {"-1", "0", "1 s", "five", ".", "1e3", "nan", "inf", "0s"}) {
    EXPECT_FALSE(Timeout(absl::ZeroDuration(), wish).ok()) << wish;
  }
}

TEST(ParseGrpcTimeout, ReadsAllUnits) {
  EXPECT_EQ(ParseGrpcTimeout("1H"), absl::Hours(1));
  EXPECT_EQ(ParseGrpcTimeout("2M"), absl::Minutes(2));
  EXPECT_EQ(ParseGrpcTimeout("3S"), absl::Seconds(3));
  EXPECT_EQ(ParseGrpcTimeout("4m"), absl::Milliseconds(4));
  EXPECT_EQ(ParseGrpcTimeout("5u"), absl::Microseconds(5));
  EXPECT_EQ(ParseGrpcTimeout("99999999n"), absl::Nanoseconds(99999999));
  for (const char* text : {"", "S", "1", "1s", "-1S", "1 S", "123456789S", "+1S"}) {
    EXPECT_FALSE(ParseGrpcTimeout(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace jz::gateway
