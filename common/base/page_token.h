// Keyset page tokens: opaque, bound to the query that made them and signed, so that a token that is
// forged, damaged or of another query is refused instead of showing something else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz {

class PageTokens {
 public:
  static constexpr size_t kLeastKeyBytes = 16;

  // `key`: at least kLeastKeyBytes secret bytes, equal in all replicas; the process ends else.
  explicit PageTokens(std::string key);

  // `query` is any text that is the same for all pages of one query and caller (filters, order,
  // scope).
  std::string Make(absl::string_view query, const std::vector<std::string>& keys) const;
  // The keys; empty when `token` is empty (first page). INVALID_ARGUMENT, reason
  // PAGE_TOKEN_INVALID.
  absl::StatusOr<std::vector<std::string>> Read(absl::string_view query,
                                                absl::string_view token) const;

 private:
  std::string key_;
};

struct PageLimits {
  int default_size = 50;
  int max_size = 1000;
};
// 0 means the default; over the maximum means the maximum (AIP-158); negative is INVALID_ARGUMENT,
// reason PAGE_SIZE_NEGATIVE.
absl::StatusOr<int> PageSize(int requested, PageLimits limits = {});

}  // namespace jz
