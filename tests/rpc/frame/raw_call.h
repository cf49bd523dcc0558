// Calls that rpc::Channel would not make: any bytes, any headers, no deadline.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace jz::testing {

struct RawCall {
  int port = 0;
  std::string method = {};  // "/package.Service/Method"
  std::string bytes = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<absl::Duration> timeout = absl::Seconds(10);  // null: no deadline
};

struct RawAnswer {
  absl::Status status;
  std::string bytes = {};
};

RawAnswer CallRaw(const RawCall& call);

// One request and the first answer of a bidirectional stream, as reflection speaks it.
RawAnswer ConverseRaw(const RawCall& call);

}  // namespace jz::testing
