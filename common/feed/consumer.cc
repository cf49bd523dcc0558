#include "common/feed/consumer.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "common/feed/subscription.h"
#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr absl::Duration kMaxRetry = absl::Seconds(5);
constexpr absl::Duration kStreamTime = absl::Hours(1);  // then it is opened again
constexpr absl::Duration kApplyTime = absl::Seconds(30);
// Sources send a heartbeat every 10 s.
constexpr absl::Duration kLongestSilence = absl::Seconds(60);

constexpr char kCreateCursor[] =
    "INSERT IGNORE INTO feed_cursor (source, after_cursor, updated_at_us) VALUES (?, '', ?)";
constexpr char kReadCursor[] = "SELECT after_cursor FROM feed_cursor WHERE source = ?";
constexpr char kLockCursor[] = "SELECT after_cursor FROM feed_cursor WHERE source = ? FOR UPDATE";
constexpr char kMoveCursor[] =
    "UPDATE feed_cursor SET after_cursor = ?, applied_count = applied_count + ?, updated_at_us = ? "
    "WHERE source = ?";

// Another replica applied changes that this one has not read: go on from there.
constexpr char kMoved[] = "FEED_CURSOR_MOVED";

class ProjectingConsumer : public Consumer {
 public:
  ProjectingConsumer(rpc::Channel& source, sql::Database& db, telemetry::Metrics& metrics,
                     ConsumerOptions options, ApplyFn apply)
      : source_(source),
        db_(db),
        metrics_(metrics),
        options_(std::move(options)),
        apply_(std::move(apply)),
        thread_([this] { Work(); }) {}

  ~ProjectingConsumer() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      if (subscription_ != nullptr) subscription_->Cancel();
    }
    stopped_.notify_all();
    thread_.join();
  }

  absl::StatusOr<std::string> Cursor() override {
    return db_.Fetch(
        absl::Now() + kApplyTime, [&](sql::Transaction& tx) -> absl::StatusOr<std::string> {
          JZ_ASSIGN_OR_RETURN(auto cursor, tx.SelectOne(kReadCursor, {options_.source}, FirstText));
          return cursor.value_or("");
        });
  }

 private:
  static std::string FirstText(const sql::Row& row) { return row.Text(0); }

  void Work();
  absl::Status FollowStream();
  absl::Status ApplyStream(Subscription& subscription, std::string& cursor);
  absl::Status ApplyAll(Batch& batch, std::string& cursor);
  absl::StatusOr<std::string> ApplyFrom(const Batch& batch, size_t first_mark,
                                        const std::string& cursor);
  absl::StatusOr<std::string> StartCursor();
  void Report(const absl::Status& status);
  bool Attach(Subscription* subscription);

  rpc::Channel& source_;
  sql::Database& db_;
  telemetry::Metrics& metrics_;
  const ConsumerOptions options_;
  const ApplyFn apply_;
  absl::Duration pause_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  Subscription* subscription_ = nullptr;
  std::thread thread_;
};

void ProjectingConsumer::Work() {
  pause_ = options_.retry;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    absl::Status status = FollowStream();
    lock.lock();
    if (stopping_) return;
    if (!status.ok()) Report(status);
    stopped_.wait_for(lock, absl::ToChronoMicroseconds(pause_), [&] { return stopping_; });
    pause_ = std::min(kMaxRetry, 2 * pause_);
  }
}

void ProjectingConsumer::Report(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  const bool passes = absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
                      absl::IsAborted(status) || absl::IsCancelled(status);
  metrics_.Count("jz_feed_errors", {{"source", options_.source}, {"reason", reason}});
  telemetry::Log(passes ? telemetry::Severity::kWarning : telemetry::Severity::kError,
                 passes ? "change feed interrupted; trying again"
                        : "change feed stopped at a change that cannot be applied; trying again",
                 {{"source", options_.source},
                  {"code", absl::StatusCodeToString(status.code())},
                  {"reason", reason},
                  {"message", status.message()}});
}

// False when the consumer stops.
bool ProjectingConsumer::Attach(Subscription* subscription) {
  std::lock_guard lock(mutex_);
  subscription_ = subscription;
  return !stopping_;
}

absl::StatusOr<std::string> ProjectingConsumer::StartCursor() {
  JZ_ASSIGN_OR_RETURN(std::string cursor, Cursor());
  if (!cursor.empty()) return cursor;
  JZ_RETURN_IF_ERROR(db_.Run(absl::Now() + kApplyTime, [&](sql::Transaction& tx) {
    return tx.Execute(kCreateCursor, {options_.source, absl::Now()}).status();
  }));
  return Cursor();
}

absl::Status ProjectingConsumer::FollowStream() {
  JZ_ASSIGN_OR_RETURN(std::string cursor, StartCursor());
  common::v1::StreamChangesRequest request;
  request.set_after(cursor);
  request.mutable_types()->Assign(options_.types.begin(), options_.types.end());
  Subscription subscription(source_.ServerStream(
      options_.method, request,
      rpc::CallOptions{
          .deadline = absl::Now() + kStreamTime, .traceparent = {}, .authorization = {}}));
  absl::Status status =
      Attach(&subscription) ? ApplyStream(subscription, cursor) : absl::OkStatus();
  Attach(nullptr);
  return status;
}

// OK when the stream came to its regular end and only has to be opened again.
absl::Status ProjectingConsumer::ApplyStream(Subscription& subscription, std::string& cursor) {
  while (true) {
    absl::StatusOr<Batch> batch = subscription.Take(absl::Now() + kLongestSilence);
    if (absl::IsOutOfRange(batch.status()) || absl::IsDeadlineExceeded(batch.status())) {
      return absl::OkStatus();
    }
    if (!batch.ok()) return batch.status();
    absl::Status status = ApplyAll(*batch, cursor);
    if (ReasonOf(status) == kMoved) return absl::OkStatus();
    JZ_RETURN_IF_ERROR(status);
    pause_ = options_.retry;
  }
}

// Applies the batch from where the projection stands, which may be further than `cursor` when
// another replica is at work, and moves `cursor`.
absl::Status ProjectingConsumer::ApplyAll(Batch& batch, std::string& cursor) {
  size_t next_mark = 0;
  while (next_mark < batch.marks.size()) {
    if (batch.changes.empty() && batch.marks.back().cursor == cursor) break;  // a heartbeat
    JZ_ASSIGN_OR_RETURN(std::string found, ApplyFrom(batch, next_mark, cursor));
    if (found == cursor) {
      cursor = batch.marks.back().cursor;
      break;
    }
    while (next_mark < batch.marks.size() && batch.marks[next_mark].cursor != found) ++next_mark;
    if (next_mark == batch.marks.size()) return Aborted(kMoved, {}, "another replica is ahead");
    ++next_mark;
    cursor = std::move(found);
  }
  metrics_.Set("jz_feed_lag_changes", {{"source", options_.source}},
               static_cast<double>(batch.backlog));
  return absl::OkStatus();
}

// Applies what comes behind `first_mark` responses if the projection stands at `cursor`. Returns
// where it stood.
absl::StatusOr<std::string> ProjectingConsumer::ApplyFrom(const Batch& batch, size_t first_mark,
                                                          const std::string& cursor) {
  const size_t skipped = first_mark == 0 ? 0 : batch.marks[first_mark - 1].change_count;
  const auto changes = absl::MakeConstSpan(batch.changes).subspan(skipped);
  return db_.Transact(
      absl::Now() + kApplyTime, [&](sql::Transaction& tx) -> absl::StatusOr<std::string> {
        JZ_ASSIGN_OR_RETURN(auto found, tx.SelectOne(kLockCursor, {options_.source}, FirstText));
        if (!found) return Internal("FEED_CURSOR_MISSING", "the row of this cursor was deleted");
        if (*found != cursor) return *found;
        if (!changes.empty()) JZ_RETURN_IF_ERROR(apply_(tx, changes));
        JZ_RETURN_IF_ERROR(tx.Execute(kMoveCursor, {batch.marks.back().cursor, changes.size(),
                                                    absl::Now(), options_.source})
                               .status());
        return cursor;
      });
}

}  // namespace

std::unique_ptr<Consumer> Consumer::Start(rpc::Channel& source, sql::Database& db,
                                          telemetry::Metrics& metrics, ConsumerOptions options,
                                          ApplyFn apply) {
  return std::make_unique<ProjectingConsumer>(source, db, metrics, std::move(options),
                                              std::move(apply));
}

}  // namespace jz::feed
