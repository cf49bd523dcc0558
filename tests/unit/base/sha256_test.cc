#include "common/base/sha256.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/escaping.h"

namespace jz {
namespace {

std::string Hex(absl::string_view text) { return absl::BytesToHexString(BytesOf(Sha256(text))); }

// FIPS 180-4, examples.
TEST(Sha256, HashesAsTheStandardSays) {
  constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(Hex("abc"), kAbc);
  EXPECT_EQ(Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex("abc"), kAbc);
  std::thread([&] { EXPECT_EQ(Hex("abc"), kAbc); }).join();
}

}  // namespace
}  // namespace jz
