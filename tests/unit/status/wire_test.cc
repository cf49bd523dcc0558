#include "common/status/wire.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "google/rpc/error_details.pb.h"

namespace jz {
namespace {

google::rpc::ErrorInfo InfoOf(const google::rpc::Status& wire) {
  google::rpc::ErrorInfo info;
  int found = 0;
  for (const auto& detail : wire.details()) found += detail.UnpackTo(&info) ? 1 : 0;
  EXPECT_EQ(found, 1) << wire.DebugString();
  return info;
}

TEST(ToWire, FillsTheDomainOfTheService) {
  const auto wire =
      ToWire(NotFound("ACCOUNT_NOT_FOUND", {{"account", "accounts/1"}}, "no"), "funds");
  EXPECT_EQ(wire.code(), 5);
  EXPECT_EQ(wire.message(), "no");
  EXPECT_EQ(InfoOf(wire).reason(), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(InfoOf(wire).domain(), "funds.jingzhun");
  EXPECT_EQ(InfoOf(wire).metadata().at("account"), "accounts/1");
  EXPECT_EQ(InfoOf(ToWire(NotFound("X", {}, ""), "funds.jingzhun")).domain(), "funds.jingzhun");
}

TEST(ToWire, HidesWhatIsMeantForTheLog) {
  for (absl::StatusCode code :
       {absl::StatusCode::kInternal, absl::StatusCode::kUnknown, absl::StatusCode::kDataLoss}) {
    const auto wire = ToWire(MakeError(code, "SQL", {}, "SELECT secret FROM person"), "funds");
    EXPECT_EQ(wire.code(), static_cast<int>(code));
    EXPECT_EQ(wire.message(), "internal error");
    EXPECT_EQ(InfoOf(wire).reason(), "SQL");
    EXPECT_EQ(wire.SerializeAsString().find("SELECT"), std::string::npos);
  }
}

TEST(ToWire, NamesTheCodeWhereThereIsNoReason) {
  EXPECT_EQ(InfoOf(ToWire(absl::UnavailableError("x"), "funds")).reason(), "UNAVAILABLE");
  EXPECT_EQ(InfoOf(ToWire(absl::CancelledError("x"), "funds")).reason(), "CANCELLED");
  EXPECT_EQ(InfoOf(ToWire(absl::InternalError("x"), "funds")).reason(), "INTERNAL");
}

TEST(ToWire, IsEmptyForOk) {
  const auto wire = ToWire(absl::OkStatus(), "funds");
  EXPECT_EQ(wire.ByteSizeLong(), 0u);
  EXPECT_TRUE(FromWire(wire).ok());
}

TEST(FromWire, LosesNothing) {
  Violations violations;
  violations.Add("name", "REQUIRED", "is missing");
  const absl::Status sent = violations.ToStatus();
  const absl::Status got = FromWire(ToWire(sent, "funds"));
  EXPECT_EQ(got.code(), sent.code());
  EXPECT_EQ(got.message(), sent.message());
  EXPECT_EQ(ReasonOf(got), "INVALID_REQUEST");
  EXPECT_EQ(MetadataOf(got, "violations"), "1");
  EXPECT_EQ(got.GetPayload("type.googleapis.com/google.rpc.BadRequest"),
            sent.GetPayload("type.googleapis.com/google.rpc.BadRequest"));
}

TEST(FromWire, KeepsTheDomainOfThePeerWhenPassedOn) {
  const absl::Status from_peer = FromWire(ToWire(NotFound("X", {}, ""), "identification"));
  EXPECT_EQ(InfoOf(ToWire(from_peer, "funds")).domain(), "identification.jingzhun");
}

TEST(FromWire, TakesStrangeCodesAsUnknown) {
  for (int code : {-1, 17, 1000}) {
    google::rpc::Status wire;
    wire.set_code(code);
    EXPECT_EQ(FromWire(wire).code(), absl::StatusCode::kUnknown);
  }
}

}  // namespace
}  // namespace jz
