// Personal data at rest: sealed fields and keyed hashes for matching. The only user of ciphers.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz::crypto {

// Thread-safe. Suites: "AES-256-GCM+HMAC-SHA-256" (default) and "SM4-CTR+HMAC-SM3".
class Sealer {
 public:
  // `path` holds one key a line: `<key id 1-255> <suite> <64 hex digits sealing key> <64 hex digits
  // hash key>`; '#' comments. The last line seals; all lines open. The file must not be readable by
  // others.
  static absl::StatusOr<std::unique_ptr<Sealer>> FromFile(const std::string& path);
  static absl::StatusOr<std::unique_ptr<Sealer>> FromText(absl::string_view text);
  virtual ~Sealer() = default;

  // `context` is bound to the result ("person.citizen_id"): a sealed value copied elsewhere does
  // not open. At most 4 KiB of plain text.
  virtual absl::StatusOr<std::string> Seal(absl::string_view context,
                                           absl::string_view plain) const = 0;
  // DATA_LOSS, reason SEAL_BROKEN, when it was changed or its key is not known.
  virtual absl::StatusOr<std::string> Open(absl::string_view context,
                                           absl::string_view sealed) const = 0;
  // 32 bytes, the same for the same text, for equality search. Always made with the FIRST key's
  // hash key, so that rotation of sealing keys keeps hashes matchable.
  virtual std::string Hash(absl::string_view context, absl::string_view plain) const = 0;
  // True when the value was sealed with another than the current key.
  virtual bool NeedsResealing(absl::string_view sealed) const = 0;
};

}  // namespace jz::crypto
