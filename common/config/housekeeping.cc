#include "common/config/housekeeping.h"

#include "common/sql/idempotency.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"

namespace jz {
namespace {

constexpr absl::Duration kBatchTime = absl::Seconds(30);

}  // namespace

Housekeeping::Housekeeping(sql::Database& db, const Clock& clock,
                           const HousekeepingOptions& options)
    : db_(db), clock_(clock), options_(options), thread_([this] { Work(); }) {}

Housekeeping::~Housekeeping() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

void Housekeeping::Work() {
  do {
    absl::StatusOr<int64_t> forgotten = ForgetOldAnswers();
    if (!forgotten.ok()) {
      telemetry::Log(telemetry::Severity::kWarning, "old answers could not be forgotten",
                     {{"reason", ReasonOf(forgotten.status())}});
    } else if (*forgotten > 0) {
      telemetry::Log(telemetry::Severity::kInfo, "old answers forgotten", {{"count", *forgotten}});
    }
  } while (!StopsWithin(options_.every));
}

absl::StatusOr<int64_t> Housekeeping::ForgetOldAnswers() {
  const absl::Time before = clock_.Now() - options_.keep_answers;
  int64_t all = 0;
  int64_t batch = 0;
  do {
    JZ_ASSIGN_OR_RETURN(batch, sql::ForgetAnswers(db_, before, absl::Now() + kBatchTime));
    all += batch;
  } while (batch > 0 && !StopsWithin(absl::ZeroDuration()));
  return all;
}

bool Housekeeping::StopsWithin(absl::Duration time) {
  std::unique_lock lock(mutex_);
  return stopped_.wait_for(lock, absl::ToChronoMicroseconds(time), [&] { return stopping_; });
}

}  // namespace jz
