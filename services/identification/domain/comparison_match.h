// Matching a list's blocks with the register: both in order of hash.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

// Present members of a part of the register, by the first 64 bits of their hash: 16 bytes each.
// That is not the whole hash: who is found must be looked up and compared.
class PersonKeys {
 public:
  // `hash` may be cut to its first 8 bytes. Adding in order of hash makes Sort() cheap.
  void Add(absl::string_view hash, PersonId person);
  void Sort();  // before Match
  size_t size() const { return keys_.size(); }
  void clear() { keys_.clear(); }
  void reserve(size_t size) { keys_.reserve(size); }

  // Calls `on_hit` for each entry of a block and person with equal first 64 bits of the hash.
  using OnHit =
      absl::FunctionRef<void(PersonId person, absl::string_view hash, absl::string_view values)>;
  void Match(absl::string_view hashes, absl::string_view attributes, OnHit on_hit) const;

 private:
  struct Key {
    uint64_t prefix;
    PersonId person;
  };
  std::vector<Key> keys_;
};

// The hash space is compared in parts of equal size, which are also the units of a job's progress.
struct HashRange {
  int64_t first_prefix = 0;  // PrefixOf
  int64_t last_prefix = 0;
  std::string first_hash() const;  // the least and greatest hash of the part, 32 bytes
  std::string last_hash() const;
  bool Contains(absl::string_view hash) const;
  // How many of the hashes of a block lie in the part.
  int64_t CountIn(absl::string_view hashes) const;
};
// Part `index` of `count`, a power of two up to 65,536.
HashRange PartOf(int index, int count);

}  // namespace jz::identification
