// Facts from their wire bytes into rows of slots, without a protobuf message.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/identification/rules/layout.h"

namespace jz::identification::rules {

// More than any household has; what is longer is refused, so that no rule runs long on it.
inline constexpr int kMaxMembers = 200;
inline constexpr int kMaxEpisodes = 100;  // of a person
inline constexpr int kMaxCodes = 100;     // of one field

// The rows of one household or village. Texts point into the bytes that were decoded.
struct Rows {
  std::vector<Slot> frame;
  std::vector<std::vector<Slot>> lists;  // by layout, row behind row
  std::vector<int32_t> codes;
};

// Which fields are decoded, and where to. Immutable, thread-safe.
class Decoder {
 public:
  Decoder();
  // From now on `field` of `message` is decoded.
  void Use(const MessageLayout& message, const FieldLayout& field);

  // `bytes` are a message of layout `message`, a HouseholdFacts or a VillageItems. Reuses the
  // memory of `rows`. INVALID_ARGUMENT, reason FACTS_BROKEN or FACTS_TOO_LARGE.
  absl::Status Decode(absl::string_view bytes, const MessageLayout& message, Rows& rows) const;

 private:
  struct Field {
    const FieldLayout* layout = nullptr;  // nullptr: skipped
  };
  class Reader;

  const Catalogue& catalogue_;
  std::vector<std::vector<Field>> fields_;  // by layout and number
};

}  // namespace jz::identification::rules
