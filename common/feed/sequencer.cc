#include "common/feed/sequencer.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"

namespace jz::feed {
namespace {

constexpr int kMaxRowsPerPass = 1000;
// Keeps a pass, and with it the grain of `backlog`, small when rows hold many changes.
constexpr int64_t kMaxChangesPerPass = 10'000;
constexpr absl::Duration kPassTime = absl::Seconds(10);
constexpr absl::Duration kMaxPause = absl::Seconds(2);

// The hints matter: with ORDER BY id the optimizer may else walk the whole primary key, and for a
// short table an UPDATE may scan it and wait for rows of open transactions.
constexpr char kPeek[] =
    "SELECT next_position, EXISTS (SELECT 1 FROM outbox FORCE INDEX (ix_outbox_position) "
    "WHERE position = 0) FROM feed_sequence WHERE id = 1";
constexpr char kLock[] = "SELECT next_position FROM feed_sequence WHERE id = 1 FOR UPDATE";
constexpr char kUnplaced[] =
    "SELECT id, change_count FROM outbox FORCE INDEX (ix_outbox_position) WHERE position = 0 "
    "ORDER BY id LIMIT 1000";
constexpr char kPlace[] = "UPDATE outbox FORCE INDEX (PRIMARY) SET position = ? WHERE id IN (";
constexpr char kAdvance[] = "UPDATE feed_sequence SET next_position = ? WHERE id = 1";
constexpr char kFlush[] = "UPDATE feed_sequence SET flush_count = flush_count + 1 WHERE id = 1";

struct Unplaced {
  int64_t id;
  int64_t change_count;
};

absl::Status SequenceMissing() {
  return Internal("FEED_SEQUENCE_MISSING", "table feed_sequence has no row; run the migrations");
}

// How many of `rows`, from the first, one pass places.
size_t RowsOfPass(const std::vector<Unplaced>& rows) {
  int64_t changes = 0;
  size_t count = 0;
  while (count < rows.size() &&
         (count == 0 || changes + rows[count].change_count <= kMaxChangesPerPass)) {
    changes += rows[count++].change_count;
  }
  return count;
}

}  // namespace

Sequencer::Sequencer(sql::Database& db, absl::Duration poll)
    : db_(db), poll_(poll), thread_([this] { Work(); }) {}

Sequencer::~Sequencer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  notified_.notify_all();
  thread_.join();
}

void Sequencer::Notify() {
  {
    std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  notified_.notify_one();
}

int64_t Sequencer::end() const {
  std::lock_guard lock(mutex_);
  return end_;
}

int64_t Sequencer::WaitPast(int64_t known, absl::Time until) const {
  std::unique_lock lock(mutex_);
  raised_.wait_until(lock, absl::ToChronoTime(until), [&] { return end_ > known; });
  return end_;
}

absl::Status Sequencer::CatchUp(absl::Time deadline) {
  bool more = true;
  while (more) {
    JZ_ASSIGN_OR_RETURN(more, Pass(deadline));
  }
  return absl::OkStatus();
}

void Sequencer::Raise(int64_t end) {
  {
    std::lock_guard lock(mutex_);
    end_ = std::max(end_, end);
    settled_ = true;
  }
  raised_.notify_all();
}

absl::StatusOr<bool> Sequencer::HasWork(absl::Time deadline) {
  struct Seen {
    int64_t next;
    bool unplaced;
  };
  std::optional<Seen> seen;
  JZ_RETURN_IF_ERROR(db_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(seen, tx.SelectOne(kPeek, {}, [](const sql::Row& row) {
      return Seen{row.Int(0), row.Bool(1)};
    }));
    return absl::OkStatus();
  }));
  if (!seen) return SequenceMissing();
  std::lock_guard lock(mutex_);
  return seen->unplaced || seen->next > end_ || !settled_;
}

absl::StatusOr<Sequencer::Outcome> Sequencer::PlaceRows(sql::Transaction& tx) {
  JZ_ASSIGN_OR_RETURN(std::optional<int64_t> next,
                      tx.SelectOne(kLock, {}, [](const sql::Row& row) { return row.Int(0); }));
  if (!next) return SequenceMissing();
  JZ_ASSIGN_OR_RETURN(std::vector<Unplaced> rows, tx.Select(kUnplaced, {}, [](const sql::Row& row) {
    return Unplaced{row.Int(0), row.Int(1)};
  }));
  if (rows.empty()) {
    // Places that another replica gave can be seen a moment before they are on its disk. A commit
    // of our own, flushed later in the same log, makes sure that they are.
    if (*next > end()) JZ_RETURN_IF_ERROR(tx.Execute(kFlush).status());
    return Outcome{.end = *next, .more = false};
  }
  const size_t count = RowsOfPass(rows);
  int64_t changes = 0;
  sql::Values values = {*next};
  for (size_t i = 0; i < count; ++i) {
    changes += rows[i].change_count;
    values.emplace_back(rows[i].id);
  }
  sql::PadInList(values, count);
  JZ_RETURN_IF_ERROR(tx.Execute(absl::StrCat(kPlace, sql::InList(count), ")"), values).status());
  JZ_RETURN_IF_ERROR(tx.Execute(kAdvance, {*next + changes}).status());
  return Outcome{.end = *next + changes,
                 .more = count < rows.size() || rows.size() == kMaxRowsPerPass};
}

absl::StatusOr<bool> Sequencer::Pass(absl::Time deadline) {
  JZ_ASSIGN_OR_RETURN(bool work, HasWork(deadline));
  if (!work) return false;
  JZ_ASSIGN_OR_RETURN(Outcome outcome,
                      db_.Transact(deadline, [&](sql::Transaction& tx) { return PlaceRows(tx); }));
  Raise(outcome.end);
  return outcome.more;
}

void Sequencer::Work() {
  absl::Duration pause = poll_;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wanted_ = false;
    lock.unlock();
    absl::StatusOr<bool> more = Pass(absl::Now() + kPassTime);
    if (!more.ok()) {
      telemetry::Log(telemetry::Severity::kWarning, "feed rows could not be put in order",
                     {{"reason", ReasonOf(more.status())}});
    }
    lock.lock();
    if (more.ok() && *more) continue;
    pause = more.ok() ? poll_ : std::min(kMaxPause, 2 * pause);
    notified_.wait_for(lock, absl::ToChronoMicroseconds(pause),
                       [&] { return stopping_ || (more.ok() && wanted_); });
  }
}

}  // namespace jz::feed
