// Row ids: 20 bits of the county where the row was born, then 43 bits that grow. In the API an id
// is 13 lower-case base32 characters (Crockford's alphabet) inside a resource name:
// `households/0a1b…`.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz {

inline constexpr int kIdSequenceBits = 43;

// 13 characters. Ids sort the same as their texts.
std::string EncodeId(int64_t id);
// INVALID_ARGUMENT, reason RESOURCE_NAME_FORMAT.
absl::StatusOr<int64_t> DecodeId(absl::string_view text);
constexpr int64_t MakeId(int32_t county, int64_t sequence) {
  return (static_cast<int64_t>(county) << kIdSequenceBits) | sequence;
}
constexpr int32_t CountyOfId(int64_t id) { return static_cast<int32_t>(id >> kIdSequenceBits); }

// A strongly typed id. A tag names its collection:
//   struct HouseholdTag { static constexpr char kCollection[] = "households"; };
//   using HouseholdId = Id<HouseholdTag>;
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(int64_t value) : value_(value) {}
  // From a resource name, for example "households/0a1b2c3d4e5f6".
  static absl::StatusOr<Id> Parse(absl::string_view name);

  constexpr int64_t value() const { return value_; }
  constexpr bool empty() const { return value_ == 0; }
  std::string Name() const { return std::string(Tag::kCollection) + "/" + EncodeId(value_); }

  friend constexpr auto operator<=>(Id, Id) = default;
  template <class H>
  friend H AbslHashValue(H h, Id id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  int64_t value_ = 0;
};

// The id inside "<collection>/<id>". INVALID_ARGUMENT, reason RESOURCE_NAME_FORMAT.
absl::StatusOr<int64_t> ParseResourceName(absl::string_view collection, absl::string_view name);

template <class Tag>
absl::StatusOr<Id<Tag>> Id<Tag>::Parse(absl::string_view name) {
  auto value = ParseResourceName(Tag::kCollection, name);
  if (!value.ok()) return value.status();
  return Id(*value);
}

}  // namespace jz
