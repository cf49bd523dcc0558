#include "services/gateway/problem.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/status/status.h"
#include "google/rpc/error_details.pb.h"

namespace jz::gateway {
namespace {

nlohmann::json JsonOf(const Problem& problem) { return nlohmann::json::parse(problem.json); }

TEST(Problem, OwnReasonsHaveHttpStatusesOfTheirOwn) {
  EXPECT_EQ(MakeProblem(InvalidArgument("BODY_TOO_LARGE", {}, "x"), "t").http_status, 413);
  EXPECT_EQ(MakeProblem(InvalidArgument("CONTENT_TYPE", {}, "x"), "t").http_status, 415);
  EXPECT_EQ(MakeProblem(InvalidArgument("SOMETHING", {}, "x"), "t").http_status, 400);
}

TEST(Problem, AServicesReasonDoesNotChangeTheTable) {
  google::rpc::Status status;
  status.set_code(3);
  google::rpc::ErrorInfo info;
  info.set_reason("BODY_TOO_LARGE");
  info.set_domain("funds.jingzhun");
  status.add_details()->PackFrom(info);
  EXPECT_EQ(MakeProblem(status, "t").http_status, 400);
}

TEST(Problem, UnknownCodesAndDetailsAreNoTrouble) {
  google::rpc::Status status;
  status.set_code(99);
  EXPECT_EQ(MakeProblem(status, "t").http_status, 500);
  status.add_details()->set_type_url("type.googleapis.com/unknown.Type");
  auto* broken = status.add_details();
  broken->set_type_url("type.googleapis.com/google.rpc.BadRequest");
  broken->set_value("\xff");
  EXPECT_EQ(MakeProblem(status, "t").http_status, 500);
}

TEST(Problem, TextThatIsNotUtf8IsStillJson) {
  google::rpc::Status status;
  status.set_code(3);
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("a");
  bad.mutable_field_violations(0)->set_description("no rule: lower case");
  status.add_details()->PackFrom(bad);
  *status.mutable_message() = "bad \xff";
  const nlohmann::json json = JsonOf(MakeProblem(status, "t"));
  EXPECT_EQ(json["violations"][0]["rule"], "");
  EXPECT_EQ(json["violations"][0]["description"], "no rule: lower case");
}

TEST(Problem, RetryDelaysAreRoundedUp) {
  google::rpc::Status status;
  status.set_code(14);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(1);
  status.add_details()->PackFrom(retry);
  EXPECT_EQ(MakeProblem(status, "t").retry_after_s, 1);
}

}  // namespace
}  // namespace jz::gateway
