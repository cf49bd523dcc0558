// What tests of services need besides a database: keys, tokens, a configuration, and a client.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/config/service_main.h"
#include "common/rpc/channel.h"
#include "tests/support/time_factor.h"

namespace jz::testing {

struct TokenSpec {
  std::string subject = "tester";
  std::vector<std::string> roles = {};
  std::vector<std::string> regions = {};
  absl::Duration lifetime = absl::Hours(1);
  // FakeClock users sign at its time.
  absl::Time issued_at = absl::Now();
};

// A folder with a key pair (EC P-256), sealing keys and a page key, removed in the end. What cannot
// be made ends the process: no test could go on.
class TestKeys {
 public:
  // `roles`: the text of a roles file; empty means common/auth/roles.json.
  explicit TestKeys(absl::string_view roles = "");
  ~TestKeys();
  TestKeys(const TestKeys&) = delete;
  TestKeys& operator=(const TestKeys&) = delete;

  std::string Token(const TokenSpec& spec) const;
  std::string ExpiredToken(TokenSpec spec) const;
  // Names this key but is signed by another.
  std::string ForeignToken(const TokenSpec& spec) const;

  const std::string& folder() const { return folder_; }
  std::string key_directory() const { return folder_ + "/keys"; }
  std::string roles_file() const { return roles_file_; }
  std::string sealing_keys_file() const { return folder_ + "/sealing.keys"; }
  std::string page_key_file() const { return folder_ + "/page.key"; }
  auth::AuthenticatorOptions auth() const;

 private:
  std::string folder_;
  std::string roles_file_;
  std::string private_key_;
  std::string foreign_key_;
};

// Listens on a free port of the loopback; no metrics port. Peers are added by the test.
ServiceConfig TestConfig(const std::string& name, const sql::DatabaseOptions& database,
                         const TestKeys& keys);

// Calls one service with one token. Copies share the connection. Thread-safe.
class Client {
 public:
  // `service` is the proto's full name, "jingzhun.funds.v1.FundsService".
  Client(int port, absl::string_view service, absl::string_view token);

  // The same connection with another token; empty: without one.
  Client WithToken(absl::string_view token) const;
  Client WithTimeout(absl::Duration timeout) const;

  // `method` is "GetAccount".
  template <class Response>
  absl::StatusOr<Response> Call(absl::string_view method,
                                const google::protobuf::Message& request) const {
    return channel_->Call<Response>(Path(method), request, Options());
  }
  std::unique_ptr<rpc::RawResponses> ServerStream(absl::string_view method,
                                                  const google::protobuf::Message& request) const {
    return channel_->ServerStream(Path(method), request, Options());
  }
  std::unique_ptr<rpc::RawRequests> ClientStream(absl::string_view method) const {
    return channel_->ClientStream(Path(method), Options());
  }

  // 10 seconds from now, longer under the sanitizers, and the token.
  rpc::CallOptions Options() const;
  std::string Path(absl::string_view method) const {
    return absl::StrCat("/", service_, "/", method);
  }
  rpc::Channel& channel() const { return *channel_; }

 private:
  std::shared_ptr<rpc::Channel> channel_;
  std::string service_;
  std::string token_;
  absl::Duration timeout_ = Allow(absl::Seconds(10));
};

}  // namespace jz::testing
