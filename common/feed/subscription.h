// One open change stream, read ahead while earlier changes are applied.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/channel.h"
#include "jingzhun/common/v1/feed.pb.h"

namespace jz {
namespace common = ::jingzhun::common;  // the generated messages
}

namespace jz::feed {

// Several responses, to be applied in one transaction.
struct Batch {
  // A response ends behind changes[change_count - 1]; then the feed stands at `cursor`.
  struct Mark {
    size_t change_count = 0;
    std::string cursor;
  };
  std::vector<common::v1::Change> changes;
  std::vector<Mark> marks;
  int64_t backlog = 0;  // committed at the source, not in this batch
};

class Subscription {
 public:
  explicit Subscription(std::unique_ptr<rpc::RawResponses> responses);
  ~Subscription();  // cancels the stream
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Waits for a response, then takes what is there, up to about 5,000 changes or 8 MiB. When
  // nothing is left: how the stream ended (OUT_OF_RANGE for an end without an error). UNAVAILABLE
  // (FEED_SILENT) when nothing came until `until`: a living stream sends heartbeats.
  absl::StatusOr<Batch> Take(absl::Time until);
  // May be called from any thread; Take then returns an error soon.
  void Cancel();

 private:
  struct Received {
    std::vector<common::v1::Change> changes;
    std::string cursor;
    int64_t backlog = 0;
    size_t bytes = 0;
  };
  void ReadAhead();
  void AddFront(Batch& batch);

  const std::unique_ptr<rpc::RawResponses> responses_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable taken_;
  std::deque<Received> queue_;
  size_t queued_changes_ = 0;
  size_t queued_bytes_ = 0;
  bool cancelled_ = false;
  bool ended_ = false;
  absl::Status end_status_;
  std::thread thread_;
};

}  // namespace jz::feed
