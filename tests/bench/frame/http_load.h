// A client that keeps a number of HTTP connections busy, each with one request after another.
#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/frame/unary_load.h"

namespace jz::bench {

struct HttpLoadOptions {
  int port = 0;
  std::string request;  // the whole text of one request
  int connections = 64;
  absl::Duration duration = absl::Seconds(1);
};

// An answer other than 200 is a failure.
LoadResult RunHttpLoad(const HttpLoadOptions& options);

}  // namespace jz::bench
