#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/auth/authenticator.h"
#include "common/status/status.h"
#include "tests/unit/auth/test_keys.h"

namespace jz::auth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'500'000'000);

class KeyRotation : public testing::Test {
 protected:
  KeyRotation() {
    files_.PutKey("first", first_.public_pem);
    authenticator_ = *Authenticator::Create(files_.Options());
  }

  static std::string Token(const KeyPair& key, absl::string_view id) {
    const TokenRequest request{
        .subject = "users/zhang", .roles = {"viewer"}, .regions = {}, .issued_at = kNow};
    return absl::StrCat("Bearer ", *SignToken(request, key.private_pem, id));
  }
  std::string ReasonFor(absl::string_view token, absl::Duration after) {
    return ReasonOf(authenticator_->Verify(token, kNow + after).status());
  }

  AuthFiles files_;
  KeyPair first_ = MakeEcKey();
  KeyPair second_ = MakeEcKey();
  std::unique_ptr<Authenticator> authenticator_;
};

TEST_F(KeyRotation, FindsANewKeyWithinASecond) {
  const std::string token = Token(second_, "second");
  EXPECT_EQ(ReasonFor(token, absl::Seconds(0)), "TOKEN_KEY_UNKNOWN");
  files_.PutKey("second", second_.public_pem);
  // The directory was read a moment ago: strangers cannot make it be read for every call.
  EXPECT_EQ(ReasonFor(token, absl::Milliseconds(999)), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonFor(token, absl::Seconds(1)), "");
  EXPECT_EQ(ReasonFor(Token(first_, "first"), absl::Seconds(1)), "");
}

TEST_F(KeyRotation, StopsARemovedKeyWithinAMinuteEvenForKnownTokens) {
  const std::string token = Token(first_, "first");
  EXPECT_EQ(ReasonFor(token, absl::Seconds(0)), "");
  files_.RemoveKey("first");
  EXPECT_EQ(ReasonFor(token, absl::Seconds(60)), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonFor(Token(first_, "first"), absl::Seconds(60)), "TOKEN_KEY_UNKNOWN");
}

TEST_F(KeyRotation, StopsAKeyWhoseFileNowHoldsAnother) {
  const std::string token = Token(first_, "first");
  EXPECT_EQ(ReasonFor(token, absl::Seconds(0)), "");
  files_.PutKey("first", second_.public_pem);
  EXPECT_EQ(ReasonFor(token, absl::Seconds(60)), "TOKEN_SIGNATURE");
  EXPECT_EQ(ReasonFor(Token(second_, "first"), absl::Seconds(60)), "");
}

TEST_F(KeyRotation, KeepsTheOtherKeysWhenOneFileIsDamaged) {
  EXPECT_EQ(ReasonFor(Token(first_, "first"), absl::Seconds(0)), "");
  files_.PutKey("second", "-----BEGIN PUBLIC KEY-----\nhalf a fi");
  EXPECT_EQ(ReasonFor(Token(second_, "second"), absl::Seconds(2)), "TOKEN_KEY_UNKNOWN");
  EXPECT_EQ(ReasonFor(Token(first_, "first"), absl::Seconds(60)), "");
  files_.PutKey("second", second_.public_pem);
  EXPECT_EQ(ReasonFor(Token(second_, "second"), absl::Seconds(62)), "");
}

TEST_F(KeyRotation, TrustsNobodyWhenTheDirectoryIsGone) {
  const std::string token = Token(first_, "first");
  EXPECT_EQ(ReasonFor(token, absl::Seconds(0)), "");
  std::filesystem::remove_all(files_.key_directory());
  EXPECT_EQ(ReasonFor(token, absl::Seconds(60)), "TOKEN_KEY_UNKNOWN");
}

TEST_F(KeyRotation, SurvivesAClockThatGoesBack) {
  EXPECT_EQ(ReasonFor(Token(first_, "first"), absl::Hours(1)), "");
  files_.RemoveKey("first");
  EXPECT_EQ(ReasonFor(Token(first_, "first"), absl::Seconds(0)), "TOKEN_KEY_UNKNOWN");
}

TEST(AuthenticatorCreate, WantsUsableKeysAndRoles) {
  const AuthFiles files;
  EXPECT_EQ(ReasonOf(Authenticator::Create(files.Options()).status()), "KEY_DIRECTORY");
  for (const std::string& pem : {std::string("nonsense"), MakeRsaKey(1024).public_pem,
                                 MakeEcKey("P-384").public_pem, MakeEcKey().private_pem}) {
    files.PutKey("key", pem);
    EXPECT_EQ(ReasonOf(Authenticator::Create(files.Options()).status()), "KEY_FORMAT");
  }
  files.PutKey("key", MakeEcKey().public_pem);
  EXPECT_TRUE(Authenticator::Create(files.Options()).ok());
  files.PutRoles("{}");
  EXPECT_EQ(ReasonOf(Authenticator::Create(files.Options()).status()), "ROLES_FORMAT");
}

}  // namespace
}  // namespace jz::auth
