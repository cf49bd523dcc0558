// The comparison of a register with departments' lists against the same done by SQL, on the same
// server, in turn; and the upload of the lists. Lists are kept in blocks of sorted hashes, which no
// SQL can join, so the statement gets a table of its own, one row per entry and hash, filled from
// the same blocks beforehand; the time for that is not counted. It writes what the comparison
// writes: a row of comparison_finding for each hit. The faster of two plans counts.
// Options: --persons=200000 --lists=5 --ids=70000 (of each list) --hits=8 (per cent) --rounds=3
// --buffer_mb=1024 (of the server). Sizes of issue: --persons=5900000 --ids=2000000 --rounds=1.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/base/citizen_id.h"
#include "common/crypto/sealer.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/comparison.pb.h"
#include "jingzhun/identification/v1/comparison_storage.pb.h"
#include "services/identification/app.h"
#include "services/identification/comparison_job.h"
#include "services/identification/comparison_upload.h"
#include "services/identification/store/comparison_store.h"
#include "tests/bench/register/register_world.h"
#include "tests/support/mariadb.h"

namespace jz::identification {
namespace {

using bench::PeakMb;
using bench::ResetPeak;

constexpr double kGoalRate = 300'000;
constexpr double kMemoryLimitMb = 1536;
constexpr int kBatch = 5000;
constexpr int kMembers = 3;  // of a household
constexpr int kCounties = 100;
constexpr const char* kKinds[] = {"payroll", "business", "social_security", "deaths", "prison"};
constexpr size_t kPieceBytes = 256 << 10;

constexpr char kEntryTable[] =
    "CREATE TABLE bench_entry (list_id BIGINT NOT NULL, id_hash BINARY(32) NOT NULL, seq INT NOT "
    "NULL, attributes VARBINARY(400) NOT NULL, PRIMARY KEY (list_id, id_hash, seq)) ENGINE=InnoDB";
constexpr char kJoinHead[] =
    "INSERT INTO bench_finding (id, kind, person_id, household_id, region_code, list_id, severity, "
    "state, due_on, hits, first_found_at_us, last_found_at_us, last_run, version) SELECT p.id + "
    "e.list_id "
    "* 1000000000, ?, p.id, p.household_id, p.region_code, e.list_id, 1, 2, '2017-07-01', "
    "e.attributes, 1, 1, 1, 1 FROM ";
constexpr const char* kPlans[] = {
    "bench_entry e STRAIGHT_JOIN person p ON p.present_id_hash = e.id_hash WHERE e.list_id = ?",
    "bench_entry e JOIN person p IGNORE INDEX (uq_person_present_id) ON p.present_id_hash = "
    "e.id_hash WHERE e.list_id = ?",
};

struct Options {
  int64_t persons = 200'000;
  int64_t lists = 5;
  int64_t ids = 70'000;
  int64_t hits = 8;
  int64_t rounds = 3;
  int64_t buffer_mb = 1024;
};

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "comparison_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}
template <class T>
T Require(absl::StatusOr<T> result) {
  Require(result.status());
  return *std::move(result);
}

absl::Time Soon() { return absl::Now() + absl::Hours(10); }

double Seconds(absl::Time since) { return absl::ToDoubleSeconds(absl::Now() - since); }

// Processor time says more than the clock while the machine is busy.
std::string SpentSince(const testing::PrivateMariaDb& server, const bench::CpuSeconds& before) {
  const bench::CpuSeconds now = bench::CpuSpent(server);
  return absl::StrFormat("CPU of service %.2f s, of mariadbd %.2f s", now.own - before.own,
                         now.server - before.server);
}

// 900 a day of birth, as real registers are dense.
std::string IdNumber(int64_t index) {
  const Date birth = Date(1930, 1, 1) + index / 900;
  const std::string first17 = absl::StrFormat("230221%04d%02d%02d%03d", birth.year(), birth.month(),
                                              birth.day(), static_cast<int>(index % 900));
  return first17 + CitizenIdCheckDigit(first17);
}

RegionCode VillageOf(int64_t household, int64_t households) {
  const int64_t county = household * kCounties / households;
  return RegionCode::FromNumber((230'100 + county) * 1'000'000 + 101'200 + household % 30);
}

class Bench {
 public:
  Bench(const Options& options, sql::Database& db)
      : options_(options),
        db_(db),
        sealer_(Require(crypto::Sealer::FromText(
            "1 AES-256-GCM+HMAC-SHA-256 " + std::string(64, 'a') + " " + std::string(64, 'b')))),
        ids_(db),
        page_tokens_(std::string(32, 'p')),
        outbox_(feed::Outbox::Start(db)),
        jobs_(jobs::Jobs::Create(db, ids_, page_tokens_,
                                 {.workers = 1, .poll = absl::Milliseconds(2)})),
        deps_{.db = db_,
              .sealer = *sealer_,
              .page_tokens = page_tokens_,
              .ids = ids_,
              .jobs = *jobs_,
              .outbox = *outbox_,
              .clock = Clock::Real()} {
    jobs_->Register(kComparisonJob,
                    [this](jobs::JobRun& run) { return RunComparisonJob(deps_, run); });
    jobs_->StartWorkers();
  }
  ~Bench() { jobs_->StopWorkers(); }

  void FillRegister();
  void UploadLists();
  void FillEntries();
  // Seconds that each took.
  double Compare();
  double Join(const char* plan);
  void Clear(const std::string& table);
  int64_t Count(const std::string& table);

  double upload_seconds() const { return upload_seconds_; }

 private:
  std::string FileOf(int64_t list) const;

  const Options options_;
  sql::Database& db_;
  std::unique_ptr<crypto::Sealer> sealer_;
  sql::IdAllocator ids_;
  PageTokens page_tokens_;
  std::unique_ptr<feed::Outbox> outbox_;
  std::unique_ptr<jobs::Jobs> jobs_;
  Deps deps_;
  std::vector<ComparisonListId> lists_;
  double upload_seconds_ = 0;
};

void Bench::FillRegister() {
  constexpr char kHousehold[] =
      "INSERT INTO household (id, region_code, group_name, state, state_since, member_count, "
      "main_cause, housing, safe_water, education_ok, medical_ok, exclusion_kinds, "
      "net_income_per_head_fen, previous_net_income_per_head_fen, able_to_work_count, "
      "planned_exit_year, version, created_by, created_at_us, updated_by, updated_at_us) VALUES";
  constexpr char kPerson[] =
      "INSERT INTO person (id, household_id, region_code, name, sex, birth_date, "
      "citizen_id_sealed, citizen_id_hash, relation, ethnicity, education, student, health, "
      "labour, joined_on) VALUES";
  const int64_t households = (options_.persons + kMembers - 1) / kMembers;
  const std::string sealed(50, 's');
  for (int64_t begin = 0; begin < households; begin += kBatch) {
    sql::Values household_rows;
    sql::Values person_rows;
    for (int64_t h = begin; h < std::min(begin + kBatch, households); ++h) {
      const RegionCode village = VillageOf(h, households);
      const int64_t id = MakeId(village.CountyNumber(), h + 1);
      household_rows.insert(
          household_rows.end(),
          {id, village, "1组",   2, "2014-06-30", kMembers, "01",    "01", 1,       1, 1,
           "", 300'000, 280'000, 1, 2018,         1,        "bench", 1,    "bench", 1});
      for (int64_t p = h * kMembers; p < std::min((h + 1) * kMembers, options_.persons); ++p) {
        person_rows.insert(
            person_rows.end(),
            {MakeId(village.CountyNumber(), p + 1), id, village, "王国强", 1, "1970-01-01", sealed,
             sealer_->Hash(kCitizenIdContext, IdNumber(p)), p % kMembers == 0 ? "01" : "02", "01",
             "02", "01", "01", "01", "2014-06-30"});
      }
    }
    Require(db_.Run(Soon(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(tx.InsertRows(kHousehold, 21, household_rows).status());
      return tx.InsertRows(kPerson, 15, person_rows).status();
    }));
  }
}

// Those on the register are spread over it, each list has others.
std::string Bench::FileOf(int64_t list) const {
  const int64_t hits = options_.ids * options_.hits / 100;
  const int64_t every = std::max<int64_t>(1, options_.persons / std::max<int64_t>(1, hits));
  std::string file = "证件号码,registered_on\n";
  file.reserve(options_.ids * 31);
  for (int64_t i = 0; i < options_.ids; ++i) {
    const bool hit = i < hits;
    const int64_t index =
        hit ? (i * every + list) % options_.persons : options_.persons + list * options_.ids + i;
    absl::StrAppend(&file, IdNumber(index), ",2016-05-01\n");
  }
  return file;
}

void Bench::UploadLists() {
  for (int64_t i = 0; i < options_.lists; ++i) {
    const std::string file = FileOf(i);
    ComparisonList list;
    list.id = ComparisonListId(i + 1);
    list.kind = kKinds[i % std::size(kKinds)];
    list.region = RegionCode::FromNumber(230'000'000'000);
    list.authority = "bench";
    list.purpose = "bench";
    list.data_date = Date(2017, 1, 1);
    list.expires_on = Date(9998, 12, 31);
    list.attributes = {{.name = "registered_on",
                        .type = AttributeType::kDate,
                        .label_zh = "登记日期",
                        .label_en = "Registered on"}};
    list.created_at = absl::Now();
    const absl::Time begin = absl::Now();
    Require(db_.Run(Soon(), [&](sql::Transaction& tx) { return InsertComparisonList(tx, list); }));
    ListUpload upload(deps_, list, false, Soon());
    v1::CreateComparisonListRequest message;
    for (size_t at = 0; at < file.size(); at += kPieceBytes) {
      message.set_data(file.substr(at, kPieceBytes));
      Require(upload.Add(message));
    }
    const ComparisonList complete = Require(upload.Finish());
    Require(db_.Run(Soon(), [&](sql::Transaction& tx) {
      return PublishComparisonList(tx, complete, upload.Digest());
    }));
    upload_seconds_ += Seconds(begin);
    lists_.push_back(list.id);
  }
}

void Bench::FillEntries() {
  Require(db_.ExecuteDdl(kEntryTable));
  Require(db_.ExecuteDdl("CREATE TABLE bench_finding LIKE comparison_finding"));
  // Its foreign key would forbid to empty comparison_finding between rounds; no event is written.
  Require(db_.ExecuteDdl("DROP TABLE comparison_finding_event"));
  constexpr char kInsert[] = "INSERT INTO bench_entry (list_id, id_hash, seq, attributes) VALUES";
  constexpr int kSlices = 64;
  int seq = 0;
  for (ComparisonListId list : lists_) {
    for (int slice = 0; slice < kSlices; ++slice) {
      const HashRange range = PartOf(slice, kSlices);
      sql::Values rows;
      Require(db_.Read(Soon(), [&](sql::Transaction& tx) {
        return ReadBlocks(tx, list, range, [&](absl::string_view hashes, absl::string_view values) {
          BlockReader reader(hashes, values);
          while (reader.Next()) {
            if (!range.Contains(reader.hash())) continue;
            rows.insert(rows.end(), {list, reader.hash(), ++seq, reader.values()});
          }
        });
      }));
      Require(db_.Run(
          Soon(), [&](sql::Transaction& tx) { return tx.InsertRows(kInsert, 4, rows).status(); }));
    }
  }
  // Statistics for the plan, and both tables in memory.
  for (const char* table : {"bench_entry", "person"}) {
    for (const char* statement : {"ANALYZE TABLE ", "SELECT COUNT(*) FROM "}) {
      Require(db_.Run(Soon(), [&](sql::Transaction& tx) {
        return tx.Query(absl::StrCat(statement, table), {}, [](const sql::Row&) {});
      }));
    }
  }
}

double Bench::Compare() {
  v1::ComparisonJobParams params;
  for (ComparisonListId list : lists_) params.add_list_ids(list.value());
  params.set_asked_at_us(absl::ToUnixMicros(absl::Now()));
  const absl::Time begin = absl::Now();
  const jobs::JobId id = Require(db_.Transact(Soon(), [&](sql::Transaction& tx) {
    return jobs_->Add(tx,
                      {.kind = kComparisonJob,
                       .region = RegionCode::FromNumber(230'000'000'000),
                       .params = params.SerializeAsString(),
                       .created_by = "bench"},
                      absl::Now());
  }));
  auto principal = std::make_shared<auth::Principal>();
  principal->scope = auth::RegionScope::Everything();
  rpc::CallContext context;
  context.principal = principal;
  common::v1::GetJobRequest request;
  request.set_name(id.Name());
  common::v1::Job job;
  do {
    absl::SleepFor(absl::Milliseconds(5));
    context.deadline = Soon();
    job = Require(jobs_->Get(context, request));
  } while (job.state() <= common::v1::JOB_STATE_RUNNING);
  const double seconds = Seconds(begin);
  if (job.state() != common::v1::JOB_STATE_SUCCEEDED) {
    Require(Internal("FAILED", job.ShortDebugString()));
  }
  return seconds;
}

double Bench::Join(const char* plan) {
  const absl::Time begin = absl::Now();
  for (size_t i = 0; i < lists_.size(); ++i) {
    Require(db_.Run(Soon(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(tx.Execute("SET SESSION join_cache_level = 4").status());
      JZ_RETURN_IF_ERROR(tx.Execute("SET SESSION join_buffer_size = 268435456").status());
      JZ_RETURN_IF_ERROR(tx.Execute("SET SESSION join_buffer_space_limit = 536870912").status());
      return tx.Execute(absl::StrCat(kJoinHead, plan), {kKinds[i % std::size(kKinds)], lists_[i]})
          .status();
    }));
  }
  return Seconds(begin);
}

void Bench::Clear(const std::string& table) {
  Require(db_.ExecuteDdl(absl::StrCat("TRUNCATE TABLE ", table)));
}

int64_t Bench::Count(const std::string& table) {
  return Require(db_.Fetch(Soon(),
                           [&](sql::Transaction& tx) {
                             return tx.SelectOne(absl::StrCat("SELECT COUNT(*) FROM ", table), {},
                                                 [](const sql::Row& row) { return row.Int(0); });
                           }))
      .value_or(-1);
}

void Print(const char* name, double value, const char* unit, const char* baseline,
           double baseline_value, double ratio, double goal) {
  std::printf(
      "{\"name\":\"register.%s\",\"value\":%.2f,\"unit\":\"%s\",\"baseline\":\"%s\","
      "\"baseline_value\":%.2f,\"ratio\":%.3f,\"goal\":%.2f,\"ok\":%s}\n",
      name, value, unit, baseline, baseline_value, ratio, goal, ratio >= goal ? "true" : "false");
  std::fflush(stdout);
}

void Main(const Options& options) {
  testing::PrivateMariaDb server(
      {.durable = true,
       .extra_arguments = {absl::StrCat("--innodb-buffer-pool-size=", options.buffer_mb, "M"),
                           "--innodb-log-file-size=512M"}});
  sql::DatabaseOptions database = server.NewSchema();
  database.io_timeout = absl::ZeroDuration();  // one statement may take minutes
  std::unique_ptr<sql::Database> db = Require(sql::Database::Open(database));
  Require(sql::Migrate(*db, "common", sql::Migrations()));
  Require(sql::Migrate(*db, "test", Spec().migrations));
  Bench bench(options, *db);
  absl::Time begin = absl::Now();
  bench.FillRegister();
  std::fprintf(stderr, "register: %.1f s\n", Seconds(begin));
  ResetPeak();
  bench.UploadLists();
  const double upload_peak = PeakMb();
  begin = absl::Now();
  bench.FillEntries();
  std::fprintf(stderr, "table for SQL: %.1f s\n", Seconds(begin));

  std::vector<double> ours;
  std::vector<double> joins;
  std::vector<double> ratios;
  double peak = 0;
  for (int64_t round = 0; round < options.rounds; ++round) {
    double best = 1e9;
    for (const char* plan : kPlans) {
      const bench::CpuSeconds cpu = bench::CpuSpent(server);
      const double seconds = bench.Join(plan);
      std::fprintf(stderr, "join: %.2f s (%s), %s\n", seconds, SpentSince(server, cpu).c_str(),
                   plan);
      best = std::min(best, seconds);
      if (plan != kPlans[std::size(kPlans) - 1]) bench.Clear("bench_finding");
    }
    ResetPeak();
    const bench::CpuSeconds cpu = bench::CpuSpent(server);
    ours.push_back(bench.Compare());
    peak = std::max(peak, PeakMb());
    joins.push_back(best);
    ratios.push_back(best / ours.back());
    std::fprintf(stderr, "comparison: %.2f s (%s)\n", ours.back(), SpentSince(server, cpu).c_str());
    if (bench.Count("bench_finding") != bench.Count("comparison_finding")) {
      Require(Internal("DIFFERENT", "both ways find other numbers of persons"));
    }
    bench.Clear("bench_finding");
    if (round + 1 < options.rounds) bench.Clear("comparison_finding");
  }
  std::sort(ours.begin(), ours.end());
  std::sort(joins.begin(), joins.end());
  std::sort(ratios.begin(), ratios.end());
  const size_t middle = ours.size() / 2;
  const auto entries = static_cast<double>(options.lists * options.ids);
  std::fprintf(stderr, "repeated: %.2f s\n", bench.Compare());
  Print("comparison", ours[middle], "s", "best SQL join that writes the same", joins[middle],
        ratios[middle], 1.0);
  Print("comparison_ids", entries / ours[middle], "ids/s", "goal rate", kGoalRate,
        entries / ours[middle] / kGoalRate, 1.0);
  Print("comparison_memory", peak, "MiB", "limit", kMemoryLimitMb, kMemoryLimitMb / peak, 1.0);
  Print("list_upload", entries / bench.upload_seconds(), "ids/s", "goal rate", kGoalRate,
        entries / bench.upload_seconds() / kGoalRate, 1.0);
  Print("list_upload_memory", upload_peak, "MiB", "limit", kMemoryLimitMb,
        kMemoryLimitMb / upload_peak, 1.0);
}

Options Parse(int argc, char** argv) {
  Options options;
  const std::pair<const char*, int64_t*> known[] = {
      {"--persons=", &options.persons}, {"--lists=", &options.lists},
      {"--ids=", &options.ids},         {"--hits=", &options.hits},
      {"--rounds=", &options.rounds},   {"--buffer_mb=", &options.buffer_mb}};
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
  if (options.lists > 5) Require(InvalidArgument("OPTION", {}, "up to five lists"));
  return options;
}

}  // namespace
}  // namespace jz::identification

int main(int argc, char** argv) { jz::identification::Main(jz::identification::Parse(argc, argv)); }
