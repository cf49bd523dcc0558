// Figures (b) and (c): durable writes by RPC (token, permission, scope, request_id, commit) against
// Connector/C++ used directly on the same table of the same durable server, round by round in turn;
// the median counts. All in one process but the database.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/sql/migrate.h"
#include "tests/bench/frame/http2_load.h"
#include "tests/bench/frame/item_server.h"
#include "tests/bench/frame/raw_connector.h"
#include "tests/bench/frame/sql_row.h"
#include "tests/support/mariadb.h"

namespace jz::bench {
namespace {

constexpr int kRounds = 7;
constexpr absl::Duration kRound = absl::Seconds(2);
constexpr int kRawThreads = 64;
constexpr int kInFlight = 256;
constexpr int kBatch = 1000;
constexpr int kBatchesInFlight = 4;  // raw threads and RPCs alike
constexpr int kPool = 24;            // the services' default

// Beyond those of the service, so that the direct inserts have the end of the table to themselves.
std::atomic<int64_t> next_raw_id = MakeId(659'000, 1);

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::printf("write_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

// The log goes where it costs what a log costs, but not onto the screen.
void SendLogToNull() {
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDERR_FILENO);
}

// Rows per second of `threads` threads that call `step(thread)` over and over; it answers how many
// rows.
double RawRate(int threads, const std::function<int(int)>& step) {
  std::atomic<int64_t> rows = 0;
  const absl::Time begin = absl::Now();
  std::vector<std::thread> running;
  running.reserve(threads);
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      while (absl::Now() - begin < kRound) rows += step(i);
    });
  }
  for (std::thread& thread : running) thread.join();
  return static_cast<double>(rows) / absl::ToDoubleSeconds(absl::Now() - begin);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Figure {
  const char* name;
  const char* baseline;
  double goal;
};

bool Compare(const Figure& figure, const std::function<double()>& ours,
             const std::function<double()>& raw) {
  std::vector<double> values;
  std::vector<double> baselines;
  std::vector<double> ratios;
  for (int round = -1; round < kRounds; ++round) {
    const double baseline = raw();
    const double value = ours();
    if (round < 0) continue;  // connections, caches and threads warm up
    baselines.push_back(baseline);
    values.push_back(value);
    ratios.push_back(value / baseline);
  }
  const double ratio = Median(ratios);
  const bool ok = ratio >= figure.goal;
  std::printf(
      "{\"name\":\"%s\",\"value\":%.0f,\"unit\":\"rows/s\",\"baseline\":\"%s\","
      "\"baseline_value\":%.0f,\"ratio\":%.3f,\"goal\":%.1f,\"ok\":%s}\n",
      figure.name, Median(values), figure.baseline, Median(baselines), ratio, figure.goal,
      ok ? "true" : "false");
  std::fflush(stdout);
  return ok;
}

pb::Item NewItem() {
  pb::Item item;
  item.set_region_code(absl::StrCat(kRegion));
  item.set_title(kName);
  item.set_note(kNote);
  item.set_amount_fen(12'345);
  item.set_body(kBody);
  return item;
}

// A request_id of its own for each call. Fields of a message may follow one another in any order,
// so it can be appended to what all requests have in common.
template <class Request>
std::string NewRequestId() {
  static std::atomic<int64_t> next = 1;
  Request request;
  request.set_request_id(absl::StrCat("request-", next++));
  return request.SerializeAsString();
}

LoadOptions LoadOf(const ItemServer& server, const char* method) {
  LoadOptions load;
  load.port = server.port();
  load.method = absl::StrCat("/", kItemService, "/", method);
  load.token = absl::StrCat("Bearer ", server.Token());
  load.duration = kRound;
  return load;
}

double RpcRate(const LoadOptions& load, int rows) {
  const LoadResult result = RunHttp2Load(load);
  if (result.failures > 0) Require(absl::InternalError("some RPCs failed"));
  return result.calls_per_second * rows;
}

// Every answered write is in the table.
void CheckNothingIsLost(sql::Database& db) {
  int64_t kept = 0;
  int64_t items = 0;
  Require(db.Read(absl::Now() + absl::Minutes(1), [&](sql::Transaction& tx) {
    Require(tx.Query("SELECT COUNT(*) FROM idempotency WHERE LENGTH(answer) < 1000", {},
                     [&](const sql::Row& row) { kept = row.Int(0); }));
    return tx.Query("SELECT COUNT(*) FROM item WHERE amount_fen = 12345 AND id < ?",
                    {MakeId(659'000, 1)}, [&](const sql::Row& row) { items = row.Int(0); });
  }));
  if (kept == 0 || kept != items) Require(absl::DataLossError(absl::StrCat(kept, " / ", items)));
}

int Run() {
  SendLogToNull();
  telemetry::StartLogging("bench", telemetry::Severity::kInfo);
  testing::PrivateMariaDb database(
      {.durable = true, .extra_arguments = {"--innodb-buffer-pool-size=1G"}});
  sql::DatabaseOptions options = database.NewSchema();
  options.pool_size = kPool;
  const std::unique_ptr<sql::Database> db = *sql::Database::Open(options);
  Require(sql::Migrate(*db, "common", sql::Migrations()));
  Require(sql::Migrate(*db, "bench", {{.name = "0001_item", .sql = kTable}}));
  std::vector<std::unique_ptr<RawConnector>> raw;
  for (int i = 0; i < kRawThreads; ++i) {
    raw.push_back(std::make_unique<RawConnector>(options.socket, options.schema));
  }
  const ItemServer server(*db);

  LoadOptions one = LoadOf(server, "CreateItem");
  pb::CreateItemRequest create;
  *create.mutable_item() = NewItem();
  one.request = create.SerializeAsString();
  one.rest_of_request = NewRequestId<pb::CreateItemRequest>;
  one.in_flight = kInFlight;
  bool ok = Compare(
      {"frame.write_rpc", "connector, one row per commit, 64 threads", 0.8},
      [&] { return RpcRate(one, 1); },
      [&] {
        return RawRate(kRawThreads, [&](int thread) {
          raw[thread]->InsertOne(next_raw_id++);
          return 1;
        });
      });
  CheckNothingIsLost(*db);

  LoadOptions many = LoadOf(server, "BatchCreateItems");
  pb::BatchCreateItemsRequest batch;
  for (int i = 0; i < kBatch; ++i) *batch.add_items() = NewItem();
  many.request = batch.SerializeAsString();
  many.rest_of_request = NewRequestId<pb::BatchCreateItemsRequest>;
  many.in_flight = kBatchesInFlight;
  ok &= Compare(
      {"frame.write_batch_rpc", "connector, 1000 rows per statement, 4 threads", 0.6},
      [&] { return RpcRate(many, kBatch); },
      [&] {
        return RawRate(kBatchesInFlight, [&](int thread) {
          raw[thread]->InsertMany(next_raw_id.fetch_add(kBatch), kBatch);
          return kBatch;
        });
      });
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace jz::bench

int main() { return jz::bench::Run(); }
