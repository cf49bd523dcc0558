#include "services/identification/use_case_campaign.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/case.pb.h"
#include "services/identification/store/assessment_store.h"
#include "services/identification/store/campaign_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/region_store.h"
#include "services/identification/use_case_assess.h"

namespace jz::identification {
namespace {

namespace v1 = ::jingzhun::identification::v1;

constexpr int kChunk = 1000;
constexpr int kConflictRetries = 3;
constexpr absl::Duration kCancelTime = absl::Minutes(1);

// Where the job stands: households up to here are done.
struct Cursor {
  RegionCode region;
  HouseholdId household;
  int64_t done = 0;
  int64_t total = 0;
};

std::string ToState(const Cursor& cursor) {
  return absl::StrCat(cursor.region.number(), " ", cursor.household.value(), " ", cursor.done, " ",
                      cursor.total);
}

absl::StatusOr<Cursor> FromState(const std::string& state) {
  if (state.empty()) return Cursor();
  std::vector<std::string> parts = absl::StrSplit(state, ' ');
  int64_t numbers[4] = {};
  bool fits = parts.size() == std::size(numbers);
  for (size_t i = 0; fits && i < parts.size(); ++i) fits = absl::SimpleAtoi(parts[i], &numbers[i]);
  if (!fits) return Internal("JOB_STATE_MALFORMED", "the state of a campaign's job does not parse");
  return Cursor{.region = RegionCode::FromNumber(numbers[0]),
                .household = HouseholdId(numbers[1]),
                .done = numbers[2],
                .total = numbers[3]};
}

common::v1::JobError ErrorOf(HouseholdId household, const char* reason, const char* zh,
                             const char* en) {
  common::v1::JobError error;
  error.set_column(household.Name());
  error.set_reason(reason);
  error.set_text_zh(zh);
  error.set_text_en(en);
  return error;
}

class CampaignRun {
 public:
  CampaignRun(const Deps& deps, jobs::JobRun& run, Campaign campaign, Procedure procedure)
      : deps_(deps),
        run_(run),
        campaign_(std::move(campaign)),
        procedure_(std::move(procedure)),
        scope_({campaign_.region}) {}

  // How many households were assessed.
  absl::StatusOr<int64_t> AssessAll() {
    JZ_ASSIGN_OR_RETURN(Cursor cursor, FromState(run_.state()));
    if (cursor.total == 0) {
      JZ_ASSIGN_OR_RETURN(cursor.total, CountAll());
    }
    bool more = true;
    while (more) {
      JZ_ASSIGN_OR_RETURN(more, AssessChunk(cursor));
    }
    return cursor.done;
  }

 private:
  struct Chunk {
    std::vector<Household> households;
    Assessed assessed;
  };

  absl::StatusOr<int64_t> CountAll() {
    return deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
      return CountHouseholds(tx, scope_, kStates);
    });
  }

  // False when that was the last one.
  absl::StatusOr<bool> AssessChunk(Cursor& cursor) {
    JZ_ASSIGN_OR_RETURN(Chunk chunk, ReadChunk(cursor));
    JZ_RETURN_IF_ERROR(GiveIds(chunk.assessed.drafts));
    bool last = chunk.households.size() < kChunk;
    Cursor after = cursor;
    if (!chunk.households.empty()) {
      after.region = chunk.households.back().region;
      after.household = chunk.households.back().id;
      after.done += static_cast<int64_t>(chunk.households.size());
    }
    absl::Status written;
    for (int attempt = 0; attempt < kConflictRetries; ++attempt) {
      written = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) {
        return WriteChunk(tx, chunk.assessed, after, last);
      });
      // Somebody opened a case for one of them just now: the next attempt sees it.
      if (!absl::IsAlreadyExists(written)) break;
    }
    JZ_RETURN_IF_ERROR(written);
    cursor = after;
    return !last;
  }

  absl::StatusOr<Chunk> ReadChunk(const Cursor& cursor) {
    return deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) -> absl::StatusOr<Chunk> {
      Chunk chunk;
      JZ_ASSIGN_OR_RETURN(chunk.households, ListHouseholds(tx, scope_,
                                                           {.states = kStates,
                                                            .after_region = cursor.region,
                                                            .after_id = cursor.household,
                                                            .limit = kChunk}));
      AssessmentTask task{.campaign = campaign_,
                          .procedure = procedure_,
                          .proposed_by = campaign_.created_by,
                          .now = deps_.clock.Now()};
      JZ_ASSIGN_OR_RETURN(chunk.assessed, AssessForCampaign(tx, policies_, task, chunk.households));
      return chunk;
    });
  }

  absl::Status GiveIds(std::vector<NewCase>& drafts) {
    absl::flat_hash_map<int32_t, std::vector<NewCase*>> by_county;
    for (NewCase& draft : drafts) by_county[draft.item.region.CountyNumber()].push_back(&draft);
    for (auto& [county, cases] : by_county) {
      JZ_ASSIGN_OR_RETURN(auto ids,
                          deps_.ids.Next(cases.front()->item.region, static_cast<int>(cases.size()),
                                         run_.deadline()));
      for (size_t i = 0; i < ids.size(); ++i) cases[i]->item.id = CaseId(ids[i]);
    }
    return absl::OkStatus();
  }

  absl::Status WriteChunk(sql::Transaction& tx, const Assessed& assessed, const Cursor& after,
                          bool last) {
    JZ_RETURN_IF_ERROR(CheckNotCancelled(tx));
    jobs::JobRun::Progress progress{.state = ToState(after),
                                    .done_count = after.done,
                                    .total_count = std::max(after.total, after.done),
                                    .errors = {}};
    for (HouseholdId household : assessed.income_unknown) {
      progress.errors.push_back(ErrorOf(household, "INCOME_UNKNOWN", "没有收入数据，无法评估",
                                        "there is no income statement to assess"));
    }
    JZ_ASSIGN_OR_RETURN(std::vector<NewCase> free, WithoutOpenCase(tx, assessed.drafts, progress));
    JZ_RETURN_IF_ERROR(InsertCases(tx, free));
    if (last) JZ_RETURN_IF_ERROR(SetCampaignState(tx, campaign_.id, CampaignState::kOpen));
    return run_.Checkpoint(tx, progress);
  }

  absl::Status CheckNotCancelled(sql::Transaction& tx) {
    JZ_ASSIGN_OR_RETURN(auto campaign, LockCampaign(tx, scope_, campaign_.id));
    if (campaign && campaign->state == CampaignState::kAssessing) return absl::OkStatus();
    return FailedPrecondition("CAMPAIGN_CANCELLED", {}, "the campaign was cancelled");
  }

  static absl::StatusOr<std::vector<NewCase>> WithoutOpenCase(sql::Transaction& tx,
                                                              const std::vector<NewCase>& drafts,
                                                              jobs::JobRun::Progress& progress) {
    std::vector<HouseholdId> households;
    for (const NewCase& draft : drafts) households.push_back(draft.item.household);
    JZ_ASSIGN_OR_RETURN(auto busy, FindHouseholdsWithOpenCase(tx, households));
    absl::flat_hash_set<HouseholdId> taken(busy.begin(), busy.end());
    std::vector<NewCase> free;
    for (const NewCase& draft : drafts) {
      if (!taken.contains(draft.item.household)) {
        free.push_back(draft);
        continue;
      }
      progress.errors.push_back(ErrorOf(draft.item.household, "CASE_OPEN", "该户已有未办结事项",
                                        "the household has an open case already"));
    }
    return free;
  }

  static inline const std::vector<HouseholdState> kStates = {
      HouseholdState::kCandidate, HouseholdState::kRegistered, HouseholdState::kExited};

  const Deps& deps_;
  jobs::JobRun& run_;
  const Campaign campaign_;
  const Procedure procedure_;
  const auth::RegionScope scope_;
  PolicyCache policies_;
};

struct Loaded {
  Campaign campaign;
  Procedure procedure;
};

absl::StatusOr<Loaded> LoadForRun(const Deps& deps, jobs::JobRun& run, CampaignId id) {
  return deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) -> absl::StatusOr<Loaded> {
    JZ_ASSIGN_OR_RETURN(auto campaign, LoadCampaign(tx, auth::RegionScope({run.region()}), id));
    if (!campaign) return Internal("CAMPAIGN_MISSING", "the campaign of a job is gone");
    JZ_ASSIGN_OR_RETURN(Procedure procedure, LoadProcedure(tx, campaign->procedure));
    return Loaded{.campaign = *std::move(campaign), .procedure = std::move(procedure)};
  });
}

absl::StatusOr<int64_t> Assess(const Deps& deps, jobs::JobRun& run, CampaignId id) {
  JZ_ASSIGN_OR_RETURN(Loaded loaded, LoadForRun(deps, run, id));
  if (loaded.campaign.state == CampaignState::kOpen) {
    // A crash came between the last checkpoint and the end of the job.
    JZ_ASSIGN_OR_RETURN(Cursor cursor, FromState(run.state()));
    return cursor.done;
  }
  CampaignRun campaign_run(deps, run, std::move(loaded.campaign), std::move(loaded.procedure));
  return campaign_run.AssessAll();
}

// The job's worker tries again after these.
bool IsTransient(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

}  // namespace

absl::Status CampaignNotFound(CampaignId id) {
  return NotFound("CAMPAIGN_NOT_FOUND", {{"campaign", id.Name()}}, "there is no such campaign");
}

absl::StatusOr<Campaign> RequireOpenCampaign(sql::Transaction& tx, const auth::RegionScope& scope,
                                             CampaignId id) {
  JZ_ASSIGN_OR_RETURN(auto campaign, LoadCampaign(tx, scope, id));
  if (!campaign) return CampaignNotFound(id);
  if (campaign->state == CampaignState::kOpen) return *std::move(campaign);
  return FailedPrecondition("CAMPAIGN_NOT_READY", {{"campaign", id.Name()}},
                            "the campaign is still being assessed, failed, or was cancelled");
}

absl::StatusOr<Campaign> CreateCampaign(sql::Transaction& tx, const Deps& deps,
                                        const rpc::CallContext& ctx, const NewCampaign& from,
                                        CampaignId id) {
  JZ_ASSIGN_OR_RETURN(auto region, FindRegion(tx, ctx.scope(), from.region, from.period_end));
  if (!region) {
    return NotFound("REGION_NOT_FOUND", {{"region", from.region.ToString()}},
                    "no such region is valid on the last day of the period");
  }
  PolicyCache policies;
  JZ_RETURN_IF_ERROR(policies.Line(tx, from.region, from.period_end).status());
  JZ_ASSIGN_OR_RETURN(jobs::JobId job, deps.jobs.Add(tx,
                                                     {.kind = kAssessCampaignJob,
                                                      .region = from.region,
                                                      .params = id.Name(),
                                                      .created_by = ctx.subject()},
                                                     ctx.now));
  Campaign campaign{.id = id,
                    .region = from.region,
                    .title = from.title,
                    .period_start = from.period_start,
                    .period_end = from.period_end,
                    .procedure = kDefaultProcedure,
                    .state = CampaignState::kAssessing,
                    .job = job.value(),
                    .created_by = ctx.subject(),
                    .created_at = ctx.now};
  JZ_RETURN_IF_ERROR(InsertCampaign(tx, campaign));
  return campaign;
}

absl::Status CancelCampaign(sql::Database& db, CampaignId id, absl::Time deadline) {
  JZ_RETURN_IF_ERROR(db.Run(deadline, [&](sql::Transaction& tx) {
    return SetCampaignState(tx, id, CampaignState::kCancelled);
  }));
  bool more = true;
  while (more) {
    JZ_ASSIGN_OR_RETURN(int64_t withdrawn, db.Transact(deadline, [&](sql::Transaction& tx) {
      return WithdrawCases(tx, id, kChunk);
    }));
    more = withdrawn == kChunk;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> AssessCampaign(const Deps& deps,
                                                                          jobs::JobRun& run) {
  JZ_ASSIGN_OR_RETURN(CampaignId id, CampaignId::Parse(run.params()));
  absl::StatusOr<int64_t> assessed = Assess(deps, run, id);
  if (!assessed.ok()) {
    if (!IsTransient(assessed.status())) {
      JZ_RETURN_IF_ERROR(CancelCampaign(deps.db, id, absl::Now() + kCancelTime));
    }
    return assessed.status();
  }
  auto result = std::make_unique<v1::AssessCampaignResult>();
  JZ_ASSIGN_OR_RETURN(auto counts, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return CountCases(tx, auth::RegionScope({run.region()}), id);
  }));
  result->set_campaign(id.Name());
  result->set_household_count(*assessed);
  for (const CaseCount& from : counts) {
    v1::CaseCount& to = *result->add_counts();
    to.set_kind(static_cast<v1::AdjustmentKind>(from.kind));
    to.set_state(static_cast<v1::CaseState>(from.state));
    to.set_awaiting(static_cast<v1::CaseStep>(from.awaiting));
    to.set_count(from.count);
  }
  return result;
}

}  // namespace jz::identification
