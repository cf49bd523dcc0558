// A server with handlers that a test chooses, and clients for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "common/rpc/server.h"
#include "common/telemetry/telemetry.h"
#include "echo.pb.h"
#include "tests/support/service_harness.h"

namespace jz::testing {

namespace pb = ::jingzhun::testing::v1;

inline constexpr char kEchoService[] = "jingzhun.testing.v1.EchoService";

struct EchoHandlers {
  using Unary = std::function<absl::StatusOr<pb::EchoResponse>(const rpc::CallContext&,
                                                               const pb::EchoRequest&)>;
  using Stream = std::function<absl::Status(const rpc::CallContext&, const pb::EchoRequest&,
                                            rpc::Writer<pb::EchoResponse>&)>;
  using Upload = std::function<absl::StatusOr<pb::EchoResponse>(const rpc::CallContext&,
                                                                rpc::Reader<pb::EchoRequest>&)>;
  using Deferred = std::function<void(const rpc::CallContext&, const pb::EchoRequest&,
                                      rpc::Answer<pb::EchoResponse>)>;
  Unary unary = {};        // of all unary methods
  Deferred deferred = {};  // of Echo, instead of `unary`
  Stream stream = {};
  Upload upload = {};
};

// Handlers that are not given echo, count to `count`, and sum the `count`s of an upload.
rpc::Router EchoRouter(EchoHandlers handlers = {});

class EchoServer {
 public:
  explicit EchoServer(EchoHandlers handlers = {}, rpc::ServerOptions options = {});

  rpc::Server& server() { return *server_; }
  void Stop() { server_.reset(); }
  telemetry::Metrics& metrics() { return *metrics_; }
  const TestKeys& keys() const { return keys_; }
  int port() const { return port_; }
  // With a role that holds testing.echo.call.
  Client NewClient() const;
  std::string Token() const;

 private:
  TestKeys keys_;
  std::unique_ptr<telemetry::Metrics> metrics_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<rpc::Server> server_;
  int port_ = 0;
};

// Something that threads wait for. A test that waits in vain for 30 seconds fails and goes on.
class Signal {
 public:
  void Set();
  // True when it was set.
  bool Wait(absl::Duration timeout = absl::Seconds(30));

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

pb::EchoRequest EchoOf(absl::string_view text, int64_t count = 0);

}  // namespace jz::testing
