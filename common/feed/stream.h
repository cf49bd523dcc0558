// One StreamChanges call.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/feed/cursor.h"
#include "common/feed/reader.h"
#include "common/feed/sequencer.h"
#include "common/rpc/router.h"
#include "jingzhun/common/v1/feed.pb.h"

namespace jz::feed {

using ChangesWriter = rpc::Writer<common::v1::StreamChangesResponse>;

struct StreamOptions {
  absl::Duration heartbeat;
  absl::Time deadline;
  bool until_current = false;
};

// Sends what the reader finds, in responses of at most 1,000 changes or about 1 MiB.
class ChangeStream {
 public:
  ChangeStream(const Sequencer& sequencer, const Cursors& cursors, FeedReader reader,
               ChangesWriter& writer, const StreamOptions& options);

  // Until the caller is gone, the deadline is over, the server drains or, with until_current, all
  // that was committed before the call is sent.
  absl::Status Run();

 private:
  absl::Status SendRows(const std::vector<OutboxRow>& rows);
  absl::Status TakeChanges(const OutboxRow& row);
  absl::Status Flush();  // sends `response_`, also an empty one

  const Sequencer& sequencer_;
  const Cursors& cursors_;
  FeedReader reader_;
  ChangesWriter& writer_;
  const StreamOptions options_;
  common::v1::StreamChangesResponse response_;
  size_t response_bytes_ = 0;
  int64_t end_ = 0;
  absl::Time sent_at_ = absl::InfinitePast();
  Place sent_place_;
};

}  // namespace jz::feed
