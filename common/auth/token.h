// One signed token: reading, verifying, and its claims. Internal to common/auth.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/auth/key_set.h"
#include "common/base/region_code.h"

namespace jz::auth {

inline constexpr size_t kMaxTokenBytes = 8192;

// What stands before the signature is checked; trust it only to choose the key.
struct TokenHeader {
  std::string algorithm;
  std::string key_id;
};
// UNAUTHENTICATED, reason TOKEN_MALFORMED: not three base64url parts, or a header without a string
// `alg` and a `kid` of 1 to 64 letters, digits, '-', '_' and '.'.
absl::StatusOr<TokenHeader> ReadHeader(absl::string_view token);

struct TokenClaims {
  std::string subject;
  std::vector<std::string> roles;
  std::vector<RegionCode> regions;
  absl::Time expires_at;
};
struct ExpectedClaims {
  absl::string_view issuer;
  absl::string_view audience;
  absl::Time now;
};
// Checks signature and claims. UNAUTHENTICATED with reason TOKEN_SIGNATURE, TOKEN_CLAIMS or
// TOKEN_EXPIRED.
absl::StatusOr<TokenClaims> VerifyToken(const std::string& token, const VerificationKey& key,
                                        const ExpectedClaims& expected);

}  // namespace jz::auth
