#include "common/auth/token.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {
namespace {

// A P-256 key whose private half was thrown away: nothing that verifies can be found.
constexpr char kPem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEWY7Sf7jg9hIscvhujjS7mP/RVDOX\n"
    "/fSqYE1gqpFcMxr0gx78tDmaWBriXRmy1ju2J/0IZq+HZwABkOMGwtgiIw==\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

void JwtTarget(absl::string_view input) {
  auto header = auth::ReadHeader(input);
  if (!header.ok()) return;
  Expect(!header->key_id.empty() && header->key_id.find('/') == std::string::npos,
         "a key id is a plain file name");
  auth::VerificationKey key;
  key.pem = kPem;
  key.algorithm = "ES256";
  const absl::Time now = absl::FromUnixSeconds(1'500'000'000);
  Expect(!auth::VerifyToken(std::string(input), key, {"jingzhun", "jingzhun", now}).ok(),
         "nothing is accepted without the private key");
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::JwtTarget)
