#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>

#include "absl/time/clock.h"
#include "common/telemetry/log_line.h"
#include "common/telemetry/telemetry.h"

namespace jz::telemetry {
namespace {

constexpr size_t kQueueLines = 8192;
constexpr size_t kWriteBytes = 64 << 10;
// Who logs meanwhile wakes nobody: waking a thread for each line costs more than the line.
constexpr absl::Duration kGather = absl::Milliseconds(1);

// Gathers lines while more are waiting, so that a burst costs one write and not one per line. Used
// by the one thread of the pool only.
class LineSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  void Attach(spdlog::details::thread_pool* pool) { pool_ = pool; }

  // Returns when everything that was logged before is written, or after a second.
  void Flush(spdlog::logger& logger) {
    std::unique_lock lock(mutex_);
    const uint64_t before = flushes_;
    logger.flush();
    flushed_.wait_for(lock, std::chrono::seconds(1), [&] { return flushes_ != before; });
  }

  void SetService(std::string service) {
    std::lock_guard lock(mutex_);
    service_ = std::move(service);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    buffer_.append(message.payload.data(), message.payload.size());
    buffer_ += '\n';
    if (pool_->queue_size() == 0) absl::SleepFor(kGather);
    if (buffer_.size() >= kWriteBytes || pool_->queue_size() == 0) WriteOut();
  }

  void flush_() override {
    WriteOut();
    std::lock_guard lock(mutex_);
    ++flushes_;
    flushed_.notify_all();
  }

 private:
  void AddDropped() {
    const size_t dropped = pool_->overrun_counter();
    if (dropped == reported_) return;
    std::lock_guard lock(mutex_);
    buffer_ += ToJson({.at = absl::Now(),
                       .severity = Severity::kWarning,
                       .service = service_,
                       .message = "log lines dropped",
                       .fields = {{"dropped", static_cast<int64_t>(dropped - reported_)}}});
    buffer_ += '\n';
    reported_ = dropped;
  }

  void WriteOut() {
    AddDropped();
    const char* at = buffer_.data();
    size_t left = buffer_.size();
    while (left > 0) {
      const ssize_t written = ::write(STDERR_FILENO, at, left);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;  // nobody reads the log: a service must not end for that
      at += written;
      left -= static_cast<size_t>(written);
    }
    buffer_.clear();
  }

  spdlog::details::thread_pool* pool_ = nullptr;
  std::string buffer_;
  size_t reported_ = 0;

  std::mutex mutex_;
  std::condition_variable flushed_;
  uint64_t flushes_ = 0;
  std::string service_;
};

// The process has one standard error and so one log. It is never destroyed: threads may log while
// the process ends.
class LogQueue {
 public:
  static LogQueue& Get() {
    static LogQueue* const queue = new LogQueue;
    return *queue;
  }

  void Start(absl::string_view service, Severity least) {
    sink_->SetService(std::string(service));
    std::lock_guard lock(mutex_);
    names_.emplace_back(service);
    service_.store(&names_.back());
    least_.store(least);
  }

  bool Wants(Severity severity) const { return severity >= least_.load(std::memory_order_relaxed); }

  void Add(Severity severity, absl::string_view message, std::initializer_list<Field> fields) {
    const std::string line = ToJson({.at = absl::Now(),
                                     .severity = severity,
                                     .service = *service_.load(std::memory_order_acquire),
                                     .message = message,
                                     .fields = fields});
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

  void Flush() { sink_->Flush(*logger_); }

 private:
  LogQueue()
      : pool_(std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1)),
        sink_(std::make_shared<LineSink>()),
        logger_(std::make_shared<spdlog::async_logger>(
            "jz", sink_, pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    sink_->Attach(pool_.get());
    std::atexit([] { Get().Flush(); });
  }

  // Until the start only what needs attention is shown: tests run servers without a log.
  std::atomic<Severity> least_ = Severity::kWarning;
  std::mutex mutex_;
  std::deque<std::string> names_ = {""};  // all kept: lines may be made from the one before
  std::atomic<const std::string*> service_ = &names_.front();
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<LineSink> sink_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

void Log(Severity severity, absl::string_view message, std::initializer_list<Field> fields) {
  LogQueue& queue = LogQueue::Get();
  if (queue.Wants(severity)) queue.Add(severity, message, fields);
}

void StartLogging(absl::string_view service, Severity least) {
  LogQueue::Get().Start(service, least);
}

void FlushLog() { LogQueue::Get().Flush(); }

}  // namespace jz::telemetry
