#include "common/feed/outbox.h"

#include <mutex>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "common/feed/cursor.h"
#include "common/feed/reader.h"
#include "common/feed/sequencer.h"
#include "common/feed/stream.h"
#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr absl::Duration kOpenTime = absl::Seconds(10);
constexpr char kSecret[] = "SELECT secret FROM feed_sequence WHERE id = 1";

class SequencedOutbox : public Outbox {
 public:
  SequencedOutbox(sql::Database& db, OutboxOptions options)
      : db_(db), options_(options), sequencer_(db, options.poll) {}

  void Notify() override { sequencer_.Notify(); }

  absl::Status Stream(const rpc::CallContext& ctx, const common::v1::StreamChangesRequest& request,
                      rpc::Writer<common::v1::StreamChangesResponse>& writer) override {
    const absl::Time open_until = std::min(ctx.deadline, absl::Now() + kOpenTime);
    JZ_ASSIGN_OR_RETURN(Filter filter, Filter::Make(ctx.scope(), request));
    JZ_ASSIGN_OR_RETURN(const Cursors* cursors, GetCursors(open_until));
    JZ_ASSIGN_OR_RETURN(Place start, cursors->Decode(request.after()));
    // A caller that has just written, and asks for what is there, must find it.
    if (request.until_current()) JZ_RETURN_IF_ERROR(sequencer_.CatchUp(open_until));
    JZ_ASSIGN_OR_RETURN(FeedReader reader,
                        FeedReader::Open(db_, std::move(filter), start, open_until));
    ChangeStream stream(sequencer_, *cursors, std::move(reader), writer,
                        {.heartbeat = options_.heartbeat,
                         .deadline = ctx.deadline,
                         .until_current = request.until_current()});
    return stream.Run();
  }

 private:
  // Read at the first call: the database may be down when the service starts.
  absl::StatusOr<const Cursors*> GetCursors(absl::Time deadline) {
    std::lock_guard lock(mutex_);
    if (cursors_) return &*cursors_;
    JZ_ASSIGN_OR_RETURN(auto secret, db_.Fetch(deadline, [](sql::Transaction& tx) {
      return tx.SelectOne(kSecret, {}, [](const sql::Row& row) { return row.Text(0); });
    }));
    if (!secret) return Internal("FEED_SEQUENCE_MISSING", "table feed_sequence has no row");
    return &cursors_.emplace(*std::move(secret));
  }

  sql::Database& db_;
  const OutboxOptions options_;
  Sequencer sequencer_;
  std::mutex mutex_;
  std::optional<Cursors> cursors_;
};

}  // namespace

std::unique_ptr<Outbox> Outbox::Start(sql::Database& db, OutboxOptions options) {
  return std::make_unique<SequencedOutbox>(db, options);
}

}  // namespace jz::feed
