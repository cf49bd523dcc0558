#include "services/identification/domain/comparison_match.h"

#include <algorithm>

#include "services/identification/domain/comparison_list.h"

namespace jz::identification {
namespace {

constexpr int64_t kPrefixes = int64_t{1} << 32;

uint64_t Prefix64(absl::string_view hash) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < 8; ++i) {
    prefix = prefix << 8 | (i < hash.size() ? static_cast<unsigned char>(hash[i]) : 0);
  }
  return prefix;
}

std::string HashOf(int64_t prefix, char rest) {
  std::string hash(kHashBytes, rest);
  for (int i = 0; i < 4; ++i) hash[i] = static_cast<char>(prefix >> (24 - 8 * i) & 0xff);
  return hash;
}

}  // namespace

void PersonKeys::Add(absl::string_view hash, PersonId person) {
  keys_.push_back({.prefix = Prefix64(hash), .person = person});
}

void PersonKeys::Sort() {
  auto less = [](const Key& a, const Key& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : a.person < b.person;
  };
  if (!std::is_sorted(keys_.begin(), keys_.end(), less))
    std::sort(keys_.begin(), keys_.end(), less);
}

// Entries come in order, so each search begins where the last one ended and doubles its steps:
// about the logarithm of the gap between neighbours, in memory that was just read.
void PersonKeys::Match(absl::string_view hashes, absl::string_view attributes, OnHit on_hit) const {
  if (keys_.empty()) return;
  BlockReader entries(hashes, attributes);
  if (!entries.Next()) return;
  auto less = [](const Key& key, uint64_t prefix) { return key.prefix < prefix; };
  auto at = std::lower_bound(keys_.begin(), keys_.end(), Prefix64(entries.hash()), less);
  do {
    const uint64_t wanted = Prefix64(entries.hash());
    std::ptrdiff_t step = 1;
    auto low = at;
    while (keys_.end() - low > step && (low + step)->prefix < wanted) {
      low += step;
      step *= 2;
    }
    at = std::lower_bound(low, keys_.end() - low > step ? low + step + 1 : keys_.end(), wanted,
                          less);
    for (auto hit = at; hit != keys_.end() && hit->prefix == wanted; ++hit) {
      on_hit(hit->person, entries.hash(), entries.values());
    }
  } while (at != keys_.end() && entries.Next());
}

std::string HashRange::first_hash() const { return HashOf(first_prefix, '\0'); }
std::string HashRange::last_hash() const { return HashOf(last_prefix, '\xff'); }

bool HashRange::Contains(absl::string_view hash) const {
  const int64_t prefix = PrefixOf(hash);
  return first_prefix <= prefix && prefix <= last_prefix;
}

int64_t HashRange::CountIn(absl::string_view hashes) const {
  auto below = [&](int64_t prefix) {
    size_t low = 0;
    size_t high = hashes.size() / kHashBytes;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (PrefixOf(hashes.substr(middle * kHashBytes, kHashBytes)) < prefix) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return static_cast<int64_t>(low);
  };
  return below(last_prefix + 1) - below(first_prefix);
}

HashRange PartOf(int index, int count) {
  const int64_t width = kPrefixes / count;
  return {.first_prefix = index * width, .last_prefix = (index + 1) * width - 1};
}

}  // namespace jz::identification
