// A blocking HTTP/1.1 client that also can misbehave: it sends whatever text it is given.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jz::testing {

struct HttpReply {
  int status = 0;                              // 0: the connection ended without a reply
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool complete = false;  // to its last byte
  nlohmann::json Json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string Header(const std::string& name) const;
};

struct HttpCall {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = "";
};

// One connection. A reply that never comes is stopped by the test's time limit.
class HttpConnection {
 public:
  // Throws std::exception when nobody listens.
  explicit HttpConnection(int port);
  HttpConnection(HttpConnection&&) noexcept;
  ~HttpConnection();

  HttpReply Call(const HttpCall& call);
  // The text of a request, with Host and Content-Length.
  static std::string Text(const HttpCall& call);

  void Send(absl::string_view bytes);
  // False when the other side does not take any more.
  bool TrySend(absl::string_view bytes);
  HttpReply Read(bool head = false);
  // Up to and with the line end; empty at the end of the connection.
  std::string ReadLine();
  // Nothing more comes: true when the other side closed.
  bool AtEnd();
  // How much can be sent without the other side reading, until it blocks for `quiet_ms`.
  size_t SendUntilBlocked(size_t most, int quiet_ms);
  void Close();

 private:
  // The HTTP library stays out of the tests: they compile in half the time.
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jz::testing
