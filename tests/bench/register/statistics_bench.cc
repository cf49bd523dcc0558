// Figures of a province through the service, now and as of the end of a year, and what they cost
// when households are entered. The deltas of a first import and of the days after it are made from
// random households directly, and rolled by the service's own roller; figures are asked for by
// RPC, one after the other, of random regions and dimensions.
// Options: --persons=1000000 --days=60 (with changes, around the end of 2025) --calls=1000 (of each
// level) --entered=100000 (persons) --buffer_mb=1024 (of the server). Size of the issue:
// --persons=5900000.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/statistics.pb.h"
#include "services/identification/app.h"
#include "services/identification/enter_households.h"
#include "services/identification/household_profile.h"
#include "services/identification/record_statistics.h"
#include "services/identification/roll_statistics.h"
#include "services/identification/store/statistic_store.h"
#include "tests/bench/register/register_world.h"
#include "tests/support/mariadb.h"
#include "tests/support/service_harness.h"

namespace jz::identification {
namespace {

constexpr int kMembers = 3;  // of a household
constexpr int kHouseholdsOfVillage = 79;
constexpr int kVillages = 17;   // of a township
constexpr int kTownships = 15;  // of a county
constexpr int kCounties = 10;   // of a city
constexpr Date kImportDay(2025, 12, 1);
constexpr int kYear = 2025;
constexpr double kNowGoalMs = 20;
constexpr double kYearEndGoalMs = 50;
constexpr double kMemoryLimitMb = 1536;

struct Options {
  int64_t persons = 1'000'000;
  int64_t days = 60;
  int64_t calls = 1000;
  int64_t entered = 100'000;
  int64_t buffer_mb = 1024;
};

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "statistics_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}
template <class T>
T Require(absl::StatusOr<T> result) {
  Require(result.status());
  return *std::move(result);
}

absl::Time Soon() { return absl::Now() + absl::Hours(10); }
double Seconds(absl::Time begin) { return absl::ToDoubleSeconds(absl::Now() - begin); }

void Print(const std::string& name, double value, const char* unit, const char* baseline,
           double baseline_value, double ratio, double goal) {
  std::printf(
      "{\"name\":\"register.%s\",\"value\":%.3f,\"unit\":\"%s\",\"baseline\":\"%s\","
      "\"baseline_value\":%.3f,\"ratio\":%.3f,\"goal\":%.2f,\"ok\":%s}\n",
      name.c_str(), value, unit, baseline, baseline_value, ratio, goal,
      ratio >= goal ? "true" : "false");
  std::fflush(stdout);
}

class Bench {
 public:
  Bench(const Options& options, sql::Database& db) : options_(options), db_(db) {
    const int64_t households = options.persons / kMembers;
    for (int64_t i = 0; i * kHouseholdsOfVillage < households; ++i) {
      const int64_t township = i / kVillages;
      const int64_t county = township / kTownships;
      const int64_t code = 230'000'000'000 + (1 + county / kCounties) * int64_t{100'000'000} +
                           (1 + county % kCounties) * int64_t{1'000'000} +
                           (100 + township % kTownships) * 1000 + 200 + i % kVillages;
      villages_.push_back(RegionCode::FromNumber(code));
    }
  }

  void FillProvince();
  void MeasureEntering();
  const std::vector<RegionCode>& villages() const { return villages_; }
  int Random(int below) { return std::uniform_int_distribution<>(0, below - 1)(random_); }

 private:
  HouseholdProfile RandomHousehold(RegionCode village);
  void Roll();
  void Insert(const StatisticDeltas& deltas) {
    Require(db_.Run(Soon(), [&](sql::Transaction& tx) { return InsertDeltas(tx, deltas, false); }));
  }

  const Options options_;
  sql::Database& db_;
  std::mt19937 random_{20260101};
  std::vector<RegionCode> villages_;
};

HouseholdProfile Bench::RandomHousehold(RegionCode village) {
  HouseholdProfile household{.region = village,
                             .state = 1 + Random(4),
                             .attribute = 1 + Random(3),
                             .cause = 1 + Random(12),
                             .monitored = Random(10) < 8 ? 0 : 1 + Random(3)};
  if (household.monitored > 0) household.risks = {1 + Random(6), 7 + Random(5)};
  for (int i = 0; i < kMembers; ++i) {
    MemberProfile& member = household.members.emplace_back();
    member.sex = 1 + Random(2);
    member.birth = Date(1935 + Random(88), 1 + Random(12), 1 + Random(28));
    member.health = {Random(10) < 7 ? 1 : 2 + Random(3)};
    member.labour = 1 + Random(5);
    member.education = 1 + Random(5);
  }
  return household;
}

void Bench::Roll() {
  while (Require(RollSome(db_, Soon()))) {
  }
}

void Bench::FillProvince() {
  absl::Time begin = absl::Now();
  StatisticDeltas deltas;
  for (RegionCode village : villages_) {
    StatisticCells& cells = deltas[{village, StartOfDay(kImportDay)}];
    for (int i = 0; i < kHouseholdsOfVillage; ++i) {
      AddHousehold(RandomHousehold(village), kImportDay, 1, cells);
    }
    if (deltas.size() == 500 || village == villages_.back()) {
      Insert(deltas);
      deltas.clear();
    }
  }
  std::fprintf(stderr, "import: %zu villages, %.1f s\n", villages_.size(), Seconds(begin));
  begin = absl::Now();
  Roll();
  std::fprintf(stderr, "rolled: %.1f s\n", Seconds(begin));
  // Birthdays of some 100,000th of persons and day for each of seven borders, and other changes.
  begin = absl::Now();
  const int64_t daily = options_.persons / 2800;
  for (int64_t day = 1; day <= options_.days; ++day) {
    deltas.clear();
    for (int64_t i = 0; i < daily; ++i) {
      const RegionCode village =
          villages_[static_cast<size_t>(Random(static_cast<int>(villages_.size())))];
      HouseholdProfile before = RandomHousehold(village);
      HouseholdProfile after = before;
      after.members[0].health = {1 + Random(4)};
      const absl::Time at =
          StartOfDay(kImportDay + day) + absl::Minutes(i % 4 == 0 ? Random(1440) : 0);
      AddChange(&before, &after, at, kImportDay + day, deltas);
    }
    Insert(deltas);
    Roll();
  }
  std::fprintf(stderr, "days: %lld with %lld changes each, %.1f s\n",
               static_cast<long long>(options_.days), static_cast<long long>(daily),
               Seconds(begin));
}

// Households entered as by an import, and the share of what statistics do in that.
void Bench::MeasureEntering() {
  constexpr int kBatch = 500;
  int64_t id = 1;
  absl::Duration all;
  absl::Duration ours;
  for (int64_t persons = 0; persons < options_.entered; persons += kBatch * kMembers) {
    std::vector<NewHousehold> entered(kBatch);
    std::vector<const NewHousehold*> pointers;
    std::vector<ProfileChange> changes;
    const absl::Time now = absl::Now();
    for (int i = 0; i < kBatch; ++i) {
      NewHousehold& one = entered[static_cast<size_t>(i)];
      Household& household = one.imported.household;
      household.id = HouseholdId(id++);
      household.region =
          villages_[static_cast<size_t>(id / kHouseholdsOfVillage) % villages_.size()];
      household.national_no = absl::StrCat("H", id);
      household.state = HouseholdState::kRegistered;
      household.state_since = kImportDay;
      household.main_cause = "01";
      household.housing = "01";
      household.version = 1;
      for (int j = 0; j < kMembers; ++j) {
        Person& person = one.imported.members.emplace_back();
        person.id = PersonId(id++);
        person.household = household.id;
        person.region = household.region;
        person.name = "王国强";
        person.sex = Random(2) == 0 ? Sex::kMale : Sex::kFemale;
        person.birth_date = Date(1935 + Random(88), 1 + Random(12), 1 + Random(28));
        person.citizen_id_sealed = std::string(62, 's');
        person.citizen_id_hash =
            absl::StrCat(std::string(12, 'x'), 1'000'000'000 + id, std::string(10, 'x'));
        person.relation = j == 0 ? "01" : "03";
        person.labour = "01";
        person.joined_on = kImportDay;
      }
      pointers.push_back(&one);
      HouseholdProfile profile = RandomHousehold(household.region);
      changes.push_back({.household = household.id, .before = {}, .after = profile, .at = now});
    }
    // Once more in the same transaction, to see what the part of statistics takes.
    const absl::Time begin = absl::Now();
    absl::Duration part;
    Require(db_.Run(Soon(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(
          EnterHouseholds(tx, pointers, {.job = jobs::JobId(1), .author = "bench", .now = now}));
      const absl::Time entered_at = absl::Now();
      JZ_RETURN_IF_ERROR(RecordProfiles(tx, changes));
      part = absl::Now() - entered_at;
      return absl::OkStatus();
    }));
    all += absl::Now() - begin - part;
    ours += part;
  }
  const double share = absl::FDivDuration(ours, all);
  Print("statistics_entering", share, "share of the time", "limit", 0.15, 0.15 / share, 1.0);
}

v1::ComputeStatisticsRequest RandomRequest(Bench& bench, RegionLevel level, bool year_end) {
  v1::ComputeStatisticsRequest request;
  const auto& villages = bench.villages();
  RegionCode region =
      villages[static_cast<size_t>(bench.Random(static_cast<int>(villages.size())))].AtLevel(level);
  request.set_region_code(region.ToString());
  const auto cubes = Cubes();
  const Cube& cube = cubes[static_cast<size_t>(bench.Random(static_cast<int>(cubes.size())))];
  for (Dimension dimension : cube.dimensions) {
    if (bench.Random(3) > 0) {
      request.add_group_by(static_cast<v1::StatisticDimension>(dimension));
    }
  }
  if (bench.Random(2) == 0) {
    v1::StatisticFilter& filter = *request.add_filters();
    filter.set_dimension(v1::STATISTIC_DIMENSION_STATE);
    filter.add_values("REGISTERED");
  }
  if (year_end) request.add_years(kYear);
  return request;
}

struct Times {
  double p50 = 0;
  double p99 = 0;
};
Times TimesOf(std::vector<double> ms) {
  std::sort(ms.begin(), ms.end());
  return {.p50 = ms[ms.size() / 2], .p99 = ms[ms.size() * 99 / 100]};
}

// Beside each call the simplest question to the database is timed: what it takes more than usual
// is the machine's doing.
void MeasureCalls(const Options& options, Bench& bench, const testing::Client& client,
                  sql::Database& db) {
  constexpr std::pair<const char*, RegionLevel> kLevels[] = {
      {"village", RegionLevel::kVillage},   {"township", RegionLevel::kTownship},
      {"county", RegionLevel::kCounty},     {"city", RegionLevel::kCity},
      {"province", RegionLevel::kProvince}, {"nation", RegionLevel::kNation}};
  for (const bool year_end : {false, true}) {
    double worst = 0;
    for (const auto& [name, level] : kLevels) {
      std::vector<double> ms;
      std::vector<double> simplest_ms;
      for (int64_t i = -20; i < options.calls; ++i) {
        const v1::ComputeStatisticsRequest request = RandomRequest(bench, level, year_end);
        const absl::Time begin = absl::Now();
        Require(client.Call<v1::ComputeStatisticsResponse>("ComputeStatistics", request).status());
        const absl::Time end = absl::Now();
        Require(db.Read(Soon(), [](sql::Transaction& tx) {
          return tx.Query("SELECT 1", {}, [](const sql::Row&) {});
        }));
        if (i < 0) continue;
        ms.push_back(absl::ToDoubleMilliseconds(end - begin));
        simplest_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - end));
      }
      const Times times = TimesOf(ms);
      const Times simplest = TimesOf(simplest_ms);
      worst = std::max(worst, times.p99);
      std::fprintf(stderr, "%s %s: p50 %.2f ms, p99 %.2f ms; SELECT 1: p50 %.2f ms, p99 %.2f ms\n",
                   name, year_end ? "at the end of a year" : "now", times.p50, times.p99,
                   simplest.p50, simplest.p99);
    }
    const double goal = year_end ? kYearEndGoalMs : kNowGoalMs;
    Print(year_end ? "statistics_year_end_p99" : "statistics_now_p99", worst, "ms",
          "limit, slowest level", goal, goal / worst, 1.0);
  }
}

void Main(const Options& options) {
  testing::PrivateMariaDb server(
      {.durable = true,
       .extra_arguments = {absl::StrCat("--innodb-buffer-pool-size=", options.buffer_mb, "M"),
                           "--innodb-log-file-size=512M"}});
  testing::TestKeys keys;
  sql::DatabaseOptions database = server.NewSchema();
  std::unique_ptr<sql::Database> db = Require(sql::Database::Open(database));
  auto foundation = Require(OpenFoundation(testing::TestConfig("identification", database, keys)));
  Require(MigrateService(Spec(), *foundation->db));
  Require(db->Run(Soon(), [](sql::Transaction& tx) -> absl::Status {
    JZ_RETURN_IF_ERROR(SetAges(tx, DateInShanghai(absl::Now())));
    return SetFilled(tx, kImportDay);
  }));
  Bench bench(options, *db);
  bench::ResetPeak();
  bench.FillProvince();
  auto app = Require(StartIdentification(std::move(foundation)));
  const testing::Client client(
      app->port(), "jingzhun.identification.v1.StatisticsService",
      keys.Token({.subject = "bench", .roles = {"viewer"}, .regions = {"000000000000"}}));
  MeasureCalls(options, bench, client, *db);
  app.reset();
  bench.MeasureEntering();
  const double peak = bench::PeakMb();
  Print("statistics_memory", peak, "MiB", "limit", kMemoryLimitMb, kMemoryLimitMb / peak, 1.0);
}

Options Parse(int argc, char** argv) {
  Options options;
  const std::pair<const char*, int64_t*> known[] = {{"--persons=", &options.persons},
                                                    {"--days=", &options.days},
                                                    {"--calls=", &options.calls},
                                                    {"--entered=", &options.entered},
                                                    {"--buffer_mb=", &options.buffer_mb}};
  for (int i = 1; i < argc; ++i) {
    bool right = false;
    for (const auto& [name, value] : known) {
      absl::string_view text = argv[i];
      if (absl::ConsumePrefix(&text, name)) right = absl::SimpleAtoi(text, value) && *value > 0;
    }
    if (!right) {
      std::fprintf(stderr, "statistics_bench: no such option: %s\n", argv[i]);
      std::exit(2);
    }
  }
  return options;
}

}  // namespace
}  // namespace jz::identification

int main(int argc, char** argv) { jz::identification::Main(jz::identification::Parse(argc, argv)); }
