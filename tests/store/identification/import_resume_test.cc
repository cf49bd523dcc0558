// Imports and exports that are broken off at every possible place end as if nothing had happened.
#include <functional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/crypto/sealer.h"
#include "common/feed/outbox.h"
#include "common/jobs/jobs.h"
#include "jingzhun/identification/v1/export_storage.pb.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/export_job.h"
#include "services/identification/import_job.h"
#include "services/identification/sheet_job.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/region_store.h"
#include "tests/store/identification/register_database.h"
#include "tests/unit/identification/register_file.h"

namespace jz::identification::testing {
namespace {

namespace v1 = ::jingzhun::identification::v1;

using ::testing::ElementsAre;
using ::testing::SizeIs;

// A run that ends where the test wants it to, as a process that is killed would: what was not
// committed is lost, what was stays.
class BrokenRun : public jobs::JobRun {
 public:
  // Asked before each step of the run; true: it ends here.
  using Breaks = std::function<bool()>;

  BrokenRun(jobs::JobRun& whole, Breaks breaks) : whole_(whole), breaks_(std::move(breaks)) {}

  jobs::JobId id() const override { return whole_.id(); }
  RegionCode region() const override { return whole_.region(); }
  const std::string& params() const override { return whole_.params(); }
  const std::string& created_by() const override { return whole_.created_by(); }
  const std::string& state() const override { return whole_.state(); }
  absl::Time deadline() const override { return whole_.deadline(); }
  int64_t input_size() const override { return whole_.input_size(); }

  absl::StatusOr<std::string> ReadInput(int64_t offset) override {
    if (breaks_()) return Killed();
    return whole_.ReadInput(offset);
  }
  absl::Status Checkpoint(sql::Transaction& tx, const Progress& progress) override {
    if (breaks_()) return Killed();
    return whole_.Checkpoint(tx, progress);
  }

 private:
  static absl::Status Killed() { return Unavailable("KILLED", "the process was killed"); }

  jobs::JobRun& whole_;
  const Breaks breaks_;
};

class ImportResume : public RegisterDatabase {
 protected:
  ImportResume() {
    EXPECT_TRUE(Run([&](sql::Transaction& tx) {
                  JZ_RETURN_IF_ERROR(EnterDefaultCodes(tx, absl::Now()));
                  return InsertRegions(
                      tx,
                      {{.code = Code("230221101200"), .name = "v", .valid_from = Date(2000, 1, 1)}},
                      {.subject = "tester", .at = absl::Now()});
                }).ok());
  }

  // Uploads the file in pieces and runs the job to its end; runs break off where `breaks` says.
  common::v1::Job Import(const std::string& csv, bool commit, BrokenRun::Breaks breaks) {
    v1::ImportJobParams params;
    params.set_commit(commit);
    return RunJob(kImportJob, params, csv, std::move(breaks));
  }
  common::v1::Job ImportSheet(const std::string& csv, BrokenRun::Breaks breaks) {
    v1::SheetJobParams params;
    params.set_kind(v1::SHEET_KIND_MONITORED_OBJECTS);
    params.set_commit(true);
    return RunJob(kSheetJob, params, csv, std::move(breaks));
  }

  common::v1::Job RunJob(const char* kind, const google::protobuf::Message& params,
                         const std::string& csv, BrokenRun::Breaks breaks) {
    sql::IdAllocator ids(*db_);
    PageTokens page_tokens(std::string(32, 'p'));
    auto sealer = *crypto::Sealer::FromText("1 AES-256-GCM+HMAC-SHA-256 " + std::string(64, 'a') +
                                            " " + std::string(64, 'b'));
    auto outbox = feed::Outbox::Start(*db_);
    auto jobs = jobs::Jobs::Create(*db_, ids, page_tokens,
                                   {.workers = 1,
                                    .poll = absl::Milliseconds(1),
                                    .max_attempts = 1000,
                                    .retry = absl::Microseconds(1)});
    Deps deps{.db = *db_,
              .sealer = *sealer,
              .page_tokens = page_tokens,
              .ids = ids,
              .jobs = *jobs,
              .outbox = *outbox,
              .clock = Clock::Real()};
    jobs->Register(kImportJob, [&](jobs::JobRun& run) {
      ++runs_;
      BrokenRun broken(run, breaks);
      return RunImport(deps, broken);
    });
    jobs->Register(kSheetJob, [&](jobs::JobRun& run) {
      ++runs_;
      BrokenRun broken(run, breaks);
      return RunSheetImport(deps, broken);
    });
    jobs->Register(kExportJob, [&](jobs::JobRun& run) {
      ++runs_;
      BrokenRun broken(run, breaks);
      return RunExport(deps, broken);
    });
    const jobs::JobId id = Upload(*jobs, csv, kind, params);
    jobs->StartWorkers();
    common::v1::Job job = WaitForEnd(*jobs, id);
    jobs->StopWorkers();
    if (kind == std::string(kExportJob)) exported_ = FileOf(deps, job, id);
    errors_ = jobs->ListErrors(Context(), ErrorsOf(id))->errors_size();
    return job;
  }

  // Each household, person, income, version, adjustment and feed message is there once.
  void ExpectImportedOnce(const common::v1::Job& job, int households) {
    ASSERT_EQ(job.state(), common::v1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
    v1::ImportHouseholdsResult result;
    ASSERT_TRUE(job.result().UnpackTo(&result));
    EXPECT_EQ(result.imported_household_count(), households);
    EXPECT_EQ(result.imported_person_count(), 2 * households);
    EXPECT_EQ(result.refused_household_count(), 0);
    EXPECT_EQ(job.error_count(), 0);
    for (const char* table : {"household", "household_version", "income_statement", "adjustment"}) {
      EXPECT_EQ(Count(table), households) << table;
    }
    EXPECT_EQ(Count("person"), 2 * households);
    auto published = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return tx.SelectOne("SELECT SUM(change_count) FROM outbox", {},
                          [](const sql::Row& row) { return row.Int(0); });
    });
    EXPECT_EQ(published->value_or(-1), households);
  }

  // Households of two persons. All heads come first: no household is complete before half of the
  // file.
  static std::vector<Fields> Scattered(int households) {
    std::vector<Fields> rows = Singles(households);
    for (Fields& row : rows) row["人数"] = "2";
    for (int i = 0; i < households; ++i) {
      Fields second = rows[i];
      second["人编号"] += "b";
      second["证件号码"] = IdOf(19800101 + i / 900, i % 900);
      second["与户主关系"] = "02";
      rows.push_back(second);
    }
    return rows;
  }
  // The same with the rows of a household beside each other.
  static std::vector<Fields> Adjacent(int households) {
    std::vector<Fields> scattered = Scattered(households);
    std::vector<Fields> rows;
    for (int i = 0; i < households; ++i) {
      rows.push_back(scattered[i]);
      rows.push_back(scattered[households + i]);
    }
    return rows;
  }

  // Couples as the sheet of monitored objects has them, with so many mu of land.
  static std::string Sheet(int households, int area_mu) {
    std::string csv = "村,户编号,姓名,证件号码,与户主关系,劳动技能,耕地面积\n";
    for (int i = 0; i < households; ++i) {
      for (int year : {1970, 1980}) {
        absl::StrAppend(&csv, "v,H", i, ",王国强,", IdOf(year * 10'000 + 101 + i / 900, i % 900),
                        year == 1970 ? ",户主" : ",配偶", ",普通劳动力,", area_mu, "\n");
      }
    }
    return csv;
  }

  static std::string FileOf(const Deps& deps, const common::v1::Job& job, jobs::JobId id) {
    v1::StartExportResult result;
    EXPECT_TRUE(job.result().UnpackTo(&result)) << job.ShortDebugString();
    std::string file;
    while (static_cast<int64_t>(file.size()) < result.byte_count()) {
      auto bytes = ReadExportFile(deps, id.value(), static_cast<int64_t>(file.size()),
                                  result.byte_count(), Soon());
      EXPECT_TRUE(bytes.ok()) << bytes.status();
      if (!bytes.ok()) break;
      file += *bytes;
    }
    return file;
  }

  int runs_ = 0;
  int errors_ = 0;
  std::string exported_;

 private:
  static rpc::CallContext Context() {
    auto principal = std::make_shared<auth::Principal>();
    principal->subject = "tester";
    principal->scope = auth::RegionScope::Everything();
    rpc::CallContext context;
    context.principal = principal;
    context.now = absl::Now();
    context.deadline = Soon();
    return context;
  }
  static common::v1::ListJobErrorsRequest ErrorsOf(jobs::JobId id) {
    common::v1::ListJobErrorsRequest request;
    request.set_name(id.Name());
    request.set_page_size(1000);
    return request;
  }
  jobs::JobId Upload(jobs::Jobs& jobs, const std::string& csv, const char* kind,
                     const google::protobuf::Message& params) {
    jobs::JobId id = *db_->Transact(Soon(), [&](sql::Transaction& tx) {
      return jobs.Add(tx,
                      {.kind = kind,
                       .region = Code("230221000000"),
                       .params = params.SerializeAsString(),
                       .created_by = "tester",
                       .receives_input = true},
                      absl::Now());
    });
    constexpr size_t kPiece = 100'000;
    for (size_t at = 0; at < csv.size(); at += kPiece) {
      EXPECT_TRUE(jobs.AppendInput(id, csv.substr(at, kPiece), Soon()).ok());
    }
    EXPECT_TRUE(jobs.FinishInput(id, Soon()).ok());
    return id;
  }
  common::v1::Job WaitForEnd(jobs::Jobs& jobs, jobs::JobId id) {
    common::v1::GetJobRequest request;
    request.set_name(id.Name());
    const absl::Time until = absl::Now() + absl::Minutes(2);
    while (absl::Now() < until) {
      common::v1::Job job = *jobs.Get(Context(), request);
      if (job.state() > common::v1::JOB_STATE_RUNNING) return job;
      absl::SleepFor(absl::Milliseconds(2));
    }
    ADD_FAILURE() << "the job does not end";
    return {};
  }
};

TEST_F(ImportResume, WithoutABreakOneRunDoesIt) {
  ExpectImportedOnce(Import(Csv(Adjacent(600)), true, [] { return false; }), 600);
  EXPECT_EQ(runs_, 1);
}

// Run n gets one step further than run n - 1, so every place is one where a run ended.
TEST_F(ImportResume, BrokenAfterEachStepInTurn) {
  int steps = 0;
  int allowed = 0;
  auto breaks = [&] {
    if (++steps <= allowed) return false;
    steps = 0;
    ++allowed;
    return true;
  };
  ExpectImportedOnce(Import(Csv(Adjacent(1300)), true, breaks), 1300);
  EXPECT_GT(runs_, 5);
}

TEST_F(ImportResume, BrokenAgainAndAgainWhileHouseholdsAreScattered) {
  int steps = 0;
  int allowed = 0;
  auto breaks = [&] {
    if (++steps <= allowed) return false;
    steps = 0;
    ++allowed;
    return true;
  };
  ExpectImportedOnce(Import(Csv(Scattered(1300)), true, breaks), 1300);
  EXPECT_GT(runs_, 5);
}

TEST_F(ImportResume, ErrorsAreReportedOnceHoweverOftenValidationBegins) {
  std::vector<Fields> rows = Adjacent(4000);
  for (size_t i = 0; i < rows.size(); i += 100) rows[i]["住房安全"] = "?";
  int steps = 0;
  int allowed = 0;
  auto breaks = [&] {
    if (++steps <= allowed) return false;
    steps = 0;
    ++allowed;
    return true;
  };
  common::v1::Job job = Import(Csv(rows), true, breaks);
  EXPECT_EQ(job.state(), common::v1::JOB_STATE_FAILED);
  EXPECT_EQ(job.error_reason(), "IMPORT_HAS_ERRORS");
  EXPECT_EQ(job.error_count(), 80);
  EXPECT_EQ(errors_, 80);
  EXPECT_GT(runs_, 5);
  EXPECT_EQ(Count("household"), 0);
}

TEST_F(ImportResume, OfASheetBrokenAfterEachStepInTurn) {
  int steps = 0;
  int allowed = 0;
  auto breaks = [&] {
    if (++steps <= allowed) return false;
    steps = 0;
    ++allowed;
    return true;
  };
  for (int area_mu : {3, 4}) {  // entered, then updated
    const common::v1::Job job = ImportSheet(Sheet(1300, area_mu), breaks);
    ASSERT_EQ(job.state(), common::v1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
    v1::ImportSheetResult result;
    ASSERT_TRUE(job.result().UnpackTo(&result));
    EXPECT_EQ(result.created_household_count(), area_mu == 3 ? 1300 : 0);
    EXPECT_EQ(result.updated_household_count(), area_mu == 4 ? 1300 : 0);
    EXPECT_EQ(job.error_count(), 0);
    EXPECT_GT(runs_, 5);
    EXPECT_EQ(Count("household"), 1300);
    EXPECT_EQ(Count("person"), 2600);
    EXPECT_EQ(Count("household_facts"), 1300);
    EXPECT_EQ(Count("household_version"), area_mu == 3 ? 1300 : 2600);
  }
}

TEST_F(ImportResume, AnExportBrokenAtEachPartMakesTheSameFile) {
  ImportSheet(Sheet(4000, 3), [] { return false; });
  v1::ExportJobParams params;
  params.mutable_spec()->set_region_code("230221000000");
  params.mutable_spec()->set_kind(v1::SHEET_KIND_MONITORED_OBJECTS);
  params.mutable_spec()->set_purpose(v1::EXPORT_PURPOSE_REGISTER_WORK);
  RunJob(kExportJob, params, "", [] { return false; });
  const std::string whole = exported_;
  EXPECT_GT(whole.size(), 1 << 20);
  runs_ = 0;
  int steps = 0;
  int allowed = 0;
  RunJob(kExportJob, params, "", [&] {
    if (++steps <= allowed) return false;
    steps = 0;
    ++allowed;
    return true;
  });
  EXPECT_GE(runs_, 2);
  EXPECT_TRUE(exported_ == whole) << exported_.size() << " and " << whole.size() << " bytes";
}

}  // namespace
}  // namespace jz::identification::testing
