// Verifies signed tokens (JWT, RS256 or ES256) and turns them into a Principal.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"

namespace jz::auth {

struct AuthenticatorOptions {
  // Public keys, one PEM file each; the file name without ".pem" is the key id (header "kid"). The
  // directory is read again when an unknown key id comes (at most once a second): that is rotation.
  std::string key_directory;
  std::string roles_file;  // see roles.json beside this file
  std::string issuer = "jingzhun";
  std::string audience = "jingzhun";
  int cache_size = 10'000;  // verified tokens kept, until they expire
};

// Claims: sub, iss, aud, exp (required), roles (array of text), regions (array of 12-digit codes).
// Thread-safe.
class Authenticator {
 public:
  static absl::StatusOr<std::unique_ptr<Authenticator>> Create(const AuthenticatorOptions& options);
  virtual ~Authenticator() = default;

  // `authorization` is the value of the header: "Bearer …". UNAUTHENTICATED with reason
  // TOKEN_MISSING, TOKEN_MALFORMED, TOKEN_SIGNATURE, TOKEN_EXPIRED, TOKEN_KEY_UNKNOWN or
  // TOKEN_CLAIMS. The result is shared with the cache.
  virtual absl::StatusOr<std::shared_ptr<const Principal>> Verify(absl::string_view authorization,
                                                                  absl::Time now) = 0;
};

struct TokenRequest {
  std::string subject;
  std::vector<std::string> roles;
  std::vector<std::string> regions;
  absl::Time issued_at;
  absl::Duration lifetime = absl::Hours(12);
  std::string issuer = "jingzhun";
  std::string audience = "jingzhun";
};
// Signs a token with an EC P-256 or RSA private key (PEM text). For tests and deploy/ tokens.
absl::StatusOr<std::string> SignToken(const TokenRequest& request,
                                      absl::string_view private_key_pem, absl::string_view key_id);

}  // namespace jz::auth
