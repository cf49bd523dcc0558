// Figure (d) of the frame: how fast a consumer projects the change feed of another service, from a
// backlog. Server, consumer and MariaDB share this machine. Options: --changes=1000000,
// --projection=full for the projection that the services keep (states and members too) instead of
// one row per household.
#include <cstdio>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/feed/consumer.h"
#include "common/feed/households.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/changes.pb.h"
#include "tests/support/feed/feed_source.h"
#include "tests/support/mariadb.h"

namespace jz::bench {
namespace {

namespace idv1 = ::jingzhun::identification::v1;

constexpr double kGoalRate = 50'000;
constexpr int kBatch = 1000;  // changes of one transaction of the owner
constexpr int kRounds = 4;    // versions of each household
constexpr int kMembers = 3;
constexpr absl::Duration kStalled = absl::Minutes(1);

constexpr char kTable[] = R"(
CREATE TABLE household (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  state TINYINT NOT NULL,
  housing CHAR(2) NOT NULL,
  member_count INT NOT NULL,
  able_to_work_count INT NOT NULL,
  net_income_per_head_fen BIGINT NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT pk_household PRIMARY KEY (id),
  KEY ix_household_region (region_code, id)
) ENGINE=InnoDB;
)";
constexpr int kColumns = 8;
constexpr char kUpsert[] =
    "INSERT INTO household (id, region_code, state, housing, member_count, able_to_work_count, "
    "net_income_per_head_fen, version) VALUES";
// MySQL and MariaDB assign from left to right, so the version comes last.
constexpr char kUpsertTail[] =
    "ON DUPLICATE KEY UPDATE "
    "region_code = IF(VALUES(version) > version, VALUES(region_code), region_code), "
    "state = IF(VALUES(version) > version, VALUES(state), state), "
    "housing = IF(VALUES(version) > version, VALUES(housing), housing), "
    "member_count = IF(VALUES(version) > version, VALUES(member_count), member_count), "
    "able_to_work_count = IF(VALUES(version) > version, VALUES(able_to_work_count), "
    "able_to_work_count), "
    "net_income_per_head_fen = IF(VALUES(version) > version, VALUES(net_income_per_head_fen), "
    "net_income_per_head_fen), "
    "version = GREATEST(VALUES(version), version)";

struct Options {
  int64_t changes = 1'000'000;
  bool full = false;
};

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "feed_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

absl::Time Soon() { return absl::Now() + absl::Minutes(5); }

common::v1::Change HouseholdChange(int64_t household, int64_t version) {
  const RegionCode village = RegionCode::FromNumber(520'111'001'001 + household / 1000 % 100);
  const int64_t id = MakeId(village.CountyNumber(), household + 1);
  idv1::HouseholdChanged payload;
  idv1::HouseholdSnapshot& snapshot = *payload.mutable_household();
  snapshot.set_household(HouseholdId(id).Name());
  snapshot.set_region_code(village.ToString());
  snapshot.set_state(version == kRounds ? idv1::HOUSEHOLD_STATE_EXITED
                                        : idv1::HOUSEHOLD_STATE_REGISTERED);
  snapshot.set_housing("01");
  snapshot.set_safe_water(true);
  snapshot.set_net_income_per_head_fen(100 * (household % 5000) + version);
  for (int i = 0; i < kMembers; ++i) {
    idv1::MemberSnapshot& member = *snapshot.add_members();
    const int64_t person = MakeId(village.CountyNumber(), household * kMembers + i + 1);
    member.set_person(PersonId(person).Name());
    member.set_relation(i == 0 ? "01" : "02");
    member.set_birth_date("1970-01-01");
    member.set_student("01");
    member.set_health("1");
    member.set_labour("01");
  }
  return feed::MakeChange(snapshot.household(), village, version, absl::Now(), payload);
}

void PublishBacklog(sql::Database& db, int64_t changes) {
  const int64_t households = changes / kRounds;
  for (int64_t first = 0; first < changes; first += kBatch) {
    std::vector<common::v1::Change> batch;
    for (int64_t i = first; i < std::min(first + kBatch, changes); ++i) {
      batch.push_back(HouseholdChange(i % households, 1 + i / households));
    }
    Require(db.Run(Soon(), [&](sql::Transaction& tx) { return feed::Publish(tx, batch); }));
  }
}

absl::Status ProjectHouseholds(sql::Transaction& tx, absl::Span<const common::v1::Change> changes) {
  sql::Values rows;
  rows.reserve(changes.size() * kColumns);
  idv1::HouseholdChanged payload;
  for (const common::v1::Change& change : changes) {
    if (!change.payload().UnpackTo(&payload)) return Internal("PAYLOAD", "a payload is damaged");
    const idv1::HouseholdSnapshot& household = payload.household();
    JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(household.household()));
    JZ_ASSIGN_OR_RETURN(RegionCode region, RegionCode::Parse(household.region_code()));
    int able_to_work = 0;
    for (const idv1::MemberSnapshot& member : household.members()) {
      if (member.labour() == "01" || member.labour() == "02") ++able_to_work;
    }
    rows.emplace_back(id);
    rows.emplace_back(region);
    rows.emplace_back(int{household.state()});
    rows.emplace_back(household.housing());
    rows.emplace_back(household.members_size());
    rows.emplace_back(able_to_work);
    rows.emplace_back(household.net_income_per_head_fen());
    rows.emplace_back(change.version());
  }
  return tx.InsertRows(kUpsert, kColumns, rows, kUpsertTail).status();
}

int64_t Number(sql::Database& db, absl::string_view query) {
  int64_t number = 0;
  Require(db.Read(Soon(), [&](sql::Transaction& tx) {
    return tx.Query(query, {}, [&](const sql::Row& row) { number = row.Int(0); });
  }));
  return number;
}

// Changes per second, from a standing start until the last one is committed.
double Project(sql::Database& source_db, sql::Database& db, const Options& options) {
  auto metrics = telemetry::Metrics::Create();
  const absl::Time begin = absl::Now();
  testing::FeedSource source(source_db);
  auto channel = source.NewChannel();
  auto consumer = feed::Consumer::Start(
      *channel, db, *metrics,
      {.source = "identification", .method = testing::kStreamChanges, .types = {}},
      options.full ? feed::ApplyFn(feed::ApplyHouseholds) : feed::ApplyFn(ProjectHouseholds));
  int64_t applied = 0;
  absl::Time progress_at = begin;
  while (applied < options.changes) {
    absl::SleepFor(absl::Milliseconds(20));
    const int64_t now = Number(db, "SELECT COALESCE(SUM(applied_count), 0) FROM feed_cursor");
    if (now > applied) progress_at = absl::Now();
    applied = now;
    if (absl::Now() - progress_at > kStalled) Require(Internal("STALLED", "nothing is applied"));
  }
  return static_cast<double>(options.changes) / absl::ToDoubleSeconds(absl::Now() - begin);
}

void Main(const Options& options) {
  testing::PrivateMariaDb server(
      {.durable = true,
       .extra_arguments = {"--innodb-buffer-pool-size=512M", "--innodb-log-file-size=256M"}});
  auto source_db = server.NewDatabase();
  auto db = server.NewDatabase({{.name = "0001_household", .sql = kTable}});
  Require(sql::Migrate(*db, "households", feed::households::Migrations()));
  PublishBacklog(*source_db, options.changes);
  const double rate = Project(*source_db, *db, options);
  const char* table = options.full ? "projected_household" : "household";
  const int64_t households = Number(*db, absl::StrCat("SELECT COUNT(*) FROM ", table));
  if (households != options.changes / kRounds) Require(Internal("LOST", "households are missing"));
  const double ratio = rate / kGoalRate;
  std::printf(
      "{\"name\":\"frame.feed_%sprojection\",\"value\":%.0f,\"unit\":\"changes/s\","
      "\"baseline\":\"goal rate\",\"baseline_value\":%.0f,\"ratio\":%.3f,\"goal\":1.0,\"ok\":%s}\n",
      options.full ? "full_" : "", rate, kGoalRate, ratio, ratio >= 1 ? "true" : "false");
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--changes=")) {
      if (!absl::SimpleAtoi(argument, &options.changes) || options.changes < kRounds ||
          options.changes % kRounds != 0) {
        Require(InvalidArgument("CHANGES", {}, "--changes is a multiple of 4"));
      }
    } else if (argument == "--projection=full") {
      options.full = true;
    } else {
      Require(InvalidArgument("OPTION", {}, absl::StrCat("unknown option ", argument)));
    }
  }
  return options;
}

}  // namespace
}  // namespace jz::bench

int main(int argc, char** argv) { jz::bench::Main(jz::bench::Parse(argc, argv)); }
