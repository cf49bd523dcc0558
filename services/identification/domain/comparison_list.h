// The entries of a list as they are stored: blocks of keyed hashes in ascending order. A list is a
// few runs, each sorted for itself, so that an upload of any size needs the memory of one run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jz::identification {

inline constexpr size_t kHashBytes = 32;
// A run is some ten MiB of hashes and values; a block is what one row holds.
inline constexpr size_t kRunEntries = 128 * 1024;
inline constexpr size_t kBlockEntries = 1024;

struct ListBlock {
  int64_t first_prefix = 0;  // PrefixOf the first and last hash
  int64_t last_prefix = 0;
  int entry_count = 0;
  std::string hashes;      // entry_count times kHashBytes, ascending
  std::string attributes;  // values of each entry, length first; empty when no entry has any
};

// The first 32 bits of a hash: where it lies among all hashes.
int64_t PrefixOf(absl::string_view hash);

// Collects entries of a run.
class RunBuilder {
 public:
  // `values` as JoinValues makes them.
  void Add(absl::string_view hash, absl::string_view values);
  bool full() const { return entries_.size() >= kRunEntries; }
  bool empty() const { return entries_.empty(); }
  // Sorts what was added and starts anew. Equal hashes keep the order in which they were added.
  std::vector<ListBlock> Finish();

 private:
  struct Entry {
    uint64_t key;    // first 64 bits of the hash
    uint32_t index;  // into hashes_, and order of adding
    uint32_t values_size;
    size_t values_at;
  };
  std::vector<Entry> entries_;
  std::string hashes_;
  std::string values_;
};

// Reads the entries of a block in order. The block must outlive the views.
class BlockReader {
 public:
  BlockReader(absl::string_view hashes, absl::string_view attributes)
      : hashes_(hashes), attributes_(attributes) {}
  // False at the end, or where the block is damaged.
  bool Next();
  absl::string_view hash() const { return hash_; }
  absl::string_view values() const { return values_; }

 private:
  absl::string_view hashes_;
  absl::string_view attributes_;
  absl::string_view hash_;
  absl::string_view values_;
};

}  // namespace jz::identification
