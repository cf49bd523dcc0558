#include "common/feed/stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr int kMaxResponseChanges = 1000;
constexpr size_t kMaxResponseBytes = 1 << 20;
constexpr absl::Duration kPageTime = absl::Seconds(10);
// How late an idle stream sees that its caller is gone.
constexpr absl::Duration kLongestWait = absl::Milliseconds(100);

}  // namespace

ChangeStream::ChangeStream(const Sequencer& sequencer, const Cursors& cursors, FeedReader reader,
                           ChangesWriter& writer, const StreamOptions& options)
    : sequencer_(sequencer),
      cursors_(cursors),
      reader_(std::move(reader)),
      writer_(writer),
      options_(options) {}

absl::Status ChangeStream::Run() {
  end_ = sequencer_.end();
  int64_t exhausted_end = 0;  // nothing is left below it
  while (!writer_.ShouldEnd()) {
    if (end_ > exhausted_end) {
      auto rows = reader_.Next(end_, std::min(options_.deadline, absl::Now() + kPageTime));
      if (!rows.ok()) return rows.status();
      if (!rows->empty()) {
        JZ_RETURN_IF_ERROR(SendRows(*rows));
        continue;
      }
      exhausted_end = end_;
    }
    const absl::Time now = absl::Now();
    const bool due = now >= sent_at_ + options_.heartbeat;
    if (due || (options_.until_current && reader_.place() != sent_place_)) {
      JZ_RETURN_IF_ERROR(Flush());
    }
    if (options_.until_current) return absl::OkStatus();
    end_ = sequencer_.WaitPast(exhausted_end,
                               std::min(sent_at_ + options_.heartbeat, now + kLongestWait));
  }
  return absl::OkStatus();  // the server knows why the stream should end, and tells the caller
}

absl::Status ChangeStream::SendRows(const std::vector<OutboxRow>& rows) {
  for (const OutboxRow& row : rows) {
    if (row.wanted) JZ_RETURN_IF_ERROR(TakeChanges(row));
    reader_.MoveTo(Place{.position = row.position, .row_id = row.id}, row);
  }
  const bool due = absl::Now() >= sent_at_ + options_.heartbeat;
  if (response_.changes_size() > 0 || due) return Flush();
  return absl::OkStatus();
}

absl::Status ChangeStream::TakeChanges(const OutboxRow& row) {
  common::v1::ChangeBatch batch;
  if (!batch.ParseFromString(row.changes) || batch.changes_size() != row.change_count) {
    return Internal("OUTBOX_ROW_DAMAGED", absl::StrCat("outbox row ", row.id, " cannot be read"));
  }
  const Place& place = reader_.place();
  const bool resumed = place.taken > 0 && place.row_id == row.id;
  for (int i = resumed ? static_cast<int>(place.taken) : 0; i < batch.changes_size(); ++i) {
    common::v1::Change& change = *batch.mutable_changes(i);
    if (!reader_.filter().Takes(change)) continue;
    const size_t bytes = change.ByteSizeLong();
    const bool full = response_.changes_size() == kMaxResponseChanges ||
                      (response_bytes_ > 0 && response_bytes_ + bytes > kMaxResponseBytes);
    if (full) {
      if (i > 0) {
        reader_.MoveTo(Place{.position = row.position, .row_id = row.id, .taken = i}, row);
      }
      JZ_RETURN_IF_ERROR(Flush());
    }
    *response_.add_changes() = std::move(change);
    response_bytes_ += bytes;
  }
  return absl::OkStatus();
}

absl::Status ChangeStream::Flush() {
  response_.set_cursor(cursors_.Encode(reader_.place()));
  response_.set_backlog(reader_.Backlog(std::max(end_, sequencer_.end())));
  JZ_RETURN_IF_ERROR(writer_.Write(response_));
  response_.Clear();
  response_bytes_ = 0;
  sent_at_ = absl::Now();
  sent_place_ = reader_.place();
  return absl::OkStatus();
}

}  // namespace jz::feed
