#include "common/rpc/wire_status.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace jz::rpc {
namespace {

TEST(WireStatus, KeepsReasonAndMetadata) {
  const absl::Status sent =
      NotFound("ACCOUNT_NOT_FOUND", {{"account", "accounts/1"}}, "no account");
  const grpc::Status wire = ToGrpc(sent, "funds.jingzhun", "t");
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::NOT_FOUND);
  const absl::Status got = FromGrpc(wire);
  EXPECT_EQ(got.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(got.message(), "no account");
  EXPECT_EQ(ReasonOf(got), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(MetadataOf(got, "account"), "accounts/1");
}

TEST(WireStatus, HidesInternalMessages) {
  for (const auto code :
       {absl::StatusCode::kInternal, absl::StatusCode::kUnknown, absl::StatusCode::kDataLoss}) {
    const grpc::Status wire = ToGrpc(absl::Status(code, "secret"), "funds.jingzhun", "abc");
    EXPECT_EQ(wire.error_message(), "internal error, trace abc");
    EXPECT_EQ(wire.error_details().find("secret"), std::string::npos);
  }
}

TEST(WireStatus, FitsIntoTrailers) {
  absl::Status status = InvalidArgument("X", {}, std::string(100'000, 'm'));
  status.SetPayload("type.googleapis.com/testing.A", absl::Cord(std::string(4000, 'a')));
  status.SetPayload("type.googleapis.com/testing.B", absl::Cord(std::string(4000, 'b')));
  const grpc::Status wire = ToGrpc(status, "funds.jingzhun", "t");
  EXPECT_LT(wire.error_message().size() + wire.error_details().size(), 8000u);
  EXPECT_EQ(ReasonOf(FromGrpc(wire)), "X");
}

TEST(WireStatus, CutsNoCharacterInHalf) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "贫";
  const grpc::Status wire = ToGrpc(absl::NotFoundError(text), "d", "t");
  EXPECT_EQ(wire.error_message().size() % 3, 0u);
}

TEST(WireStatus, TakesErrorsWithoutOrWithBrokenDetails) {
  EXPECT_TRUE(FromGrpc(grpc::Status::OK).ok());
  const absl::Status bare = FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, "no route"));
  EXPECT_EQ(bare, absl::UnavailableError("no route"));
  const absl::Status broken =
      FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "later", "\xFF\xFF not a status"));
  EXPECT_EQ(broken, absl::AbortedError("later"));
}

}  // namespace
}  // namespace jz::rpc
