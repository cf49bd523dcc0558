#include "services/identification/sealed_bytes.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr size_t kSliceBytes = 4096;  // what a sealer takes

absl::Status Broken() {
  return MakeError(absl::StatusCode::kDataLoss, "SEAL_BROKEN", {}, "sealed bytes are cut");
}

}  // namespace

absl::StatusOr<std::string> SealBytes(const crypto::Sealer& sealer, absl::string_view context,
                                      absl::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += kSliceBytes) {
    JZ_ASSIGN_OR_RETURN(std::string slice,
                        sealer.Seal(absl::StrCat(context, ".", at), bytes.substr(at, kSliceBytes)));
    out += static_cast<char>(slice.size() >> 8);
    out += static_cast<char>(slice.size() & 0xff);
    out += slice;
  }
  return out;
}

absl::StatusOr<std::string> OpenBytes(const crypto::Sealer& sealer, absl::string_view context,
                                      absl::string_view sealed) {
  std::string out;
  for (size_t at = 0; !sealed.empty(); at += kSliceBytes) {
    if (sealed.size() < 2) return Broken();
    const size_t size = static_cast<size_t>(static_cast<unsigned char>(sealed[0])) << 8 |
                        static_cast<unsigned char>(sealed[1]);
    sealed.remove_prefix(2);
    if (sealed.size() < size) return Broken();
    JZ_ASSIGN_OR_RETURN(std::string slice,
                        sealer.Open(absl::StrCat(context, ".", at), sealed.substr(0, size)));
    out += slice;
    sealed.remove_prefix(size);
  }
  return out;
}

}  // namespace jz::identification
