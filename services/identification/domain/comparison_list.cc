#include "services/identification/domain/comparison_list.h"

#include <algorithm>

namespace jz::identification {
namespace {

constexpr size_t kLengthBytes = 2;  // values are far below 64 KiB

uint64_t KeyOf(absl::string_view hash) {
  uint64_t key = 0;
  for (int i = 0; i < 8; ++i) key = key << 8 | static_cast<unsigned char>(hash[i]);
  return key;
}

}  // namespace

int64_t PrefixOf(absl::string_view hash) { return static_cast<int64_t>(KeyOf(hash) >> 32); }

void RunBuilder::Add(absl::string_view hash, absl::string_view values) {
  values = values.substr(0, UINT16_MAX);
  entries_.push_back({.key = KeyOf(hash),
                      .index = static_cast<uint32_t>(entries_.size()),
                      .values_size = static_cast<uint32_t>(values.size()),
                      .values_at = values_.size()});
  hashes_.append(hash.data(), kHashBytes);
  values_.append(values.data(), values.size());
}

std::vector<ListBlock> RunBuilder::Finish() {
  auto hash_of = [&](const Entry& entry) {
    return absl::string_view(hashes_).substr(entry.index * kHashBytes, kHashBytes);
  };
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
    if (a.key != b.key) return a.key < b.key;
    const int order = hash_of(a).compare(hash_of(b));
    return order != 0 ? order < 0 : a.index < b.index;
  });
  std::vector<ListBlock> blocks;
  for (size_t begin = 0; begin < entries_.size(); begin += kBlockEntries) {
    const size_t end = std::min(begin + kBlockEntries, entries_.size());
    ListBlock& block = blocks.emplace_back();
    block.first_prefix = PrefixOf(hash_of(entries_[begin]));
    block.last_prefix = PrefixOf(hash_of(entries_[end - 1]));
    block.entry_count = static_cast<int>(end - begin);
    block.hashes.reserve((end - begin) * kHashBytes);
    bool any_values = false;
    for (size_t i = begin; i < end; ++i) any_values = any_values || entries_[i].values_size > 0;
    for (size_t i = begin; i < end; ++i) {
      absl::string_view hash = hash_of(entries_[i]);
      block.hashes.append(hash.data(), hash.size());
      if (!any_values) continue;
      const uint32_t size = entries_[i].values_size;
      block.attributes.push_back(static_cast<char>(size >> 8));
      block.attributes.push_back(static_cast<char>(size & 0xff));
      block.attributes.append(values_, entries_[i].values_at, size);
    }
  }
  entries_.clear();
  hashes_.clear();
  values_.clear();
  return blocks;
}

bool BlockReader::Next() {
  if (hashes_.size() < kHashBytes) return false;
  hash_ = hashes_.substr(0, kHashBytes);
  hashes_.remove_prefix(kHashBytes);
  values_ = "";
  if (attributes_.size() < kLengthBytes) return true;
  const size_t size =
      static_cast<unsigned char>(attributes_[0]) << 8 | static_cast<unsigned char>(attributes_[1]);
  attributes_.remove_prefix(kLengthBytes);
  values_ = attributes_.substr(0, size);
  attributes_.remove_prefix(values_.size());
  return true;
}

}  // namespace jz::identification
