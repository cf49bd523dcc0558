// The two cipher suites behind a Sealer. Internal to common/crypto.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace jz::crypto {

// One key of the key file, ready to use. Thread-safe: every call works on its own OpenSSL context.
class Suite {
 public:
  virtual ~Suite() = default;
  // nonce, cipher text and tag. `bound` is authenticated, not stored.
  virtual std::string Seal(absl::string_view bound, absl::string_view plain) const = 0;
  // Nothing when `sealed` was not made by Seal with the same key and `bound`.
  virtual std::optional<std::string> Open(absl::string_view bound,
                                          absl::string_view sealed) const = 0;
  // 32 bytes: the suite's HMAC of both parts together with the boundary between them.
  virtual std::string Hash(absl::string_view context, absl::string_view plain) const = 0;
};

// `name` is "AES-256-GCM+HMAC-SHA-256" or "SM4-CTR+HMAC-SM3", keys are 32 bytes each. Null for
// another name.
std::unique_ptr<Suite> MakeSuite(absl::string_view name, absl::string_view sealing_key,
                                 absl::string_view hash_key);

}  // namespace jz::crypto
