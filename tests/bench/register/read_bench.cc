// Reading households with their members: GetHousehold against a no-op RPC through the same adaptor,
// and BatchGetHouseholds of 100 against raw prepared IN (...) reads of the same rows by as many
// connections as there are cores; round by round in turn. Households are chosen at random among all
// of a register of `--persons`. Options: --persons=100000 --rounds=5 --buffer_mb=1024 (of the
// server).
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "services/identification/domain/household.h"
#include "tests/bench/frame/unary_load.h"
#include "tests/bench/register/raw_reads.h"
#include "tests/bench/register/register_world.h"
#include "tests/rpc/frame/echo_server.h"

namespace jz::bench {
namespace {

namespace idv1 = ::jingzhun::identification::v1;

constexpr char kService[] = "/jingzhun.identification.v1.RegisterService/";
constexpr int kBatch = 100;
constexpr double kMemoryLimitMb = 1536;
constexpr absl::Duration kRound = absl::Seconds(2);

struct Options {
  int64_t persons = 100'000;
  int64_t rounds = 5;
  int64_t buffer_mb = 1024;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<int64_t> Households(sql::Database& db) {
  return Require(db.Fetch(absl::Now() + absl::Minutes(5), [](sql::Transaction& tx) {
    return tx.Select("SELECT id FROM household", {},
                     [](const sql::Row& row) { return row.Int(0); });
  }));
}

int64_t Any(const std::vector<int64_t>& ids) {
  thread_local absl::InsecureBitGen random;
  return ids[absl::Uniform<size_t>(random, 0, ids.size())];
}

// Distinct ids.
std::vector<int64_t> AnyHundred(const std::vector<int64_t>& ids) {
  std::vector<int64_t> chosen;
  while (chosen.size() < kBatch) {
    const int64_t id = Any(ids);
    if (std::find(chosen.begin(), chosen.end(), id) == chosen.end()) chosen.push_back(id);
  }
  return chosen;
}

std::string GetRequest(const std::vector<int64_t>& ids) {
  idv1::GetHouseholdRequest request;
  request.set_name(identification::HouseholdId(Any(ids)).Name());
  return request.SerializeAsString();
}

std::string BatchRequest(const std::vector<int64_t>& ids) {
  idv1::BatchGetHouseholdsRequest request;
  for (int64_t id : AnyHundred(ids)) request.add_names(identification::HouseholdId(id).Name());
  return request.SerializeAsString();
}

// Batches per second, all connections together.
double RawBatches(const testing::PrivateMariaDb& server, const std::string& schema,
                  const std::vector<int64_t>& ids) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<RawReads>> connections;
  for (unsigned i = 0; i < cores; ++i) {
    connections.push_back(std::make_unique<RawReads>(server.socket(), schema, kBatch));
  }
  std::atomic<int64_t> batches = 0;
  const absl::Time begin = absl::Now();
  std::vector<std::thread> threads;
  for (auto& connection : connections) {
    threads.emplace_back([&, reads = connection.get()] {
      while (absl::Now() - begin < kRound) {
        if (reads->Read(AnyHundred(ids)) < kBatch)
          Require(Internal("RAW_READS", "rows are missing"));
        ++batches;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(batches) / absl::ToDoubleSeconds(absl::Now() - begin);
}

// The log goes where it costs what a log costs, but not onto the screen.
int SendLogToNull() {
  const int screen = dup(STDERR_FILENO);
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDERR_FILENO);
  return screen;
}

void Main(const Options& options) {
  const int screen = SendLogToNull();
  telemetry::StartLogging("bench", telemetry::Severity::kInfo);
  testing::PrivateMariaDb server(
      {.extra_arguments = {absl::StrCat("--innodb-buffer-pool-size=", options.buffer_mb, "M"),
                           "--innodb-log-file-size=512M"}});
  RegisterWorld world(server);
  world.Import(0, 100, options.persons / 100);
  const std::vector<int64_t> ids = Households(world.db());
  testing::EchoServer echo({.unary = [](const rpc::CallContext&, const testing::pb::EchoRequest&) {
    return testing::pb::EchoResponse();
  }});

  const std::string token = absl::StrCat("Bearer ", world.Token());
  LoadOptions noop;
  noop.port = echo.port();
  noop.method = absl::StrCat("/", testing::kEchoService, "/Echo");
  noop.token = absl::StrCat("Bearer ", echo.Token());
  noop.duration = kRound;
  LoadOptions get = noop;
  get.port = world.port();
  get.method = absl::StrCat(kService, "GetHousehold");
  get.token = token;
  get.rest_of_request = [&] { return GetRequest(ids); };
  LoadOptions batch = get;
  batch.method = absl::StrCat(kService, "BatchGetHouseholds");
  batch.rest_of_request = [&] { return BatchRequest(ids); };
  batch.in_flight = 16;
  ResetPeak();
  std::vector<double> gets, noops, get_ratios, batches, raws, batch_ratios;
  int64_t failures = 0;
  for (int64_t round = -1; round < options.rounds; ++round) {
    const LoadResult a = RunLoad(noop);
    const LoadResult b = RunLoad(get);
    const double c = RawBatches(server, world.schema(), ids) * kBatch;
    const LoadResult d = RunLoad(batch);
    failures += a.failures + b.failures + d.failures;
    dprintf(screen, "noop %.0f, get %.0f rpc/s; raw %.0f, batch %.0f households/s; %lld failures\n",
            a.calls_per_second, b.calls_per_second, c, d.calls_per_second * kBatch,
            static_cast<long long>(failures));
    if (round < 0) continue;  // connections, caches and threads warm up
    noops.push_back(a.calls_per_second);
    gets.push_back(b.calls_per_second);
    get_ratios.push_back(b.calls_per_second / a.calls_per_second);
    raws.push_back(c);
    batches.push_back(d.calls_per_second * kBatch);
    batch_ratios.push_back(d.calls_per_second * kBatch / c);
  }
  if (failures > 0) Require(Internal("CALLS", absl::StrCat(failures, " calls failed")));
  PrintFigure("get_household", Median(gets), "rpc/s", "no-op RPC through the same adaptor",
              Median(noops), Median(get_ratios), 0.4);
  PrintFigure("batch_get", Median(batches), "households/s",
              "prepared IN (...) reads by as many connections as cores", Median(raws),
              Median(batch_ratios), 1.5);
  PrintFigure("read_memory", PeakMb(), "MiB", "limit", kMemoryLimitMb, kMemoryLimitMb / PeakMb(),
              1.0);
}

Options Parse(int argc, char** argv) {
  Options options;
  const std::pair<const char*, int64_t*> known[] = {{"--persons=", &options.persons},
                                                    {"--rounds=", &options.rounds},
                                                    {"--buffer_mb=", &options.buffer_mb}};
  for (int i = 1; i < argc; ++i) {
    bool right = false;
    for (const auto& [name, value] : known) {
      absl::string_view argument = argv[i];
      if (absl::ConsumePrefix(&argument, name)) {
        right = absl::SimpleAtoi(argument, value) && *value > 0;
      }
    }
    if (!right) Require(InvalidArgument("OPTION", {}, absl::StrCat("unknown: ", argv[i])));
  }
  return options;
}

}  // namespace
}  // namespace jz::bench

int main(int argc, char** argv) { jz::bench::Main(jz::bench::Parse(argc, argv)); }
