#include "common/auth/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"
#include "tests/unit/auth/test_keys.h"

namespace jz::auth {
namespace {

using Json = nlohmann::json;

const absl::Time kNow = absl::FromUnixSeconds(1'500'000'000);
constexpr char kEs256[] = R"({"alg":"ES256","kid":"ec"})";
constexpr char kRs256[] = R"({"alg":"RS256","kid":"rsa"})";

// One authenticator with an EC and an RSA key for all tests of this file: making keys is slow.
struct World {
  World() {
    files.PutKey("ec", ec.public_pem);
    files.PutKey("rsa", rsa.public_pem);
    authenticator = *Authenticator::Create(files.Options());
  }
  KeyPair ec = MakeEcKey();
  KeyPair rsa = MakeRsaKey();
  AuthFiles files;
  std::unique_ptr<Authenticator> authenticator;
};

class AuthenticatorTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = new World; }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  static TokenRequest Request() {
    return {.subject = "users/zhang",
            .roles = {"viewer"},
            .regions = {"621202000000"},
            .issued_at = kNow};
  }
  static Json Claims() {
    const int64_t expires = absl::ToUnixSeconds(kNow) + 3600;
    return {{"sub", "users/zhang"}, {"iss", "jingzhun"},   {"aud", "jingzhun"},
            {"exp", expires},       {"roles", {"viewer"}}, {"regions", {"621202000000"}}};
  }
  static std::string EcToken(const Json& claims) {
    return SignedToken(kEs256, claims.dump(), world_->ec.private_pem);
  }
  static absl::StatusOr<std::shared_ptr<const Principal>> Verify(absl::string_view token,
                                                                 absl::Time now = kNow) {
    return world_->authenticator->Verify(absl::StrCat("Bearer ", token), now);
  }
  static std::string ReasonFor(absl::string_view token, absl::Time now = kNow) {
    const absl::Status status = Verify(token, now).status();
    EXPECT_TRUE(status.ok() || absl::IsUnauthenticated(status)) << status;
    return ReasonOf(status);
  }

  static World* world_;
};

World* AuthenticatorTest::world_ = nullptr;

TEST_F(AuthenticatorTest, AcceptsWhatSignTokenSigns) {
  for (const auto& [key, id] : {std::pair{&world_->ec, "ec"}, std::pair{&world_->rsa, "rsa"}}) {
    auto token = SignToken(Request(), key->private_pem, id);
    ASSERT_TRUE(token.ok()) << token.status();
    auto principal = Verify(*token);
    ASSERT_TRUE(principal.ok()) << principal.status();
    EXPECT_EQ((*principal)->subject, "users/zhang");
    EXPECT_THAT((*principal)->roles, testing::ElementsAre("viewer"));
    EXPECT_TRUE((*principal)->Holds("funds.account.get"));
    EXPECT_FALSE((*principal)->Holds("funds.account.create"));
    EXPECT_TRUE((*principal)->scope.Contains(*RegionCode::Parse("621202100200")));
    EXPECT_FALSE((*principal)->scope.Contains(*RegionCode::Parse("621203000000")));
  }
}

TEST_F(AuthenticatorTest, AcceptsTokensOfOtherIssuersTools) {
  EXPECT_TRUE(Verify(EcToken(Claims())).ok());
  EXPECT_TRUE(Verify(SignedToken(kRs256, Claims().dump(), world_->rsa.private_pem)).ok());
  Json claims = Claims();
  claims["aud"] = {"other", "jingzhun"};
  claims["name"] = "张";
  claims["exp"] = claims["exp"].get<double>() + 0.5;
  EXPECT_TRUE(Verify(EcToken(claims)).ok());
}

TEST_F(AuthenticatorTest, GivesTheUnionOfTheRolesPermissions) {
  Json claims = Claims();
  claims["roles"] = {"viewer", "clerk", "unheard_of"};
  auto principal = Verify(EcToken(claims));
  ASSERT_TRUE(principal.ok());
  EXPECT_THAT((*principal)->permissions,
              testing::UnorderedElementsAre("funds.account.get", "funds.account.create"));
}

TEST_F(AuthenticatorTest, GivesNothingToATokenWithoutRolesAndRegions) {
  Json claims = Claims();
  claims.erase("roles");
  claims.erase("regions");
  auto principal = Verify(EcToken(claims));
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_TRUE((*principal)->permissions.empty());
  EXPECT_TRUE((*principal)->scope.empty());
}

TEST_F(AuthenticatorTest, WantsABearerToken) {
  const std::string token = EcToken(Claims());
  Authenticator& authenticator = *world_->authenticator;
  EXPECT_EQ(ReasonOf(authenticator.Verify("", kNow).status()), "TOKEN_MISSING");
  EXPECT_EQ(ReasonOf(authenticator.Verify(token, kNow).status()), "TOKEN_MALFORMED");
  EXPECT_EQ(ReasonOf(authenticator.Verify("Basic dTpw", kNow).status()), "TOKEN_MALFORMED");
  EXPECT_EQ(ReasonOf(authenticator.Verify("Bearer ", kNow).status()), "TOKEN_MALFORMED");
  EXPECT_TRUE(authenticator.Verify("bearer  " + token, kNow).ok());
}

TEST_F(AuthenticatorTest, RefusesWhatIsNoToken) {
  const std::string token = EcToken(Claims());
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  const std::string payload = parts[1] + "." + parts[2];
  for (const std::string& bad :
       {std::string("x"), std::string(".."), parts[0] + "." + parts[1],
        parts[0] + "." + parts[1] + ".", token + ".x", token + " x", token + std::string("\0x", 2),
        "é" + token, std::string(9000, 'a'), Base64Url("not json") + "." + payload,
        Base64Url("[]") + "." + payload, Base64Url("{}") + "." + payload,
        Base64Url(R"({"alg":"ES256"})") + "." + payload,
        Base64Url(R"({"kid":"ec"})") + "." + payload,
        Base64Url(R"({"alg":1,"kid":"ec"})") + "." + payload,
        Base64Url(R"({"alg":"ES256","kid":"ec","crit":["x"]})") + "." + payload}) {
    EXPECT_EQ(ReasonFor(bad), "TOKEN_MALFORMED") << bad;
  }
}

TEST_F(AuthenticatorTest, TakesAKeyIdForAPlainFileName) {
  const std::string payload = Claims().dump();
  for (const char* id : {"../keys/ec", "/etc/passwd", "keys/ec", "ec/", ".", "..", ".ec", "",
                         "ec\\u0000", "e c", "ec.pem/../ec"}) {
    const std::string header = absl::StrCat(R"({"alg":"ES256","kid":")", id, R"("})");
    EXPECT_EQ(ReasonFor(SignedToken(header, payload, world_->ec.private_pem)), "TOKEN_MALFORMED")
        << id;
  }
  EXPECT_EQ(
      ReasonFor(SignedToken(R"({"alg":"ES256","kid":"EC"})", payload, world_->ec.private_pem)),
      "TOKEN_KEY_UNKNOWN");
}

TEST_F(AuthenticatorTest, RefusesEveryOtherAlgorithm) {
  const std::string payload = Claims().dump();
  for (const char* algorithm :
       {"none", "None", "NONE", "HS256", "hs256", "HS512", "PS256", "ES384", "RS512", "es256"}) {
    for (const char* id : {"ec", "rsa"}) {
      const std::string header =
          absl::StrCat(R"({"alg":")", algorithm, R"(","kid":")", id, R"("})");
      const std::string unsigned_token =
          absl::StrCat(Base64Url(header), ".", Base64Url(payload), ".");
      EXPECT_NE(ReasonFor(unsigned_token), "") << header;
      EXPECT_EQ(ReasonFor(unsigned_token + "AA"), "TOKEN_SIGNATURE") << header;
    }
  }
}

TEST_F(AuthenticatorTest, RefusesAPublicKeyUsedAsASecret) {
  const std::string payload = Claims().dump();
  for (const auto& [key, id] : {std::pair{&world_->ec, "ec"}, std::pair{&world_->rsa, "rsa"}}) {
    for (const char* algorithm : {"HS256", "RS256", "ES256"}) {
      const std::string header =
          absl::StrCat(R"({"alg":")", algorithm, R"(","kid":")", id, R"("})");
      EXPECT_EQ(ReasonFor(HmacToken(header, payload, key->public_pem)), "TOKEN_SIGNATURE")
          << header;
    }
    // Two algorithms in one header: whichever a parser takes, it must not be the secret one.
    const std::string right = id == absl::string_view("ec") ? "ES256" : "RS256";
    for (const auto& [first, second] :
         {std::pair<std::string, std::string>{right, "HS256"}, {"HS256", right}}) {
      const std::string header =
          absl::StrCat(R"({"alg":")", first, R"(","alg":")", second, R"(","kid":")", id, R"("})");
      EXPECT_EQ(ReasonFor(HmacToken(header, payload, key->public_pem)), "TOKEN_SIGNATURE")
          << header;
    }
  }
}

TEST_F(AuthenticatorTest, RefusesAKeyOfTheOtherKind) {
  EXPECT_EQ(ReasonFor(SignedToken(R"({"alg":"RS256","kid":"ec"})", Claims().dump(),
                                  world_->rsa.private_pem)),
            "TOKEN_SIGNATURE");
  EXPECT_EQ(ReasonFor(SignedToken(R"({"alg":"ES256","kid":"rsa"})", Claims().dump(),
                                  world_->ec.private_pem)),
            "TOKEN_SIGNATURE");
}

TEST_F(AuthenticatorTest, RefusesAnotherSigner) {
  EXPECT_EQ(ReasonFor(SignedToken(kEs256, Claims().dump(), MakeEcKey().private_pem)),
            "TOKEN_SIGNATURE");
  EXPECT_EQ(ReasonFor(SignedToken(kRs256, Claims().dump(), MakeRsaKey().private_pem)),
            "TOKEN_SIGNATURE");
}

TEST_F(AuthenticatorTest, RefusesEveryChangedCharacter) {
  const std::string token = EcToken(Claims());
  ASSERT_TRUE(Verify(token).ok());
  for (size_t at = 0; at + 1 < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'Q' : 'A';
    EXPECT_FALSE(Verify(changed).ok()) << at;
  }
}

TEST_F(AuthenticatorTest, RefusesWrongClaims) {
  const std::pair<const char*, Json> cases[] = {
      {"sub", ""},
      {"sub", 7},
      {"sub", nullptr},
      {"sub", std::string(129, 'x')},
      {"iss", "other"},
      {"iss", Json::array({"jingzhun"})},
      {"aud", "other"},
      {"aud", Json::array()},
      {"aud", Json::array({1})},
      {"exp", "1500003600"},
      {"exp", -1},
      {"exp", 1e300},
      {"exp", nullptr},
      {"nbf", absl::ToUnixSeconds(kNow) + 60},
      {"nbf", "now"},
      {"roles", "viewer"},
      {"roles", Json::array({1})},
      {"roles", Json::object()},
      {"regions", "621202000000"},
      {"regions", Json::array({"62"})},
      {"regions", Json::array({621202000000})},
      {"regions", Json::array({"620012000000"})},
      {"regions", Json::array({"621202000000", ""})},
      {"regions", Json::object()},
      {"regions", Json(std::vector<std::string>(65, "621202000000"))}};
  for (const auto& [claim, value] : cases) {
    Json claims = Claims();
    claims[claim] = value;
    EXPECT_EQ(ReasonFor(EcToken(claims)), "TOKEN_CLAIMS") << claim << " " << value;
  }
  for (const char* claim : {"sub", "iss", "aud", "exp"}) {
    Json claims = Claims();
    claims.erase(claim);
    EXPECT_EQ(ReasonFor(EcToken(claims)), "TOKEN_CLAIMS") << claim;
  }
}

TEST_F(AuthenticatorTest, RefusesPayloadsThatAreNoObject) {
  for (const char* payload : {"", "[]", "7", "null", "{", "\"x\""}) {
    const std::string reason = ReasonFor(SignedToken(kEs256, payload, world_->ec.private_pem));
    EXPECT_TRUE(reason == "TOKEN_CLAIMS" || reason == "TOKEN_SIGNATURE" ||
                reason == "TOKEN_MALFORMED")
        << payload << reason;
  }
}

TEST_F(AuthenticatorTest, StopsAtTheInstantOfExpiryCachedOrNot) {
  const absl::Time expires = absl::FromUnixSeconds(absl::ToUnixSeconds(kNow) + 3600);
  const std::string cached = EcToken(Claims());
  ASSERT_TRUE(Verify(cached).ok());
  EXPECT_TRUE(Verify(cached, expires - absl::Microseconds(1)).ok());
  EXPECT_EQ(ReasonFor(cached, expires), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonFor(cached, expires + absl::Hours(1)), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonFor(EcToken(Claims()), expires), "TOKEN_EXPIRED");
}

TEST_F(AuthenticatorTest, SharesThePrincipalOfAKnownToken) {
  const std::string token = EcToken(Claims());
  EXPECT_EQ(*Verify(token), *Verify(token));
}

TEST_F(AuthenticatorTest, AnswersManyThreads) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 20; ++i) tokens.push_back(EcToken(Claims()));
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) refused += Verify(tokens[i % tokens.size()]).ok() ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 0);
}

TEST_F(AuthenticatorTest, ExpectsItsOwnIssuerAndAudience) {
  AuthenticatorOptions options = world_->files.Options();
  options.issuer = "province";
  options.audience = "funds";
  auto other = *Authenticator::Create(options);
  TokenRequest request = Request();
  EXPECT_FALSE(
      other->Verify("Bearer " + *SignToken(request, world_->ec.private_pem, "ec"), kNow).ok());
  request.issuer = "province";
  request.audience = "funds";
  EXPECT_TRUE(
      other->Verify("Bearer " + *SignToken(request, world_->ec.private_pem, "ec"), kNow).ok());
}

TEST(SignToken, RefusesKeysThatNoServiceTrusts) {
  const TokenRequest request{.subject = "x", .roles = {}, .regions = {}, .issued_at = kNow};
  for (const std::string& pem : {std::string(), std::string("nonsense"), MakeEcKey().public_pem,
                                 MakeEcKey("P-384").private_pem, MakeRsaKey(1024).private_pem}) {
    EXPECT_EQ(ReasonOf(SignToken(request, pem, "k").status()), "PRIVATE_KEY_FORMAT");
  }
}

}  // namespace
}  // namespace jz::auth
