#include "tests/rpc/gateway/gateway_under_test.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace jz::testing {

gateway::GatewayConfig SampleConfig(int backend_port) {
  gateway::GatewayConfig config;
  config.descriptors = JZ_SAMPLE_DESCRIPTORS;
  config.targets = {{"sample", absl::StrCat("127.0.0.1:", backend_port)}};
  return config;
}

GatewayUnderTest::GatewayUnderTest(const std::function<void(gateway::GatewayConfig&)>& change)
    : token_(backend_.Token()) {
  gateway::GatewayConfig config = SampleConfig(backend_.port());
  change(config);
  auto app = gateway::App::Start(config);
  if (!app.ok()) {
    std::fprintf(stderr, "gateway: %s\n", app.status().ToString().c_str());
    std::abort();
  }
  app_ = *std::move(app);
}

HttpCall GatewayUnderTest::WithToken(HttpCall call) const {
  for (const auto& [name, value] : call.headers) {
    if (name == "Authorization") return call;
  }
  call.headers.emplace_back("Authorization", "Bearer " + token_);
  return call;
}

HttpReply GatewayUnderTest::Call(const HttpCall& call) const {
  HttpConnection connection = Connect();
  return connection.Call(WithToken(call));
}

HttpReply GatewayUnderTest::Post(const std::string& target, const std::string& json) const {
  return Call({.method = "POST",
               .target = target,
               .headers = {{"Content-Type", "application/json"}},
               .body = json});
}

}  // namespace jz::testing
