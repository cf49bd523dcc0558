#include "services/identification/app.h"

#include "common/feed/outbox.h"
#include "common/jobs/jobs.h"
#include "common/status/status.h"
#include "services/identification/comparison_job.h"
#include "services/identification/delivered_rules.h"
#include "services/identification/deps.h"
#include "services/identification/duplicate_job.h"
#include "services/identification/export_job.h"
#include "services/identification/household_cache.h"
#include "services/identification/import_job.h"
#include "services/identification/quality_job.h"
#include "services/identification/quality_rules.h"
#include "services/identification/region_reform_job.h"
#include "services/identification/roll_statistics.h"
#include "services/identification/service_case.h"
#include "services/identification/service_change_request.h"
#include "services/identification/service_code_list.h"
#include "services/identification/service_comparison.h"
#include "services/identification/service_duplicate.h"
#include "services/identification/service_export.h"
#include "services/identification/service_household.h"
#include "services/identification/service_quality.h"
#include "services/identification/service_region.h"
#include "services/identification/service_register.h"
#include "services/identification/service_statistics.h"
#include "services/identification/service_village.h"
#include "services/identification/sheet_job.h"
#include "services/identification/statistics_rebuild_job.h"
#include "services/identification/store/code_store.h"
#include "services/identification/use_case_campaign.h"

namespace jz::identification {

std::vector<sql::Migration> Migrations();  // made from migrations/*.sql

namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(30);

class IdentificationApp : public App {
 public:
  static absl::StatusOr<std::unique_ptr<App>> Start(std::unique_ptr<Foundation> foundation) {
    const Clock& clock = *foundation->clock;
    JZ_RETURN_IF_ERROR(foundation->db->Run(absl::Now() + kStartTimeout, [&](sql::Transaction& tx) {
      return EnterDefaultCodes(tx, clock.Now());
    }));
    auto app = std::make_unique<IdentificationApp>(std::move(foundation));
    JZ_RETURN_IF_ERROR(EnterDeliveredRules(app->deps_, absl::Now() + kStartTimeout));
    JZ_RETURN_IF_ERROR(BeginStatistics(app->deps_, absl::Now() + kStartTimeout));
    std::vector<rpc::Router> routers;
    routers.push_back(RegionRouter(app->deps_));
    routers.push_back(CodeListRouter(app->deps_));
    routers.push_back(RegisterRouter(app->deps_, app->rules_));
    routers.push_back(VillageRouter(app->deps_));
    routers.push_back(CaseRouter(app->deps_));
    routers.push_back(ComparisonRouter(app->deps_));
    routers.push_back(DuplicateRouter(app->deps_));
    routers.push_back(QualityRouter(app->deps_));
    routers.push_back(ExportRouter(app->deps_));
    routers.push_back(HouseholdRouter(app->deps_, app->rules_));
    routers.push_back(ChangeRequestRouter(app->deps_, app->rules_));
    routers.push_back(StatisticsRouter(app->deps_));
    JZ_ASSIGN_OR_RETURN(app->server_, app->foundation_->Serve(std::move(routers)));
    app->jobs_->StartWorkers();
    app->roller_.Start();
    return app;
  }

  explicit IdentificationApp(std::unique_ptr<Foundation> foundation)
      : foundation_(std::move(foundation)),
        outbox_(feed::Outbox::Start(*foundation_->db)),
        jobs_(jobs::Jobs::Create(*foundation_->db, *foundation_->ids, *foundation_->page_tokens,
                                 {.metrics = foundation_->metrics.get()}, *foundation_->clock)),
        deps_{.db = *foundation_->db,
              .sealer = *foundation_->sealer,
              .page_tokens = *foundation_->page_tokens,
              .ids = *foundation_->ids,
              .jobs = *jobs_,
              .outbox = *outbox_,
              .clock = *foundation_->clock,
              .households = &households_},
        roller_(*foundation_->db, *foundation_->clock) {
    jobs_->Register(kImportJob, [this](jobs::JobRun& run) { return RunImport(deps_, run); });
    jobs_->Register(kSheetJob, [this](jobs::JobRun& run) { return RunSheetImport(deps_, run); });
    jobs_->Register(kReformJob, [this](jobs::JobRun& run) { return RunReform(deps_, run); });
    jobs_->Register(kAssessCampaignJob,
                    [this](jobs::JobRun& run) { return AssessCampaign(deps_, run); });
    jobs_->Register(kComparisonJob,
                    [this](jobs::JobRun& run) { return RunComparisonJob(deps_, run); });
    jobs_->Register(kDuplicateJob,
                    [this](jobs::JobRun& run) { return FindDuplicatesJob(deps_, run); });
    jobs_->Register(kExportJob, [this](jobs::JobRun& run) { return RunExport(deps_, run); });
    jobs_->Register(kQualityJob, [this](jobs::JobRun& run) { return RunQualityRules(deps_, run); });
    jobs_->Register(kRebuildJob,
                    [this](jobs::JobRun& run) { return RunStatisticsRebuild(deps_, run); });
  }

  int port() const override { return server_->port(); }
  void Drain(absl::Duration grace) override {
    server_->Drain(grace);
    jobs_->StopWorkers();
    roller_.Stop();
  }

 private:
  // Destroyed from the bottom up: what is used outlives its users.
  std::unique_ptr<Foundation> foundation_;
  std::unique_ptr<feed::Outbox> outbox_;
  std::unique_ptr<jobs::Jobs> jobs_;
  HouseholdCache households_;
  Deps deps_;
  QualityRuleCache rules_;
  StatisticsRoller roller_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<App>> StartIdentification(std::unique_ptr<Foundation> foundation) {
  return IdentificationApp::Start(std::move(foundation));
}

ServiceSpec Spec() {
  return {.name = "identification",
          .peers = {},
          .migrations = Migrations(),
          .start = StartIdentification};
}

}  // namespace jz::identification
