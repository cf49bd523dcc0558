// What common/sql costs above Connector/C++ used directly, on the same table of the same durable
// server, round by round in turn; the median counts.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/sql/coalescing_writer.h"
#include "common/sql/database.h"
#include "tests/bench/frame/raw_connector.h"
#include "tests/bench/frame/sql_row.h"
#include "tests/support/mariadb.h"

namespace jz::bench {
namespace {

constexpr int kRounds = 5;
constexpr absl::Duration kRound = absl::Seconds(2);
constexpr int kRawThreads = 64;
constexpr int kInFlight = 256;
constexpr int kBatch = 1000;
constexpr int kReadRows = 20'000;

std::atomic<int64_t> next_id = 1;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

// Rows per second of `threads` threads that call `step(thread)` over and over; it answers how many
// rows.
double Rate(int threads, const std::function<int(int)>& step) {
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

struct Figure {
  const char* name;
  const char* baseline;
  double goal;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Compare(const Figure& figure, const std::function<double()>& ours,
             const std::function<double()>& raw) {
  std::vector<double> values;
  std::vector<double> baselines;
  std::vector<double> ratios;
  for (int i = 0; i < kRounds; ++i) {
    baselines.push_back(raw());
    values.push_back(ours());
    ratios.push_back(values.back() / baselines.back());
  }
  const double ratio = Median(ratios);
  std::printf(
      "{\"name\":\"%s\",\"value\":%.0f,\"unit\":\"rows/"
      "s\",\"baseline\":\"%s\",\"baseline_value\":%.0f,"
      "\"ratio\":%.3f,\"goal\":%.2f,\"ok\":%s}\n",
      figure.name, Median(values), figure.baseline, Median(baselines), ratio, figure.goal,
      ratio >= figure.goal ? "true" : "false");
  std::fflush(stdout);
}

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

void AppendRow(sql::Values& rows, int64_t id) {
  rows.insert(rows.end(), {id, kRegion, kName, kNote, id, kBody});
}

int InsertBatch(sql::Database& db, int64_t first_id, int count) {
  sql::Values rows;
  rows.reserve(static_cast<size_t>(count) * kColumns);
  for (int i = 0; i < count; ++i) AppendRow(rows, first_id + i);
  Require(db.Run(Soon(), [&](sql::Transaction& tx) {
    return tx.InsertRows(kInsertHead, kColumns, rows).status();
  }));
  return count;
}

struct Item {
  int64_t id;
};

absl::StatusOr<std::vector<absl::Status>> WriteItems(sql::Transaction& tx,
                                                     absl::Span<Item* const> items) {
  sql::Values rows;
  rows.reserve(items.size() * kColumns);
  for (Item* item : items) AppendRow(rows, item->id);
  absl::Status status = tx.InsertRows(kInsertHead, kColumns, rows).status();
  if (!status.ok()) return status;
  return std::vector<absl::Status>(items.size());
}

int64_t ReadAll(sql::Database& db, int limit) {
  int64_t sum = 0;
  Require(db.Read(Soon(), [&](sql::Transaction& tx) {
    return tx.Query(kSelect, {limit}, [&](const sql::Row& row) {
      sum += row.Int(0) + row.Int(1) + row.Int(4);
      for (int column : {2, 3, 5}) sum += static_cast<int64_t>(row.Text(column).size());
    });
  }));
  return sum;
}

void Main() {
  testing::PrivateMariaDb::Options server_options;
  server_options.durable = true;
  server_options.extra_arguments = {"--innodb-buffer-pool-size=1G"};
  testing::PrivateMariaDb server(server_options);
  sql::DatabaseOptions options = server.NewSchema();
  options.pool_size = kRawThreads;
  std::unique_ptr<sql::Database> db = *sql::Database::Open(options);
  Require(sql::Migrate(*db, "bench", {{.name = "0001_item", .sql = kTable}}));
  std::vector<std::unique_ptr<RawConnector>> raw;
  raw.reserve(kRawThreads);
  for (int i = 0; i < kRawThreads; ++i) {
    raw.push_back(std::make_unique<RawConnector>(options.socket, options.schema));
  }

  auto raw_one = [&] {
    return Rate(kRawThreads, [&](int thread) {
      raw[thread]->InsertOne(next_id++);
      return 1;
    });
  };
  Compare(
      {"frame.sql_one_row_per_commit", "connector, 64 threads", 0.7},
      [&] { return Rate(kRawThreads, [&](int) { return InsertBatch(*db, next_id++, 1); }); },
      raw_one);
  Compare(
      {"frame.sql_coalesced_256_in_flight", "connector, one row per commit, 64 threads", 1.0},
      [&] {
        sql::CoalescingWriter<Item> writer(*db, {}, WriteItems);
        return Rate(kInFlight, [&](int) {
          Item item = {next_id++};
          Require(writer.Write(item, Soon()));
          return 1;
        });
      },
      raw_one);
  Compare(
      {"frame.sql_insert_1000_rows", "connector, 1000 rows per statement, 2 threads", 0.6},
      [&] {
        return Rate(2, [&](int) { return InsertBatch(*db, next_id.fetch_add(kBatch), kBatch); });
      },
      [&] {
        return Rate(2, [&](int thread) {
          raw[thread]->InsertMany(next_id.fetch_add(kBatch), kBatch);
          return kBatch;
        });
      });
  Compare(
      {"frame.sql_read_rows", "connector, prepared result", 0.8},
      [&] { return Rate(1, [&](int) { return ReadAll(*db, kReadRows) > 0 ? kReadRows : 0; }); },
      [&] { return Rate(1, [&](int) { return raw[0]->ReadAll(kReadRows) > 0 ? kReadRows : 0; }); });
}

}  // namespace
}  // namespace jz::bench

int main() { jz::bench::Main(); }
