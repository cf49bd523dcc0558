// The import of a register file as the service does it (parsed, checked by itself and against the
// register, sealed, hashed, versioned, with feed rows) against LOAD DATA LOCAL INFILE of the same
// columns into the same tables with the same indexes, in the same run on the same durable server:
// what an import wrote is dumped, table by table, and loaded into a second schema. Every table that
// the import filled is loaded, jobs aside; the time for dumping is not counted, nor is that for
// uploading. Options: --persons=200000 --beside=0 (persons of a second, larger register, whose cost
// per person is compared) --file_persons=1000000 (of one file) --rounds=1 --buffer_mb=1024 (of the
// server).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/status/status.h"
#include "tests/bench/register/register_world.h"

namespace jz::bench {
namespace {

constexpr double kMemoryLimitMb = 1536;
constexpr double kGoal = 0.35;
constexpr double kCostGoal = 1 / 1.2;
constexpr int kCounties = 100;

struct Options {
  int64_t persons = 200'000;
  int64_t beside = 0;
  int64_t file_persons = 1'000'000;
  int64_t rounds = 1;
  int64_t buffer_mb = 1024;
};

absl::Time Soon() { return absl::Now() + absl::Hours(10); }

double Seconds(absl::Time since) { return absl::ToDoubleSeconds(absl::Now() - since); }

using Counts = std::map<std::string, int64_t>;

Counts CountTables(sql::Database& db) {
  auto names = Require(db.Fetch(Soon(), [&](sql::Transaction& tx) {
    return tx.Select(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = "
        "DATABASE() AND table_type = 'BASE TABLE'",
        {}, [](const sql::Row& row) { return row.Text(0); });
  }));
  Counts counts;
  for (const std::string& name : names) {
    if (name.starts_with("job") || name == "id_block" || name == "idempotency" ||
        name == "feed_sequence") {
      continue;
    }
    counts[name] = *Require(db.Fetch(Soon(), [&](sql::Transaction& tx) {
      return tx.SelectOne(absl::StrCat("SELECT COUNT(*) FROM ", name), {},
                          [](const sql::Row& row) { return row.Int(0); });
    }));
  }
  return counts;
}

// Columns that can be written.
std::string ColumnsOf(sql::Database& db, const std::string& table) {
  return *Require(db.Fetch(Soon(), [&](sql::Transaction& tx) {
    return tx.SelectOne(
        "SELECT GROUP_CONCAT(column_name ORDER BY ordinal_position) FROM "
        "information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND extra "
        "NOT LIKE '%GENERATED%'",
        {table}, [](const sql::Row& row) { return row.Text(0); });
  }));
}

void RunSql(const testing::PrivateMariaDb& server, const std::string& schema,
            const std::string& statement) {
  const std::string command =
      absl::StrCat("mariadb --no-defaults --local-infile=1 -u root -S ", server.socket(), " ",
                   schema, " -e \"", statement, "\" >&2");
  if (std::system(command.c_str()) != 0) Require(Internal("SQL", statement));
}

// Loads what the import wrote; seconds, without those for dumping.
double Load(testing::PrivateMariaDb& server, RegisterWorld& world, const Counts& before,
            const Counts& after) {
  const sql::DatabaseOptions target = NewMigratedSchema(server);
  auto target_db = Require(sql::Database::Open(target));
  std::vector<std::string> tables = {"household"};  // the others refer to it
  for (const auto& [table, count] : after) {
    if (table != "household" && count > before.at(table)) tables.push_back(table);
  }
  double seconds = 0;
  for (const std::string& table : tables) {
    const std::string file = absl::StrCat(server.folder(), "/", world.schema(), ".", table);
    const std::string columns = ColumnsOf(world.db(), table);
    RunSql(server, world.schema(),
           absl::StrCat("SELECT ", columns, " FROM ", table, " INTO OUTFILE '", file,
                        "' CHARACTER SET binary"));
    const absl::Time begin = absl::Now();
    RunSql(server, target.schema,
           absl::StrCat("LOAD DATA LOCAL INFILE '", file, "' INTO TABLE ", table,
                        " CHARACTER SET binary (", columns, ")"));
    seconds += Seconds(begin);
    std::fprintf(stderr, "  %s: %lld rows, %.2f s\n", table.c_str(),
                 static_cast<long long>(after.at(table)), Seconds(begin));
    std::remove(file.c_str());
  }
  const Counts loaded = CountTables(*target_db);
  for (const std::string& table : tables) {
    if (loaded.at(table) < after.at(table)) Require(Internal("DIFFERENT", table));
  }
  RunSql(server, "", absl::StrCat("DROP DATABASE ", target.schema));
  return seconds;
}

struct Figures {
  double import_seconds = 0;
  double load_seconds = 0;  // 0: not measured
  double peak_mb = 0;
  int64_t persons = 0;
};

Figures Measure(testing::PrivateMariaDb& server, const Options& options, int64_t persons,
                bool load) {
  RegisterWorld world(server);
  const Counts before = CountTables(world.db());
  const int64_t files = std::max<int64_t>(1, persons / options.file_persons);
  Figures figures;
  ResetPeak();
  const CpuSeconds cpu = CpuSpent(server);
  for (int64_t file = 0; file < files; ++file) {
    figures.import_seconds +=
        world.Import(static_cast<int>(file * kCounties / files),
                     static_cast<int>((file + 1) * kCounties / files), persons / kCounties);
    std::fprintf(stderr, "file %lld of %lld: %.1f s so far\n", static_cast<long long>(file + 1),
                 static_cast<long long>(files), figures.import_seconds);
  }
  const CpuSeconds spent = CpuSpent(server);
  figures.peak_mb = PeakMb();
  figures.persons = world.imported_persons();
  std::fprintf(
      stderr,
      "%lld persons: import %.2f s; CPU of service with upload %.2f s, of mariadbd %.2f s; "
      "%.0f MiB\n",
      static_cast<long long>(figures.persons), figures.import_seconds, spent.own - cpu.own,
      spent.server - cpu.server, figures.peak_mb);
  if (load) figures.load_seconds = Load(server, world, before, CountTables(world.db()));
  return figures;
}

void Main(const Options& options) {
  testing::PrivateMariaDb server(
      {.durable = true,
       .extra_arguments = {absl::StrCat("--innodb-buffer-pool-size=", options.buffer_mb, "M"),
                           "--innodb-log-file-size=512M", "--local-infile=1"}});
  std::vector<std::pair<double, Figures>> rounds;  // by ratio
  double peak = 0;
  for (int64_t round = 0; round < options.rounds; ++round) {
    const Figures figures = Measure(server, options, options.persons, true);
    rounds.emplace_back(figures.load_seconds / figures.import_seconds, figures);
    peak = std::max(peak, figures.peak_mb);
    std::fprintf(stderr, "import %.2f s, load %.2f s, ratio %.3f\n", figures.import_seconds,
                 figures.load_seconds, rounds.back().first);
  }
  std::sort(rounds.begin(), rounds.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto& [ratio, middle] = rounds[rounds.size() / 2];
  PrintFigure("import", middle.import_seconds, "s",
              "LOAD DATA LOCAL INFILE of the same rows into the same tables", middle.load_seconds,
              ratio, kGoal);
  if (options.beside > 0) {
    const Figures large = Measure(server, options, options.beside, false);
    peak = std::max(peak, large.peak_mb);
    const double cost = middle.import_seconds / static_cast<double>(middle.persons) * 1e6;
    const double large_cost = large.import_seconds / static_cast<double>(large.persons) * 1e6;
    PrintFigure("import_cost_per_person", large_cost, "us", "the same at the smaller size", cost,
                cost / large_cost, kCostGoal);
  }
  PrintFigure("import_memory", peak, "MiB", "limit", kMemoryLimitMb, kMemoryLimitMb / peak, 1.0);
}

Options Parse(int argc, char** argv) {
  Options options;
  const std::pair<const char*, int64_t*> known[] = {{"--persons=", &options.persons},
                                                    {"--beside=", &options.beside},
                                                    {"--file_persons=", &options.file_persons},
                                                    {"--rounds=", &options.rounds},
                                                    {"--buffer_mb=", &options.buffer_mb}};
  for (int i = 1; i < argc; ++i) {
    bool right = false;
    for (const auto& [name, value] : known) {
      absl::string_view argument = argv[i];
      if (absl::ConsumePrefix(&argument, name)) {
        right = absl::SimpleAtoi(argument, value) && *value >= 0;
      }
    }
    if (!right) Require(InvalidArgument("OPTION", {}, absl::StrCat("unknown: ", argv[i])));
  }
  if (options.persons < kCounties) Require(InvalidArgument("OPTION", {}, "at least 100 persons"));
  return options;
}

}  // namespace
}  // namespace jz::bench

int main(int argc, char** argv) { jz::bench::Main(jz::bench::Parse(argc, argv)); }
