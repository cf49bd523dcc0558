// The public keys that verify tokens, kept in step with a directory of PEM files.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace jz::auth {

// One public key. The algorithm follows from the key, never from the token, so that a token cannot
// have an RSA key used as an HMAC secret.
struct VerificationKey {
  std::string pem;
  std::string algorithm;  // "RS256" or "ES256"
  // Set when the key leaves the directory: tokens verified with it stop working, cached or not.
  std::atomic<bool> revoked = false;
};

// Thread-safe.
class KeySet {
 public:
  // FAILED_PRECONDITION, reason KEY_DIRECTORY or KEY_FORMAT, when a file is not a public key of RSA
  // (2048 bits or more) or EC P-256, or when there is none.
  static absl::StatusOr<std::unique_ptr<KeySet>> Open(std::string directory);

  // Null for an unknown id. Reads the directory again for an unknown id, at most once a second.
  std::shared_ptr<const VerificationKey> Find(absl::string_view key_id, absl::Time now);
  // Reads the directory again when that was not done for half a minute. Cheap otherwise.
  void Refresh(absl::Time now);

 private:
  using Keys = absl::flat_hash_map<std::string, std::shared_ptr<VerificationKey>>;

  explicit KeySet(std::string directory) : directory_(std::move(directory)) {}
  void ReadAgain(absl::Time now, absl::Duration least_age);

  const std::string directory_;
  std::atomic<int64_t> read_at_us_ = INT64_MIN;
  std::mutex reading_;  // before mutex_
  std::shared_mutex mutex_;
  Keys keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace jz::auth
