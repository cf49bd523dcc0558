// The consumer's side of a change feed: applies another service's changes to a projection, exactly
// once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/rpc/channel.h"
#include "common/sql/database.h"
#include "common/telemetry/telemetry.h"
#include "jingzhun/common/v1/feed.pb.h"

namespace jz {
namespace common = ::jingzhun::common;  // the generated messages
}

namespace jz::feed {

struct ConsumerOptions {
  std::string source;              // "identification": names the cursor and the metrics
  std::string method;              // "/jingzhun.identification.v1.RegisterService/StreamChanges"
  std::vector<std::string> types;  // empty: all
  absl::Duration retry = absl::Milliseconds(200);  // first pause after a failure; grows to 5 s
};

// Writes a batch of changes into the projection. Runs in the transaction that also moves the
// cursor, so it must do everything through `tx`; it ignores versions that the projection already
// has.
using ApplyFn =
    std::function<absl::Status(sql::Transaction& tx, absl::Span<const common::v1::Change> changes)>;

// Runs in a thread of its own until destroyed; reconnects for ever, so a source that is down only
// makes the projection late. Replicas may run the same consumer: the cursor row decides who
// applies.
class Consumer {
 public:
  static std::unique_ptr<Consumer> Start(rpc::Channel& source, sql::Database& db,
                                         telemetry::Metrics& metrics, ConsumerOptions options,
                                         ApplyFn apply);
  virtual ~Consumer() = default;

  // Cursor that was last applied; for tests and status.
  virtual absl::StatusOr<std::string> Cursor() = 0;
};

}  // namespace jz::feed
