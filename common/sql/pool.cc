#include "common/sql/pool.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"

namespace jz::sql {

Pool::Lease::~Lease() {
  if (connection_ != nullptr) pool_->Return(std::move(connection_), drop_);
}

absl::Status Pool::WaitForPlace(std::unique_lock<std::mutex>& lock, absl::Time deadline) {
  absl::Time pool_deadline = absl::Now() + options_.pool_wait;
  absl::Time until = std::min(deadline, pool_deadline);
  bool free = returned_.wait_until(lock, absl::ToChronoTime(until),
                                   [&] { return in_use_.load() < options_.pool_size; });
  if (free) return absl::OkStatus();
  if (deadline < pool_deadline) {
    return DeadlineExceeded("DEADLINE_EXCEEDED", "no database connection was free in time");
  }
  return ResourceExhausted(
      "DATABASE_POOL_BUSY", {},
      absl::StrCat("all ", options_.pool_size, " database connections are busy"));
}

std::unique_ptr<Connection> Pool::TakeIdle(Mode mode) {
  if (idle_.empty()) return nullptr;
  auto in_mode = std::find_if(idle_.rbegin(), idle_.rend(),
                              [&](const auto& connection) { return connection->mode() == mode; });
  auto chosen = in_mode == idle_.rend() ? std::prev(idle_.end()) : std::prev(in_mode.base());
  std::unique_ptr<Connection> connection = std::move(*chosen);
  idle_.erase(chosen);
  return connection;
}

absl::StatusOr<Pool::Lease> Pool::Acquire(Mode mode, absl::Time deadline) {
  std::unique_ptr<Connection> connection;
  {
    std::unique_lock lock(mutex_);
    if (in_use_.load() >= options_.pool_size) JZ_RETURN_IF_ERROR(WaitForPlace(lock, deadline));
    ++in_use_;
    connection = TakeIdle(mode);
  }
  if (connection != nullptr) return Lease(*this, std::move(connection), /*reused=*/true);
  auto opened = Connection::Open(options_);
  if (auto* error = std::get_if<DatabaseError>(&opened)) {
    Return(nullptr, /*drop=*/true);
    return Unavailable("DATABASE_UNAVAILABLE",
                       absl::StrCat("connecting to the database failed: error ", error->code));
  }
  return Lease(*this, std::get<std::unique_ptr<Connection>>(std::move(opened)), /*reused=*/false);
}

void Pool::Return(std::unique_ptr<Connection> connection, bool drop) {
  {
    std::lock_guard lock(mutex_);
    --in_use_;
    if (connection != nullptr && !drop) idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
  // A dropped connection is closed here, outside the lock.
}

void Pool::CloseIdle() {
  std::vector<std::unique_ptr<Connection>> closing;  // destroyed after the lock is released
  std::lock_guard lock(mutex_);
  closing.swap(idle_);
}

}  // namespace jz::sql
