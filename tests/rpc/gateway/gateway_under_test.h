// A gateway in this process in front of a sample server, both on free ports.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "services/gateway/app.h"
#include "tests/rpc/gateway/http_client.h"
#include "tests/rpc/gateway/sample_server.h"

namespace jz::testing {

gateway::GatewayConfig SampleConfig(int backend_port);

class GatewayUnderTest {
 public:
  explicit GatewayUnderTest(const std::function<void(gateway::GatewayConfig&)>& change =
                                [](gateway::GatewayConfig&) {});

  SampleServer& backend() { return backend_; }
  SampleState& state() { return backend_.state(); }
  gateway::App& app() { return *app_; }
  int port() const { return app_->port(); }

  HttpConnection Connect() const { return HttpConnection(port()); }
  // With a good token, unless the call has an Authorization of its own.
  HttpCall WithToken(HttpCall call) const;
  // On a connection of its own.
  HttpReply Call(const HttpCall& call) const;
  HttpReply Get(const std::string& target) const { return Call({.target = target}); }
  HttpReply Post(const std::string& target, const std::string& json) const;

 private:
  SampleServer backend_;
  std::string token_;
  std::unique_ptr<gateway::App> app_;
};

}  // namespace jz::testing
