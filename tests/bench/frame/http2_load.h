// RunLoad with a client that costs a fraction of gRPC's: a generator of load that shares the
// processors with the server takes from what it measures.
#pragma once

#include "tests/bench/frame/unary_load.h"

namespace jz::bench {

// gRPC over HTTP/2 by libnghttp2, one thread. A call succeeds when its answer is whole and its
// status OK.
LoadResult RunHttp2Load(const LoadOptions& options);

}  // namespace jz::bench
