// A server that serves one change feed, and what its tests need.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/feed/consumer.h"
#include "common/feed/outbox.h"
#include "common/rpc/server.h"
#include "common/telemetry/telemetry.h"
#include "feed_source.pb.h"
#include "tests/support/service_harness.h"

namespace jz::testing {

namespace feedpb = ::jingzhun::testing::feed::v1;

inline constexpr char kFeedService[] = "jingzhun.testing.feed.v1.FeedSourceService";
inline constexpr char kStreamChanges[] =
    "/jingzhun.testing.feed.v1.FeedSourceService/StreamChanges";

// One replica of the feed's owner. Several may share a database.
class FeedSource {
 public:
  explicit FeedSource(sql::Database& db, feed::OutboxOptions options = {});

  feed::Outbox& outbox() { return *outbox_; }
  // A client whose scope is these regions.
  Client NewClient(std::vector<std::string> regions = {"000000000000"}) const;
  // A channel as a consumer holds it: every call carries a token for everything.
  std::unique_ptr<rpc::Channel> NewChannel() const;
  // Stops serving; Start() serves again on the same port.
  void Stop();
  void Start();

 private:
  std::string Token(std::vector<std::string> regions) const;

  const TestKeys keys_;
  const std::unique_ptr<telemetry::Metrics> metrics_;
  const std::unique_ptr<auth::Authenticator> authenticator_;
  const std::unique_ptr<feed::Outbox> outbox_;
  std::unique_ptr<rpc::Server> server_;
  int port_ = 0;
};

RegionCode Region(absl::string_view code);
// A NoteChanged of `notes/<name>`.
common::v1::Change NoteChange(absl::string_view name, int64_t version, RegionCode region);
// Publishes in a transaction of its own; ends the process when that fails.
void PublishNow(sql::Database& db, std::vector<common::v1::Change> changes);

// All that a stream with until_current sends.
struct ReadFeed {
  std::vector<common::v1::StreamChangesResponse> responses;
  absl::Status status;

  std::vector<std::string> names() const;  // of the changed resources, in order
  std::string cursor() const { return responses.empty() ? "" : responses.back().cursor(); }
};
ReadFeed ReadUntilCurrent(const Client& client, common::v1::StreamChangesRequest request = {});
ReadFeed ReadAfter(const Client& client, const std::string& cursor);

}  // namespace jz::testing
