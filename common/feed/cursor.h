// Places in a feed, and their opaque form.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/page_token.h"

namespace jz::feed {

// Behind the first `taken` changes of an outbox row, or behind the whole row when `taken` is 0. The
// default is the beginning of the feed.
struct Place {
  int64_t position = 0;
  int64_t row_id = 0;
  int64_t taken = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

// Cursors are signed with a secret of the feed's own database: a cursor that was forged, damaged or
// made by another feed is INVALID_ARGUMENT, reason FEED_CURSOR_INVALID.
class Cursors {
 public:
  explicit Cursors(std::string secret) : tokens_(std::move(secret)) {}

  std::string Encode(const Place& place) const;
  absl::StatusOr<Place> Decode(absl::string_view cursor) const;  // empty: the beginning

 private:
  PageTokens tokens_;
};

absl::Status CursorInvalid();

}  // namespace jz::feed
