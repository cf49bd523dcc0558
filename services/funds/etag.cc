#include "services/funds/etag.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::funds {

std::string EtagOf(int64_t version) { return absl::StrCat("v", version); }

absl::Status RequireEtag(const std::string& etag, int64_t version) {
  if (etag.empty() || etag == EtagOf(version)) return absl::OkStatus();
  return Aborted("ETAG_MISMATCH", {{"etag", EtagOf(version)}},
                 "it was changed meanwhile; read it again");
}

}  // namespace jz::funds
