#include "common/base/ids.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz {
namespace {

// Crockford's base32: without i, l, o and u, and in the order of ASCII.
constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t kLength = 13;

constexpr std::array<int8_t, 256> MakeValues() {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (int8_t i = 0; i < 32; ++i) values[static_cast<unsigned char>(kAlphabet[i])] = i;
  return values;
}

constexpr std::array<int8_t, 256> kValues = MakeValues();

absl::Status BadName(absl::string_view collection) {
  return InvalidArgument(
      "RESOURCE_NAME_FORMAT", {{"collection", std::string(collection)}},
      absl::StrCat("a resource name is ", collection, "/ and 13 lower-case base32 characters"));
}

}  // namespace

std::string EncodeId(int64_t id) {
  std::string text(kLength, '0');
  auto rest = static_cast<uint64_t>(id);
  for (size_t i = kLength; i-- > 0; rest >>= 5) text[i] = kAlphabet[rest & 31];
  return text;
}

absl::StatusOr<int64_t> DecodeId(absl::string_view text) {
  // 13 characters are 65 bits, an id has 63: the first character is one of 0 to 7. One id has one
  // text, so that names can be compared as texts.
  bool valid = text.size() == kLength && text[0] >= '0' && text[0] <= '7';
  uint64_t id = 0;
  for (size_t i = 0; valid && i < kLength; ++i) {
    const int8_t value = kValues[static_cast<unsigned char>(text[i])];
    valid = value >= 0;
    id = id << 5 | static_cast<uint64_t>(value & 31);
  }
  // 0 stands for "no id" inside the program and names nothing outside.
  if (!valid || id == 0) {
    return InvalidArgument("RESOURCE_NAME_FORMAT", {}, "an id is 13 lower-case base32 characters");
  }
  return static_cast<int64_t>(id);
}

absl::StatusOr<int64_t> ParseResourceName(absl::string_view collection, absl::string_view name) {
  const bool prefixed = name.size() == collection.size() + 1 + kLength &&
                        name.substr(0, collection.size()) == collection &&
                        name[collection.size()] == '/';
  if (!prefixed) return BadName(collection);
  absl::StatusOr<int64_t> id = DecodeId(name.substr(collection.size() + 1));
  if (!id.ok()) return BadName(collection);
  return id;
}

}  // namespace jz
