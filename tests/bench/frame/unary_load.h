// A client that keeps a number of unary calls in flight.
#pragma once

#include <functional>
#include <string>

#include "absl/time/time.h"

namespace jz::bench {

struct LoadOptions {
  int port = 0;
  std::string method;  // "/package.Service/Method"
  std::string token;
  std::string request;  // serialized message
  // What differs between calls, appended to `request`; may be null.
  std::function<std::string()> rest_of_request;
  int in_flight = 64;
  int channels = 4;
  absl::Duration duration = absl::Seconds(1);
};

struct LoadResult {
  double calls_per_second = 0;
  int64_t failures = 0;
};

LoadResult RunLoad(const LoadOptions& options);

}  // namespace jz::bench
