// Key pairs, key directories and hand-made tokens for the tests of common/auth.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/auth/authenticator.h"

namespace jz::auth {

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};
KeyPair MakeEcKey(const char* curve = "P-256");
KeyPair MakeRsaKey(int bits = 2048);

// A directory of its own, removed at the end, with `keys/` and `roles.json`.
class AuthFiles {
 public:
  AuthFiles();
  ~AuthFiles();

  AuthenticatorOptions Options() const;
  void PutKey(absl::string_view key_id, absl::string_view pem) const;
  void RemoveKey(absl::string_view key_id) const;
  void PutRoles(absl::string_view json) const;
  std::string key_directory() const { return root_ + "/keys"; }

 private:
  std::string root_;
};

// A token with any header and payload, signed as the header's `alg` says with `key`: HS256 with the
// key as the secret, none with an empty signature.
std::string Base64Url(absl::string_view bytes);
std::string HmacToken(absl::string_view header, absl::string_view payload,
                      absl::string_view secret);
// Signed with the private key, RSA or EC P-256, whatever the header says.
std::string SignedToken(absl::string_view header, absl::string_view payload,
                        absl::string_view private_pem);

}  // namespace jz::auth
