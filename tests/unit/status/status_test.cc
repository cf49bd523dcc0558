#include "common/status/status.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace jz {
namespace {

google::rpc::BadRequest DetailsOf(const absl::Status& status) {
  google::rpc::BadRequest details;
  auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  EXPECT_TRUE(payload.has_value());
  EXPECT_TRUE(details.ParseFromString(std::string(payload.value_or(absl::Cord("\xff")))));
  return details;
}

TEST(MakeError, CarriesReasonAndMetadata) {
  const absl::Status status =
      FailedPrecondition("INSUFFICIENT_FUNDS", {{"account", "accounts/1"}, {"short", "5"}}, "no");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "no");
  EXPECT_EQ(ReasonOf(status), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(MetadataOf(status, "account"), "accounts/1");
  EXPECT_EQ(MetadataOf(status, "short"), "5");
  EXPECT_EQ(MetadataOf(status, "other"), "");
}

TEST(MakeError, HasOneFunctionPerCode) {
  const std::pair<absl::Status, absl::StatusCode> cases[] = {
      {InvalidArgument("R", {}, ""), absl::StatusCode::kInvalidArgument},
      {NotFound("R", {}, ""), absl::StatusCode::kNotFound},
      {AlreadyExists("R", {}, ""), absl::StatusCode::kAlreadyExists},
      {PermissionDenied("R", {}, ""), absl::StatusCode::kPermissionDenied},
      {Unauthenticated("R", ""), absl::StatusCode::kUnauthenticated},
      {Aborted("R", {}, ""), absl::StatusCode::kAborted},
      {ResourceExhausted("R", {}, ""), absl::StatusCode::kResourceExhausted},
      {Unavailable("R", ""), absl::StatusCode::kUnavailable},
      {DeadlineExceeded("R", ""), absl::StatusCode::kDeadlineExceeded},
      {Internal("R", ""), absl::StatusCode::kInternal}};
  for (const auto& [status, code] : cases) {
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(ReasonOf(status), "R");
  }
}

TEST(ReasonOf, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
  EXPECT_EQ(ReasonOf(absl::UnavailableError("elsewhere")), "");
  absl::Status damaged = absl::InternalError("x");
  damaged.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xff\xff"));
  EXPECT_EQ(ReasonOf(damaged), "");
}

TEST(Violations, AreOkWhenThereAreNone) {
  EXPECT_TRUE(Violations().empty());
  EXPECT_TRUE(Violations().ToStatus().ok());
}

TEST(Violations, ReportAllAtOnce) {
  Violations violations;
  violations.Add("name", "REQUIRED", "is missing");
  violations.Add("persons[3].citizen_id", "CITIZEN_ID_CHECK_DIGIT", "does not match");
  EXPECT_FALSE(violations.empty());
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  EXPECT_TRUE(absl::StrContains(status.message(), "2 violations")) << status;
  const auto details = DetailsOf(status);
  ASSERT_EQ(details.field_violations_size(), 2);
  EXPECT_EQ(details.field_violations(0).field(), "name");
  EXPECT_EQ(details.field_violations(0).description(), "REQUIRED: is missing");
  EXPECT_EQ(details.field_violations(1).field(), "persons[3].citizen_id");
  EXPECT_EQ(details.field_violations(1).description(), "CITIZEN_ID_CHECK_DIGIT: does not match");
}

TEST(Violations, ListAtMostAHundredAndSayHowManyThereAre) {
  Violations violations;
  for (int i = 0; i < 1000; ++i) violations.Add(absl::StrCat("a[", i, "]"), "BAD", "is bad");
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(DetailsOf(status).field_violations_size(), 100);
  EXPECT_TRUE(absl::StrContains(status.message(), "1000")) << status;
  EXPECT_EQ(MetadataOf(status, "violations"), "1000");
}

TEST(Violations, FitIntoTheTrailersOfAClient) {
  Violations violations;
  for (int i = 0; i < 100; ++i) {
    violations.Add(absl::StrCat("households[", i, "].persons[0].citizen_id"),
                   "CITIZEN_ID_CHECK_DIGIT", std::string(100, 'x'));
  }
  const auto details = DetailsOf(violations.ToStatus());
  EXPECT_GT(details.field_violations_size(), 20);
  EXPECT_LT(details.ByteSizeLong() * 4 / 3, 7000u);
}

TEST(Violations, ListTheFirstHoweverLongItIs) {
  Violations violations;
  violations.Add("field", "TOO_LONG", std::string(6000, 'x'));
  EXPECT_EQ(DetailsOf(violations.ToStatus()).field_violations_size(), 1);
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return InvalidArgument("ODD", {}, "odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  JZ_ASSIGN_OR_RETURN(const int half, Half(value));
  JZ_ASSIGN_OR_RETURN(const int quarter, Half(half));
  JZ_RETURN_IF_ERROR(quarter > 100 ? Aborted("LARGE", {}, "large") : absl::OkStatus());
  return quarter;
}

TEST(StatusMacros, PassErrorsOn) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(ReasonOf(Quarter(3).status()), "ODD");
  EXPECT_EQ(ReasonOf(Quarter(6).status()), "ODD");
  EXPECT_EQ(ReasonOf(Quarter(4000).status()), "LARGE");
}

}  // namespace
}  // namespace jz
