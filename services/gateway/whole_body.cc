#include "services/gateway/whole_body.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::gateway {
namespace {

constexpr uint64_t kFirstPart = 16 << 10;

}  // namespace

WholeBody::State WholeBody::Begin(std::optional<uint64_t> content_length) {
  // A length is a promise of the client: memory is taken only as bytes come.
  return Ask(std::clamp<uint64_t>(content_length.value_or(kFirstPart), 1, kFirstPart));
}

WholeBody::State WholeBody::Take(size_t size, bool last) {
  size_ += size;
  if (size_ > limit_) return State::kTooLarge;
  if (last) {
    text_.resize(size_);
    return State::kDone;
  }
  // One byte over the limit is room enough to see that it is passed.
  return size_ < text_.size() ? Ask(text_.size()) : Ask(std::min(text_.size() * 2, limit_ + 1));
}

WholeBody::State WholeBody::Ask(uint64_t capacity) {
  if (capacity > taken_) {
    if (!budget_.Take(capacity - taken_)) return State::kNoMemory;
    taken_ = capacity;
    text_.resize(capacity);
  }
  peer_.ReadBody({text_.data() + size_, text_.size() - size_});
  return State::kMore;
}

void WholeBody::Release() {
  text_ = std::string();
  budget_.Return(std::exchange(taken_, 0));
}

absl::Status BodyError(WholeBody::State state, uint64_t limit) {
  if (state == WholeBody::State::kTooLarge) {
    return InvalidArgument("BODY_TOO_LARGE", {{"limit_bytes", absl::StrCat(limit)}},
                           "the body is too large");
  }
  return MakeError(absl::StatusCode::kUnavailable, "GATEWAY_BUSY", {},
                   "too many bodies are being received; come back");
}

}  // namespace jz::gateway
