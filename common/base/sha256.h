// SHA-256 of a text.
#pragma once

#include <array>

#include "absl/strings/string_view.h"

namespace jz {

using Sha256Digest = std::array<unsigned char, 32>;

Sha256Digest Sha256(absl::string_view text);

inline absl::string_view BytesOf(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace jz
