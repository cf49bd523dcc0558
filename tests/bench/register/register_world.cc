#include "tests/bench/register/register_world.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/citizen_id.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "services/identification/store/region_store.h"

namespace jz::bench {
namespace {

namespace idv1 = ::jingzhun::identification::v1;
namespace cv1 = ::jingzhun::common::v1;

constexpr char kService[] = "jingzhun.identification.v1.RegisterService";
constexpr int kCounties = 100;
constexpr int kTownships = 10;  // of a county
constexpr int kVillages = 25;   // of a township
constexpr size_t kPiece = 512 << 10;
constexpr const char* kSurnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"};
constexpr const char* kNames[] = {"国强", "桂英", "秀兰", "建华", "小明", "丽", "伟", "志强"};
constexpr int kSizes[] = {2, 3, 4, 5, 3, 4, 3};

int64_t CountyNumber(int county) { return 230'000 + (1 + county / 20) * 100 + 1 + county % 20; }

int64_t VillageCode(int county, int64_t household, int64_t households) {
  const int64_t village = household * kTownships * kVillages / households;
  return CountyNumber(county) * 1'000'000 + (100 + village / kVillages) * 1000 + 200 +
         village % kVillages;
}

std::string IdNumber(int county, int64_t person) {
  const Date birth = Date(1935, 1, 1) + person % 25'000;
  const std::string first17 =
      absl::StrFormat("%06d%04d%02d%02d%03d", CountyNumber(county), birth.year(), birth.month(),
                      birth.day(), static_cast<int>(person / 25'000));
  return first17 + CitizenIdCheckDigit(first17);
}

constexpr char kHeader[] =
    "行政区划代码,村民小组,户编号,人编号,姓名,证件号码,人数,与户主关系,民族,文化程度,在校生状况,"
    "健康状况,劳动技能,主要致贫原因,住房安全,安全饮水,义务教育有保障,基本医疗有保障,联系电话,"
    "收入年度,工资性收入,生产经营性收入,财产性收入,转移性收入,生产经营性支出,上年人均纯收入,"
    "户状态,识别日期,脱贫日期,剔除情形\n";

void AppendHousehold(int county, int64_t household, int64_t households, int64_t first_person,
                     int size, std::string& out) {
  const int64_t village = VillageCode(county, household, households);
  const int kind = static_cast<int>(household % 10);
  const char* state = kind < 6 ? "已脱贫,2014-06-30,2016-11-30" : "在册,2014-06-30,";
  if (kind == 9) state = "候选,,";
  const int64_t number = CountyNumber(county) * 1'000'000 + household;
  for (int member = 0; member < size; ++member) {
    const int64_t person = first_person + member;
    absl::StrAppend(&out, village, ",", 1 + household % 5, "组,", number, ",", number, "0", member,
                    ",", kSurnames[household % 10], kNames[person % 8], ",",
                    IdNumber(county, person), ",", size, ",");
    absl::StrAppend(&out, member == 0 ? "01" : (member == 1 ? "02" : "03"), ",01,0", 1 + person % 4,
                    ",01,", person % 7 == 0 ? "02;04" : "01", ",0", 1 + person % 4, ",");
    absl::StrAppendFormat(
        &out, "%02d,0%d,是,是,%s,138%08d,2016,%d.50,%d,,300,%d,2600,%s,\n", 1 + household % 11,
        household % 9 == 0 ? 2 : 1, household % 4 == 0 ? "否" : "是", number % 100'000'000,
        5000 + household % 9000, 2000 + household % 4000, 800 + household % 500, state);
  }
}

cv1::Job Await(const testing::Client& client, cv1::Job job) {
  cv1::GetJobRequest request;
  request.set_name(job.name());
  while (job.state() != cv1::JOB_STATE_SUCCEEDED) {
    if (job.state() == cv1::JOB_STATE_FAILED) Require(Internal("JOB", job.ShortDebugString()));
    absl::SleepFor(absl::Milliseconds(20));
    job = Require(client.Call<cv1::Job>("GetJob", request));
  }
  return job;
}

std::vector<identification::Region> Regions() {
  std::vector<identification::Region> regions;
  auto add = [&](int64_t code) {
    regions.push_back({.code = RegionCode::FromNumber(code),
                       .name = absl::StrCat("区", code),
                       .valid_from = Date(2000, 1, 1)});
  };
  add(230'000'000'000);
  for (int city = 1; city <= kCounties / 20; ++city) add((230'000 + city * 100) * 1'000'000LL);
  for (int county = 0; county < kCounties; ++county) {
    add(CountyNumber(county) * 1'000'000);
    for (int township = 0; township < kTownships; ++township) {
      const int64_t code = CountyNumber(county) * 1'000'000 + (100 + township) * 1000;
      add(code);
      for (int village = 0; village < kVillages; ++village) add(code + 200 + village);
    }
  }
  return regions;
}

// The process whose command line names the server's folder.
pid_t ServerPid(const testing::PrivateMariaDb& server) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    int pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    std::ifstream file(entry.path() / "cmdline");
    std::stringstream text;
    text << file.rdbuf();
    if (absl::StrContains(text.str(), "mariadbd") &&
        absl::StrContains(text.str(), server.folder())) {
      return pid;
    }
  }
  return 0;
}

}  // namespace

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

void ResetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

double PeakMb() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    absl::string_view text = line;
    int64_t kb = 0;
    if (!absl::ConsumePrefix(&text, "VmHWM:")) continue;
    text = absl::StripSuffix(absl::StripAsciiWhitespace(text), " kB");
    if (absl::SimpleAtoi(text, &kb)) return static_cast<double>(kb) / 1024;
  }
  return 0;
}

CpuSeconds CpuSpent(const testing::PrivateMariaDb& server) {
  CpuSeconds cpu;
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
    cpu.own += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  std::ifstream file(absl::StrCat("/proc/", ServerPid(server), "/stat"));
  std::string text;
  std::getline(file, text);
  // Behind the name, which may hold blanks: the 12th and 13th fields are user and system time.
  const std::vector<std::string> fields = absl::StrSplit(text.substr(text.rfind(')') + 1), ' ');
  int64_t user = 0;
  int64_t system = 0;
  if (fields.size() > 13 && absl::SimpleAtoi(fields[12], &user) &&
      absl::SimpleAtoi(fields[13], &system)) {
    cpu.server = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return cpu;
}

void WriteRegisterFile(int first_county, int last_county, int64_t persons_per_county,
                       const std::function<void(const std::string& piece)>& take) {
  const int64_t households = persons_per_county * 10 / 34 + 1;  // for the villages only
  std::string piece = kHeader;
  for (int county = first_county; county < last_county; ++county) {
    int64_t household = 0;
    for (int64_t person = 0; person < persons_per_county; ++household) {
      const int size =
          static_cast<int>(std::min<int64_t>(kSizes[household % 7], persons_per_county - person));
      AppendHousehold(county, std::min(household, households - 1), households, person, size, piece);
      person += size;
      if (piece.size() < kPiece) continue;
      take(piece);
      piece.clear();
    }
  }
  if (!piece.empty()) take(piece);
}

RegisterWorld::RegisterWorld(testing::PrivateMariaDb& server) : database_(server.NewSchema()) {
  auto foundation =
      Require(OpenFoundation(testing::TestConfig("identification", database_, keys_)));
  db_ = Require(sql::Database::Open(database_));
  Require(MigrateService(identification::Spec(), *db_));
  const std::vector<identification::Region> regions = Regions();
  for (size_t begin = 0; begin < regions.size(); begin += 1000) {
    Require(db_->Run(absl::Now() + absl::Minutes(1), [&](sql::Transaction& tx) {
      return identification::InsertRegions(tx, absl::MakeConstSpan(regions).subspan(begin, 1000),
                                           {.subject = "bench", .at = absl::Now()});
    }));
  }
  app_ = Require(identification::StartIdentification(std::move(foundation)));
}

std::string RegisterWorld::Token() const {
  return keys_.Token({.subject = "bench",
                      .roles = {"county_officer"},
                      .regions = {kProvince},
                      .lifetime = absl::Hours(24)});
}

double RegisterWorld::Import(int first_county, int last_county, int64_t persons_per_county) {
  const testing::Client client(port(), kService, Token());
  auto stream = client.WithTimeout(absl::Hours(12)).ClientStream("ImportHouseholds");
  idv1::ImportHouseholdsRequest message;
  message.set_region_code(kProvince);
  message.set_mode(idv1::IMPORT_MODE_COMMIT);
  message.set_file_name("bench.csv");
  message.set_request_id(absl::StrCat("bench-", first_county, "-", last_county));
  stream->Write(message);
  message.Clear();
  WriteRegisterFile(first_county, last_county, persons_per_county, [&](const std::string& piece) {
    message.set_data(piece);
    stream->Write(message);
  });
  cv1::Job job;
  Require(stream->Finish(job));
  const absl::Time begin = absl::Now();
  job = Await(client, job);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  idv1::ImportHouseholdsResult result;
  if (!job.result().UnpackTo(&result)) Require(Internal("JOB", "an import without a result"));
  imported_persons_ += result.imported_person_count();
  return seconds;
}

sql::DatabaseOptions NewMigratedSchema(testing::PrivateMariaDb& server) {
  sql::DatabaseOptions database = server.NewSchema();
  auto db = Require(sql::Database::Open(database));
  Require(MigrateService(identification::Spec(), *db));
  return database;
}

void PrintFigure(const char* name, double value, const char* unit, const char* baseline,
                 double baseline_value, double ratio, double goal) {
  std::printf(
      "{\"name\":\"register.%s\",\"value\":%.2f,\"unit\":\"%s\",\"baseline\":\"%s\","
      "\"baseline_value\":%.2f,\"ratio\":%.3f,\"goal\":%.2f,\"ok\":%s}\n",
      name, value, unit, baseline, baseline_value, ratio, goal, ratio >= goal ? "true" : "false");
  std::fflush(stdout);
}

}  // namespace jz::bench
