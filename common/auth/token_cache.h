// Verified tokens, by the SHA-256 of their text. Internal to common/auth.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/auth/key_set.h"
#include "common/auth/principal.h"
#include "common/base/sha256.h"

namespace jz::auth {

// Keeps at most `size` tokens and drops the least recently used. Thread-safe; split into shards so
// that callers rarely wait for each other.
class TokenCache {
 public:
  explicit TokenCache(int size);

  struct Entry {
    std::shared_ptr<const Principal> principal;
    std::shared_ptr<const VerificationKey> key;
    absl::Time expires_at;
  };

  // Null when the token is not here, has expired, or its key was withdrawn.
  std::shared_ptr<const Principal> Find(const Sha256Digest& digest, absl::Time now);
  void Put(const Sha256Digest& digest, Entry entry);

 private:
  static constexpr size_t kShards = 16;

  using Uses = std::list<std::pair<Sha256Digest, Entry>>;  // the latest used first
  struct DigestHash {
    size_t operator()(const Sha256Digest& digest) const {
      size_t hash = 0;  // a part of a cryptographic hash is as good a hash
      std::memcpy(&hash, digest.data() + 1, sizeof(hash));
      return hash;
    }
  };
  struct Shard {
    std::mutex mutex;
    Uses uses ABSL_GUARDED_BY(mutex);
    absl::flat_hash_map<Sha256Digest, Uses::iterator, DigestHash> entries ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(const Sha256Digest& digest) { return shards_[digest[0] % kShards]; }

  const size_t shard_size_;
  std::array<Shard, kShards> shards_;
};

}  // namespace jz::auth
