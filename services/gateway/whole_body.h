// Collects a body that is needed in one piece, within the limits.
#pragma once

#include <string>

#include "services/gateway/call.h"
#include "services/gateway/exchange.h"

namespace jz::gateway {

class WholeBody {
 public:
  enum class State { kMore, kDone, kTooLarge, kNoMemory };

  WholeBody(HttpPeer& peer, BodyBudget& budget, uint64_t limit)
      : peer_(peer), budget_(budget), limit_(limit) {}
  ~WholeBody() { Release(); }
  WholeBody(const WholeBody&) = delete;
  WholeBody& operator=(const WholeBody&) = delete;

  // Asks for the first part.
  State Begin(std::optional<uint64_t> content_length);
  // A part has come; asks for the next one itself when it returns kMore.
  State Take(size_t size, bool last);
  const std::string& text() const { return text_; }
  // Gives the memory back as soon as the body is not needed any more. Not while a part is awaited.
  void Release();

 private:
  State Ask(uint64_t capacity);

  HttpPeer& peer_;
  BodyBudget& budget_;
  const uint64_t limit_;
  uint64_t taken_ = 0;  // from the budget
  uint64_t size_ = 0;
  std::string text_;
};

// The error that a state means.
absl::Status BodyError(WholeBody::State state, uint64_t limit);

}  // namespace jz::gateway
