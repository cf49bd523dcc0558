#include "tests/support/feed/feed_source.h"

#include <cstdio>
#include <cstdlib>

namespace jz::testing {
namespace {

constexpr char kRoles[] = R"({"roles": [
  {"name": "reader", "permissions": ["testing.feed.read"]}
]})";

template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "feed source: %s\n", value.status().ToString().c_str());
  std::abort();
}

}  // namespace

FeedSource::FeedSource(sql::Database& db, feed::OutboxOptions options)
    : keys_(kRoles),
      metrics_(telemetry::Metrics::Create()),
      authenticator_(Must(auth::Authenticator::Create(keys_.auth()))),
      outbox_(feed::Outbox::Start(db, options)) {
  Start();
}

void FeedSource::Start() {
  rpc::Router router(kFeedService);
  router.ServerStream<common::v1::StreamChangesRequest, common::v1::StreamChangesResponse>(
      "StreamChanges",
      [this](const rpc::CallContext& ctx, const common::v1::StreamChangesRequest& request,
             rpc::Writer<common::v1::StreamChangesResponse>& writer) {
        return outbox_->Stream(ctx, request, writer);
      });
  rpc::ServerOptions options;
  options.service = "testing";
  options.listen = absl::StrCat("127.0.0.1:", port_);
  server_ = Must(rpc::Server::Start(options, {std::move(router)}, *authenticator_, *metrics_));
  port_ = server_->port();
}

void FeedSource::Stop() {
  server_->Drain(absl::Seconds(5));
  server_.reset();
}

std::string FeedSource::Token(std::vector<std::string> regions) const {
  return keys_.Token({.subject = "reader-1", .roles = {"reader"}, .regions = std::move(regions)});
}

Client FeedSource::NewClient(std::vector<std::string> regions) const {
  return Client(port_, kFeedService, Token(std::move(regions))).WithTimeout(absl::Seconds(60));
}

std::unique_ptr<rpc::Channel> FeedSource::NewChannel() const {
  rpc::ChannelOptions options;
  options.target = absl::StrCat("127.0.0.1:", port_);
  options.authorization = [header = "Bearer " + Token({"000000000000"})] { return header; };
  return rpc::Channel::Create(options);
}

RegionCode Region(absl::string_view code) { return Must(RegionCode::Parse(code)); }

common::v1::Change NoteChange(absl::string_view name, int64_t version, RegionCode region) {
  feedpb::NoteChanged payload;
  payload.set_note(std::string(name));
  return feed::MakeChange(absl::StrCat("notes/", name), region, version, absl::Now(), payload);
}

void PublishNow(sql::Database& db, std::vector<common::v1::Change> changes) {
  absl::Status status = db.Run(absl::Now() + absl::Seconds(30),
                               [&](sql::Transaction& tx) { return feed::Publish(tx, changes); });
  if (status.ok()) return;
  std::fprintf(stderr, "publish: %s\n", status.ToString().c_str());
  std::abort();
}

std::vector<std::string> ReadFeed::names() const {
  std::vector<std::string> names;
  for (const auto& response : responses) {
    for (const auto& change : response.changes()) names.push_back(change.resource());
  }
  return names;
}

ReadFeed ReadUntilCurrent(const Client& client, common::v1::StreamChangesRequest request) {
  request.set_until_current(true);
  ReadFeed read;
  auto responses = client.ServerStream("StreamChanges", request);
  common::v1::StreamChangesResponse response;
  while (responses->Read(response)) read.responses.push_back(response);
  read.status = responses->Finish();
  return read;
}

ReadFeed ReadAfter(const Client& client, const std::string& cursor) {
  common::v1::StreamChangesRequest request;
  request.set_after(cursor);
  return ReadUntilCurrent(client, request);
}

}  // namespace jz::testing
