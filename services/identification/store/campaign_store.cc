#include "services/identification/store/campaign_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

// A job that gave up, or was cancelled before it began, cannot tell its campaign: whoever reads the
// campaign sees it by the job (5 and 6 are JOB_STATE_FAILED and JOB_STATE_CANCELLED).
static_assert(static_cast<int>(CampaignState::kAssessing) == 1);
static_assert(static_cast<int>(CampaignState::kFailed) == 4);
constexpr char kSelect[] =
    "SELECT id, region_code, title, period_start, period_end, procedure_code, "
    "CASE WHEN state = 1 AND (SELECT j.state FROM job j WHERE j.id = campaign.job_id) IN (5, 6) "
    "THEN 4 ELSE state END, job_id, created_by, created_at_us FROM campaign WHERE ";
constexpr char kInsert[] =
    "INSERT INTO campaign (id, region_code, title, period_start, period_end, procedure_code, "
    "state, job_id, created_by, created_at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr char kSetState[] = "UPDATE campaign SET state = ? WHERE id = ?";
constexpr char kSelectSteps[] =
    "SELECT step FROM procedure_step WHERE procedure_code = ? ORDER BY position";

Campaign ReadCampaign(const sql::Row& row) {
  return {.id = row.IdOf<CampaignId>(0),
          .region = row.Region(1),
          .title = row.Text(2),
          .period_start = row.Day(3),
          .period_end = row.Day(4),
          .procedure = row.Text(5),
          .state = static_cast<CampaignState>(row.Int(6)),
          .job = row.Int(7),
          .created_by = row.Text(8),
          .created_at = row.Time(9)};
}

absl::StatusOr<std::optional<Campaign>> Load(sql::Transaction& tx, const auth::RegionScope& scope,
                                             CampaignId id, absl::string_view tail) {
  sql::Values values = {id};
  std::string visible = VisibleRegionClause(scope, "region_code", values);
  return tx.SelectOne(absl::StrCat(kSelect, "id = ? AND ", visible, tail), values, ReadCampaign);
}

}  // namespace

absl::Status InsertCampaign(sql::Transaction& tx, const Campaign& campaign) {
  return tx
      .Execute(kInsert, {campaign.id, campaign.region, campaign.title, campaign.period_start,
                         campaign.period_end, campaign.procedure, static_cast<int>(campaign.state),
                         campaign.job, campaign.created_by, campaign.created_at})
      .status();
}

absl::StatusOr<std::optional<Campaign>> LoadCampaign(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     CampaignId id) {
  return Load(tx, scope, id, "");
}

absl::StatusOr<std::optional<Campaign>> LockCampaign(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     CampaignId id) {
  return Load(tx, scope, id, " FOR UPDATE");
}

absl::StatusOr<std::vector<Campaign>> ListCampaigns(sql::Transaction& tx,
                                                    const auth::RegionScope& scope,
                                                    const CampaignPage& page) {
  sql::Values values;
  std::string where = VisibleRegionClause(scope, "region_code", values);
  if (page.before != absl::InfiniteFuture()) {
    where += " AND created_at_us <= ? AND (created_at_us < ? OR id < ?)";
    values.insert(values.end(), {page.before, page.before, page.before_id});
  }
  values.push_back(page.limit);
  return tx.Select(absl::StrCat(kSelect, where, " ORDER BY created_at_us DESC, id DESC LIMIT ?"),
                   values, ReadCampaign);
}

absl::Status SetCampaignState(sql::Transaction& tx, CampaignId id, CampaignState state) {
  return tx.Execute(kSetState, {static_cast<int>(state), id}).status();
}

absl::StatusOr<Procedure> LoadProcedure(sql::Transaction& tx, const std::string& code) {
  Procedure procedure{.code = code, .steps = {}};
  JZ_ASSIGN_OR_RETURN(procedure.steps, tx.Select(kSelectSteps, {code}, [](const sql::Row& row) {
    return static_cast<CaseStep>(row.Int(0));
  }));
  JZ_RETURN_IF_ERROR(CheckProcedure(procedure));
  return procedure;
}

}  // namespace jz::identification
