// The service behind the gateway under test: it echoes, fails, streams and counts as it is told.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "common/rpc/server.h"
#include "common/telemetry/telemetry.h"
#include "sample.pb.h"
#include "tests/support/service_harness.h"

namespace jz::testing {

namespace sample = ::jingzhun::sample::v1;

// Something that threads wait for; 30 seconds at most.
class Event {
 public:
  void Set();
  bool Wait();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

// What the handlers have seen; tests look at it and let Wait go on.
struct SampleState {
  Event wait_called;
  Event wait_may_answer;
  Event wait_cancelled;
  std::atomic<int64_t> streamed = 0;
  Event stream_ended;
  std::atomic<int64_t> import_bytes = 0;
  std::atomic<int> imports_done = 0;
  Event import_begun;
  Event import_cut;
  Event import_may_read;  // waited for when the title is "slow"
  std::mutex mutex;
  std::string last_traceparent;
  std::string last_subject;
  absl::Duration last_timeout;
};

class SampleServer {
 public:
  // `port` 0 picks one.
  explicit SampleServer(int port = 0);

  int port() const { return server_->port(); }
  SampleState& state() { return state_; }
  std::string Token() const;
  std::string ExpiredToken() const;
  void Stop() { server_.reset(); }

 private:
  rpc::Router MakeRouter();

  SampleState state_;
  TestKeys keys_;
  std::unique_ptr<telemetry::Metrics> metrics_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace jz::testing
