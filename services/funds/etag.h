#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace jz::funds {

// The etag of a version, and ABORTED (ETAG_MISMATCH) unless `etag` is empty or that of `version`.
std::string EtagOf(int64_t version);
absl::Status RequireEtag(const std::string& etag, int64_t version);

}  // namespace jz::funds
