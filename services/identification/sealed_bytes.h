// Bytes of any length at rest, sealed in slices.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/sealer.h"

namespace jz::identification {

// Each slice is bound to `context` and to its place.
absl::StatusOr<std::string> SealBytes(const crypto::Sealer& sealer, absl::string_view context,
                                      absl::string_view bytes);
// DATA_LOSS, reason SEAL_BROKEN, when they were changed.
absl::StatusOr<std::string> OpenBytes(const crypto::Sealer& sealer, absl::string_view context,
                                      absl::string_view sealed);

}  // namespace jz::identification
