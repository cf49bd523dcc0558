#include "common/auth/authenticator.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/auth/key_set.h"
#include "common/auth/roles.h"
#include "common/auth/token.h"
#include "common/auth/token_cache.h"
#include "common/base/sha256.h"
#include "common/status/status.h"

namespace jz::auth {
namespace {

class JwtAuthenticator : public Authenticator {
 public:
  JwtAuthenticator(AuthenticatorOptions options, std::unique_ptr<KeySet> keys, Roles roles)
      : options_(std::move(options)),
        keys_(std::move(keys)),
        roles_(std::move(roles)),
        cache_(options_.cache_size) {}

  absl::StatusOr<std::shared_ptr<const Principal>> Verify(absl::string_view authorization,
                                                          absl::Time now) override {
    absl::string_view token = authorization;
    if (token.empty()) {
      return Unauthenticated("TOKEN_MISSING", "send `authorization: Bearer <token>`");
    }
    // The scheme's name is without case (RFC 9110, 11.1).
    if (!absl::StartsWithIgnoreCase(token, "Bearer ") || token.size() > kMaxTokenBytes) {
      return Unauthenticated("TOKEN_MALFORMED", "the authorization is not `Bearer <token>`");
    }
    token = absl::StripAsciiWhitespace(token.substr(7));
    keys_->Refresh(now);
    const Sha256Digest digest = Sha256(token);
    if (auto principal = cache_.Find(digest, now); principal != nullptr) return principal;
    return VerifyNew(token, digest, now);
  }

 private:
  absl::StatusOr<std::shared_ptr<const Principal>> VerifyNew(absl::string_view token,
                                                             const Sha256Digest& digest,
                                                             absl::Time now) {
    JZ_ASSIGN_OR_RETURN(const TokenHeader header, ReadHeader(token));
    std::shared_ptr<const VerificationKey> key = keys_->Find(header.key_id, now);
    if (key == nullptr) {
      return Unauthenticated("TOKEN_KEY_UNKNOWN", "the token was signed with a key not known here");
    }
    if (header.algorithm != key->algorithm) {
      return Unauthenticated("TOKEN_SIGNATURE", "the token's algorithm is not that of its key");
    }
    JZ_ASSIGN_OR_RETURN(TokenClaims claims, VerifyToken(std::string(token), *key,
                                                        {options_.issuer, options_.audience, now}));
    auto principal = std::make_shared<Principal>();
    principal->subject = std::move(claims.subject);
    principal->permissions = roles_.PermissionsOf(claims.roles);
    principal->roles = std::move(claims.roles);
    principal->scope = RegionScope(std::move(claims.regions));
    cache_.Put(digest, {principal, std::move(key), claims.expires_at});
    return principal;
  }

  const AuthenticatorOptions options_;
  const std::unique_ptr<KeySet> keys_;
  const Roles roles_;
  TokenCache cache_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Create(
    const AuthenticatorOptions& options) {
  JZ_ASSIGN_OR_RETURN(Roles roles, Roles::FromFile(options.roles_file));
  JZ_ASSIGN_OR_RETURN(std::unique_ptr<KeySet> keys, KeySet::Open(options.key_directory));
  return std::make_unique<JwtAuthenticator>(options, std::move(keys), std::move(roles));
}

}  // namespace jz::auth
