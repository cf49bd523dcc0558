// One request being answered, and the connection as it sees it. The two call each other on one
// thread, the connection's; only Post may be called from others.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/types/span.h"
#include "services/gateway/http_message.h"
#include "services/gateway/problem.h"

namespace jz::gateway {

class HttpPeer {
 public:
  virtual ~HttpPeer() = default;
  // Asks for the next part of the body; OnBody follows. `into` stays the exchange's and must live
  // until then, or until the exchange is destroyed.
  virtual void ReadBody(absl::Span<char> into) = 0;
  // The whole answer. Nothing may be called after it.
  virtual void Respond(HttpResponse response) = 0;
  // An answer in pieces: the head (`body` unused), then one chunk at a time, each answered by
  // OnChunkWritten, then the end. An incomplete stream is cut, so that the client does not take it
  // for whole.
  virtual void StartStream(HttpResponse head) = 0;
  virtual void WriteChunk(std::string bytes) = 0;
  virtual void EndStream(bool complete) = 0;
  // Runs `task` on the connection's thread. From any thread.
  virtual void Post(std::function<void()> task) = 0;
  virtual RequestRecord& record() = 0;
};

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  virtual ~Exchange() = default;
  virtual void Start() = 0;
  // `size` bytes of the body were put where ReadBody said; `last`: there are no more.
  virtual void OnBody(size_t size, bool last) = 0;
  virtual void OnChunkWritten() {}
  // The client went away, or was too slow. Cancels the call; the peer may not be used any more.
  virtual void OnGone() = 0;
};

// Decides what happens to a request. Thread-safe.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Answers through `peer` at once and returns null, or returns what will answer.
  virtual std::shared_ptr<Exchange> Handle(const HttpRequest& request,
                                           const std::shared_ptr<HttpPeer>& peer) = 0;
  // A request that never became one (malformed, too slow): the endpoint that it is counted under.
  virtual const Endpoint& broken_request() const = 0;
  virtual void Finished(const RequestRecord& record) = 0;
  virtual void ConnectionRefused() = 0;
};

// The answer that tells a problem; puts it on the record, too.
HttpResponse ProblemResponse(const Problem& problem, RequestRecord* record);

}  // namespace jz::gateway
