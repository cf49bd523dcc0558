#include "common/feed/cursor.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr char kQuery[] = "feed";

}  // namespace

absl::Status CursorInvalid() {
  return InvalidArgument("FEED_CURSOR_INVALID", {},
                         "the cursor was not made by this feed; pass one from a response");
}

std::string Cursors::Encode(const Place& place) const {
  return tokens_.Make(kQuery, {absl::StrCat(place.position), absl::StrCat(place.row_id),
                               absl::StrCat(place.taken)});
}

absl::StatusOr<Place> Cursors::Decode(absl::string_view cursor) const {
  if (cursor.empty()) return Place{};
  auto keys = tokens_.Read(kQuery, cursor);
  Place place;
  if (!keys.ok() || keys->size() != 3 || !absl::SimpleAtoi((*keys)[0], &place.position) ||
      !absl::SimpleAtoi((*keys)[1], &place.row_id) || !absl::SimpleAtoi((*keys)[2], &place.taken)) {
    return CursorInvalid();
  }
  return place;
}

}  // namespace jz::feed
