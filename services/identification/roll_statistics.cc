#include "services/identification/roll_statistics.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/status/status.h"
#include "common/telemetry/telemetry.h"
#include "services/identification/household_profile.h"
#include "services/identification/store/history_store.h"
#include "services/identification/store/statistic_store.h"

namespace jz::identification {
namespace {

constexpr int kRollAtOnce = 1000;
constexpr size_t kLoadAtOnce = 500;
constexpr absl::Duration kPause = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Seconds(30);

// What is to be added to the days of each region.
using Additions = std::map<RegionCode, std::map<Date, StatisticCells>>;

// A village and every region around it, the nation too.
absl::Status AddAround(const DeltaRow& delta, Additions& additions) {
  const Date day = DateInShanghai(delta.at);
  for (RegionCode region = delta.region;; region = region.Parent()) {
    StatisticCells& cells = additions[region][KeptUnder(region.level(), day)];
    JZ_RETURN_IF_ERROR(cells.AddPacked(delta.cells));
    if (region == RegionCode()) return absl::OkStatus();
  }
}

absl::Status AddToKept(sql::Transaction& tx, RegionCode region,
                       const std::map<Date, StatisticCells>& additions) {
  JZ_ASSIGN_OR_RETURN(KeptDays kept, LoadKept(tx, region, additions.begin()->first));
  for (const auto& [day, cells] : additions) {
    auto later = kept.lower_bound(day);
    if (later == kept.end() || later->first != day) {
      // What the region held until then.
      StatisticCells before = later == kept.begin() ? StatisticCells() : std::prev(later)->second;
      later = kept.emplace_hint(later, day, std::move(before));
    }
    for (; later != kept.end(); ++later) later->second.Add(cells);
  }
  std::vector<KeptRow> rows;
  for (auto day = kept.lower_bound(additions.begin()->first); day != kept.end(); ++day) {
    rows.push_back({.region = region, .day = day->first, .cells = day->second.Pack()});
  }
  return PutKept(tx, rows);
}

// Households that may have a birthday on `day`: those of the persons who were born so, and all of
// the villages where anything was recorded since the day began, whose persons may be others now.
absl::StatusOr<std::vector<HouseholdId>> FindCelebrants(sql::Transaction& tx, Date day) {
  JZ_ASSIGN_OR_RETURN(auto born, FindHouseholdsOfBirths(tx, BirthsThatChangeBand(day)));
  std::set<HouseholdId> households(born.begin(), born.end());
  JZ_ASSIGN_OR_RETURN(std::vector<RegionCode> villages, ChangedVillages(tx, StartOfDay(day)));
  for (RegionCode village : villages) {
    std::vector<HouseholdId> some;
    do {
      const HouseholdId after = some.empty() ? HouseholdId() : some.back();
      JZ_ASSIGN_OR_RETURN(some, ListEverInVillage(tx, village, after, kLoadAtOnce));
      households.insert(some.begin(), some.end());
    } while (some.size() == kLoadAtOnce);
  }
  return std::vector<HouseholdId>(households.begin(), households.end());
}

// Under the lock of the ages: nobody records anything meanwhile.
absl::StatusOr<StatisticDeltas> BirthdaysOf(sql::Transaction& tx, Date day) {
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdId> celebrants, FindCelebrants(tx, day));
  StatisticDeltas deltas;
  for (size_t begin = 0; begin < celebrants.size(); begin += kLoadAtOnce) {
    JZ_ASSIGN_OR_RETURN(
        auto versions,
        ListVersionsAt(tx, absl::MakeConstSpan(celebrants).subspan(begin, kLoadAtOnce),
                       StartOfDay(day) - absl::Microseconds(1)));
    for (const HouseholdVersion& version : versions) {
      JZ_ASSIGN_OR_RETURN(v1::HouseholdRecord record, ParseRecord(version.snapshot));
      AddBirthdays(ProfileOf(record), day, deltas);
    }
  }
  return deltas;
}

// False when there is no day to count.
absl::StatusOr<bool> CountNextDay(sql::Transaction& tx, Date today) {
  JZ_ASSIGN_OR_RETURN(std::optional<Date> aged, LockAges(tx));
  if (!aged || *aged >= today) return false;
  const Date day = *aged + 1;
  JZ_ASSIGN_OR_RETURN(StatisticDeltas deltas, BirthdaysOf(tx, day));
  JZ_RETURN_IF_ERROR(InsertDeltas(tx, deltas, false));
  JZ_RETURN_IF_ERROR(SetAges(tx, day));
  return true;
}

}  // namespace

absl::StatusOr<bool> RollSome(sql::Database& db, absl::Time deadline) {
  return db.Transact(deadline, [&](sql::Transaction& tx) -> absl::StatusOr<bool> {
    JZ_RETURN_IF_ERROR(LockRoll(tx));
    JZ_ASSIGN_OR_RETURN(std::vector<DeltaRow> deltas, ListPendingDeltas(tx, kRollAtOnce));
    if (deltas.empty()) return false;
    Additions additions;
    for (const DeltaRow& delta : deltas) JZ_RETURN_IF_ERROR(AddAround(delta, additions));
    for (const auto& [region, days] : additions) JZ_RETURN_IF_ERROR(AddToKept(tx, region, days));
    JZ_RETURN_IF_ERROR(MarkRolled(tx, deltas));
    return true;
  });
}

absl::Status CountBirthdays(sql::Database& db, Date today, absl::Time deadline) {
  JZ_ASSIGN_OR_RETURN(StatisticState state, db.Fetch(deadline, LoadStatisticState));
  if (state.ages && *state.ages >= today) return absl::OkStatus();
  for (bool more = true; more;) {
    JZ_ASSIGN_OR_RETURN(
        more, db.Transact(deadline, [&](sql::Transaction& tx) { return CountNextDay(tx, today); }));
  }
  return absl::OkStatus();
}

StatisticsRoller::StatisticsRoller(sql::Database& db, const Clock& clock)
    : db_(db), clock_(clock) {}

StatisticsRoller::~StatisticsRoller() { Stop(); }

void StatisticsRoller::Start() {
  thread_ = std::thread([this] { Work(); });
}

void StatisticsRoller::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::Status StatisticsRoller::RollAll() {
  JZ_RETURN_IF_ERROR(CountBirthdays(db_, DateInShanghai(clock_.Now()), absl::Now() + kPatience));
  for (bool more = true; more && !stopping_;) {
    JZ_ASSIGN_OR_RETURN(more, RollSome(db_, absl::Now() + kPatience));
  }
  return absl::OkStatus();
}

void StatisticsRoller::Work() {
  while (!stopping_) {
    // What fails is tried again: nothing is lost, answers take longer until then.
    if (absl::Status rolled = RollAll(); !rolled.ok()) {
      telemetry::Log(
          telemetry::Severity::kWarning, "statistics could not be rolled",
          {{"reason", ReasonOf(rolled)}, {"detail", absl::string_view(rolled.message())}});
    }
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, absl::ToChronoMilliseconds(kPause),
                      [this] { return stopping_.load(); });
  }
}

}  // namespace jz::identification
