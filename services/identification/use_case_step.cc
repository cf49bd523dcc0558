#include "services/identification/use_case_step.h"

#include <algorithm>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/store/campaign_store.h"
#include "services/identification/store/case_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/notice_store.h"
#include "services/identification/use_case_assess.h"
#include "services/identification/use_case_campaign.h"
#include "services/identification/use_case_conclude.h"

namespace jz::identification {
namespace {

constexpr int kStepChunk = 1000;
// A conclusion writes five rows a case.
constexpr int kConclusionChunk = 500;
constexpr int kShownRefusals = 1000;
constexpr int kMostPublicityDays = 365;

// What becomes of the cases of one transaction.
struct Sorted {
  std::vector<Case> passed;
  std::map<std::string, std::vector<CaseId>> rejected;  // by reason
  std::vector<CaseRefusal> refused;
  std::vector<CaseStepRow> rows;
};

std::vector<CaseId> IdsOf(const std::vector<Case>& cases) {
  std::vector<CaseId> ids;
  for (const Case& item : cases) ids.push_back(item.id);
  return ids;
}

absl::Status RefusedAltogether(const CaseRefusal& first, size_t count) {
  absl::StatusCode code = first.reason == "CASE_NOT_FOUND" ? absl::StatusCode::kNotFound
                                                           : absl::StatusCode::kFailedPrecondition;
  return MakeError(code, first.reason,
                   {{"case", first.case_id.Name()}, {"refused_count", absl::StrCat(count)}},
                   "no case could be moved");
}

class StepRecorder {
 public:
  StepRecorder(const Deps& deps, const rpc::CallContext& ctx, const StepCommand& command)
      : deps_(deps),
        ctx_(ctx),
        command_(command),
        scope_({command.region}),
        awaiting_{.campaign = command.campaign, .step = command.step} {}

  absl::StatusOr<StepResult> Record() {
    Date today = DateInShanghai(ctx_.now);
    JZ_RETURN_IF_ERROR(CheckNotInFuture(command_.held_on, today));
    if (command_.effective_date && *command_.effective_date > today) {
      return FailedPrecondition("EFFECTIVE_DATE_IN_FUTURE", {},
                                "a change cannot hold from a day to come");
    }
    JZ_RETURN_IF_ERROR(ReserveIds());
    JZ_ASSIGN_OR_RETURN(int64_t batch, Begin());
    bool finished = false;
    while (!finished) {
      JZ_ASSIGN_OR_RETURN(finished, deps_.db.Transact(ctx_.deadline, [&](sql::Transaction& tx) {
        return Continue(tx, batch);
      }));
    }
    if (command_.step == CaseStep::kConclusion) deps_.outbox.Notify();
    return ReadResult(batch);
  }

 private:
  absl::Status ReserveIds() {
    JZ_ASSIGN_OR_RETURN(batch_id_, deps_.ids.Next(command_.region, ctx_.deadline));
    if (command_.step != CaseStep::kPublicity) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(auto villages, deps_.db.Fetch(ctx_.deadline, [&](sql::Transaction& tx) {
      return VillagesAwaiting(tx, scope_, awaiting_);
    }));
    for (RegionCode village : villages) {
      JZ_ASSIGN_OR_RETURN(int64_t id, deps_.ids.Next(village, ctx_.deadline));
      notice_ids_[village] = NoticeId(id);
    }
    return absl::OkStatus();
  }

  // The first transaction: the record of the step and its first cases. A call that can do nothing
  // leaves nothing.
  absl::StatusOr<int64_t> Begin() {
    sql::RequestKey key{
        .subject = ctx_.subject(), .method = ctx_.method, .request_id = command_.request_id};
    JZ_ASSIGN_OR_RETURN(std::string kept,
                        deps_.db.Transact(ctx_.deadline, [&](sql::Transaction& tx) {
                          return sql::RunOnce(tx, key, command_.canonical_request, ctx_.now,
                                              [&] { return BeginInside(tx); });
                        }));
    int64_t batch = 0;
    if (!absl::SimpleAtoi(kept, &batch)) {
      return Internal("STEP_ANSWER_MALFORMED", "a kept answer does not parse");
    }
    return batch;
  }

  absl::StatusOr<std::string> BeginInside(sql::Transaction& tx) {
    JZ_RETURN_IF_ERROR(LoadProcedureOfCases(tx));
    JZ_RETURN_IF_ERROR(CheckPanelSize(tx));
    if (command_.only.empty()) JZ_RETURN_IF_ERROR(CheckAll(tx));
    StepBatch batch{.id = batch_id_,
                    .campaign = command_.campaign,
                    .step = command_.step,
                    .region = command_.region,
                    .held_on = command_.held_on,
                    .attendance = command_.attendance,
                    .reference = command_.reference,
                    .recorded_by = ctx_.subject(),
                    .recorded_at = ctx_.now,
                    .cursor_region = RegionCode(),
                    .cursor_id = CaseId()};
    JZ_RETURN_IF_ERROR(InsertStepBatch(tx, batch));
    JZ_ASSIGN_OR_RETURN(std::vector<CaseRefusal> misnamed, RefuseMisnamed(tx));
    JZ_RETURN_IF_ERROR(InsertRefusals(tx, batch.id, misnamed));
    JZ_ASSIGN_OR_RETURN(std::vector<CaseRefusal> refused, RecordChunk(tx, batch));
    if (batch.finished && batch.passed_count + batch.rejected_count == 0) {
      misnamed.insert(misnamed.end(), refused.begin(), refused.end());
      if (!misnamed.empty()) return RefusedAltogether(misnamed.front(), misnamed.size());
      return FailedPrecondition("NO_CASE_AT_STEP", {{"region", command_.region.ToString()}},
                                "no case in the region waits for this step");
    }
    return absl::StrCat(batch.id);
  }

  // True when the step is finished.
  absl::StatusOr<bool> Continue(sql::Transaction& tx, int64_t id) {
    JZ_ASSIGN_OR_RETURN(StepBatch batch, LockStepBatch(tx, id));
    if (batch.finished) return true;
    JZ_RETURN_IF_ERROR(LoadProcedureOfCases(tx));
    JZ_RETURN_IF_ERROR(RecordChunk(tx, batch).status());
    return batch.finished;
  }

  absl::Status LoadProcedureOfCases(sql::Transaction& tx) {
    std::string code = kDefaultProcedure;
    if (!command_.campaign.empty()) {
      JZ_ASSIGN_OR_RETURN(Campaign campaign,
                          RequireOpenCampaign(tx, ctx_.scope(), command_.campaign));
      code = campaign.procedure;
    }
    JZ_ASSIGN_OR_RETURN(procedure_, LoadProcedure(tx, code));
    return absl::OkStatus();
  }

  absl::Status CheckPanelSize(sql::Transaction& tx) {
    if (!IsMeeting(command_.step)) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(Parameter minimum, policies_.Require(tx, kGroupPanelMinimum,
                                                             command_.region, command_.held_on));
    return CheckPanel(command_.attendance, static_cast<int>(minimum.value));
  }

  // What would refuse a later chunk, looked for before anything is recorded.
  absl::Status CheckAll(sql::Transaction& tx) {
    JZ_ASSIGN_OR_RETURN(auto later, FindLaterThan(tx, scope_, awaiting_, command_.held_on));
    if (later) return CheckNotBeforePrevious(*later, command_.held_on);
    JZ_ASSIGN_OR_RETURN(auto own, FindOwn(tx, scope_, awaiting_, ctx_.subject()));
    if (own) return CheckSeparation(*own, command_.step, ctx_.subject());
    if (command_.step != CaseStep::kConclusion) return absl::OkStatus();
    return CheckPublicityMayEnd(tx, PublicityEnd{.scope = scope_,
                                                 .campaign = command_.campaign,
                                                 .concluded_on = command_.held_on,
                                                 .effective_date = command_.effective_date});
  }

  // Named cases that this step cannot concern.
  absl::StatusOr<std::vector<CaseRefusal>> RefuseMisnamed(sql::Transaction& tx) {
    std::set<CaseId> named(command_.only.begin(), command_.only.end());
    for (const auto& [id, exception] : command_.exceptions) named.insert(id);
    std::vector<CaseId> ids(named.begin(), named.end());
    JZ_ASSIGN_OR_RETURN(std::vector<Case> cases, LockCases(tx, scope_, ids));
    absl::flat_hash_map<CaseId, const Case*> by_id;
    for (const Case& item : cases) by_id[item.id] = &item;
    std::vector<CaseRefusal> refused;
    for (CaseId id : ids) {
      auto found = by_id.find(id);
      if (found == by_id.end() || found->second->campaign != command_.campaign) {
        refused.push_back({.case_id = id, .reason = "CASE_NOT_FOUND"});
      } else if (found->second->awaiting != command_.step) {
        refused.push_back({.case_id = id, .reason = "WRONG_STEP"});
      }
    }
    return refused;
  }

  // Records the next cases; moves the batch's cursor and counts. The cases that it refused.
  absl::StatusOr<std::vector<CaseRefusal>> RecordChunk(sql::Transaction& tx, StepBatch& batch) {
    JZ_ASSIGN_OR_RETURN(std::vector<Case> cases, LockChunk(tx, batch));
    JZ_ASSIGN_OR_RETURN(Sorted sorted, Sort(tx, cases, batch.id));
    JZ_RETURN_IF_ERROR(Apply(tx, batch.id, sorted));
    JZ_RETURN_IF_ERROR(InsertCaseSteps(tx, sorted.rows));
    JZ_RETURN_IF_ERROR(InsertRefusals(tx, batch.id, sorted.refused));
    batch.passed_count += static_cast<int64_t>(sorted.passed.size());
    for (const auto& [reason, ids] : sorted.rejected) {
      batch.rejected_count += static_cast<int64_t>(ids.size());
    }
    JZ_RETURN_IF_ERROR(UpdateStepBatch(tx, batch));
    if (command_.step == CaseStep::kConclusion) {
      JZ_RETURN_IF_ERROR(MakeEffective(tx, ctx_, sorted.passed, command_.effective_date));
    }
    return sorted.refused;
  }

  absl::StatusOr<std::vector<Case>> LockChunk(sql::Transaction& tx, StepBatch& batch) {
    int limit = command_.step == CaseStep::kConclusion ? kConclusionChunk : kStepChunk;
    std::vector<Case> cases;
    if (command_.only.empty()) {
      JZ_ASSIGN_OR_RETURN(
          cases, LockAwaiting(tx, scope_, awaiting_, batch.cursor_region, batch.cursor_id, limit));
      batch.finished = cases.size() < static_cast<size_t>(limit);
    } else {
      JZ_ASSIGN_OR_RETURN(cases, LockCases(tx, scope_, command_.only));
      batch.finished = true;
    }
    if (!cases.empty()) {
      batch.cursor_region = cases.back().region;
      batch.cursor_id = cases.back().id;
    }
    std::erase_if(cases, [&](const Case& item) {
      if (item.campaign != command_.campaign || item.awaiting != command_.step) return true;
      // A village whose first case arrived after the ids were reserved waits for the next call.
      return command_.step == CaseStep::kPublicity && !notice_ids_.contains(item.region);
    });
    return cases;
  }

  absl::StatusOr<Sorted> Sort(sql::Transaction& tx, const std::vector<Case>& cases, int64_t batch) {
    for (const Case& item : cases) {
      JZ_RETURN_IF_ERROR(CheckNotBeforePrevious(item, command_.held_on));
      JZ_RETURN_IF_ERROR(CheckSeparation(item, command_.step, ctx_.subject()));
    }
    std::vector<HouseholdId> household_ids;
    for (const Case& item : cases) household_ids.push_back(item.household);
    JZ_ASSIGN_OR_RETURN(auto households, command_.step == CaseStep::kConclusion
                                             ? LockHouseholds(tx, ctx_.scope(), household_ids)
                                             : LoadHouseholds(tx, ctx_.scope(), household_ids));
    absl::flat_hash_map<HouseholdId, const Household*> by_id;
    for (const Household& household : households) by_id[household.id] = &household;
    Sorted sorted;
    for (const Case& item : cases) {
      auto household = by_id.find(item.household);
      std::string refusal =
          household == by_id.end() ? "STALE_CASE" : WhyRefused(item, *household->second);
      if (refusal.empty()) {
        Place(item, batch, sorted);
      } else {
        sorted.refused.push_back({.case_id = item.id, .reason = refusal});
      }
    }
    return sorted;
  }

  std::string WhyRefused(const Case& item, const Household& household) const {
    if (household.version != item.household_version) return "STALE_CASE";
    if (command_.step != CaseStep::kConclusion) return "";
    return WhyNotEffective(item, household, command_.effective_date);
  }

  void Place(const Case& item, int64_t batch, Sorted& sorted) const {
    CaseStepRow row{.case_id = item.id,
                    .step = command_.step,
                    .batch = batch,
                    .passed = true,
                    .reason = "",
                    .votes = std::nullopt};
    if (IsMeeting(command_.step)) row.votes = command_.votes;
    auto exception = command_.exceptions.find(item.id);
    if (exception != command_.exceptions.end()) {
      if (exception->second.votes) row.votes = exception->second.votes;
      row.reason = exception->second.rejection_reason;
    }
    if (row.reason.empty() && row.votes && !VotesPass(*row.votes, command_.attendance)) {
      row.reason = "VOTED_DOWN";
    }
    row.passed = row.reason.empty();
    if (row.passed) {
      sorted.passed.push_back(item);
    } else {
      sorted.rejected[row.reason].push_back(item.id);
    }
    sorted.rows.push_back(std::move(row));
  }

  absl::Status Apply(sql::Transaction& tx, int64_t batch, const Sorted& sorted) {
    for (const auto& [reason, ids] : sorted.rejected) {
      JZ_RETURN_IF_ERROR(CloseCases(
          tx, ids, {.state = CaseState::kRejected, .reason = reason, .date = command_.held_on}));
    }
    if (sorted.passed.empty()) return absl::OkStatus();
    switch (command_.step) {
      case CaseStep::kPublicity:
        return Post(tx, batch, sorted.passed);
      case CaseStep::kConclusion:
        JZ_RETURN_IF_ERROR(
            CheckPublicityMayEnd(tx, PublicityEnd{.scope = scope_,
                                                  .campaign = command_.campaign,
                                                  .concluded_on = command_.held_on,
                                                  .effective_date = command_.effective_date}));
        return CloseAsEffective(tx, sorted.passed);
      case CaseStep::kCountyDecision:
        return Move(tx, IdsOf(sorted.passed), command_.held_on);
      default:
        return Move(tx, IdsOf(sorted.passed), ctx_.subject());
    }
  }

  absl::Status Move(sql::Transaction& tx, const std::vector<CaseId>& ids, sql::Value mark) {
    return AdvanceCases(tx, ids,
                        {.from = command_.step,
                         .to = StepAfter(procedure_, command_.step),
                         .date = command_.held_on,
                         .mark = std::move(mark)});
  }

  // One notice per village, made when its first cases come.
  absl::Status Post(sql::Transaction& tx, int64_t batch, const std::vector<Case>& cases) {
    std::map<RegionCode, std::vector<CaseId>> by_village;
    for (const Case& item : cases) by_village[item.region].push_back(item.id);
    JZ_ASSIGN_OR_RETURN(auto posted, LoadNoticesOfBatch(tx, batch));
    std::map<RegionCode, NoticeId> notices;
    for (const Notice& notice : posted) notices[notice.region] = notice.id;
    std::vector<Notice> added;
    for (const auto& [village, ids] : by_village) {
      if (!notices.contains(village)) {
        JZ_ASSIGN_OR_RETURN(Notice notice, NoticeFor(tx, village, batch));
        notices[village] = notice.id;
        added.push_back(std::move(notice));
      }
    }
    JZ_RETURN_IF_ERROR(InsertNotices(tx, added));
    for (const auto& [village, ids] : by_village) {
      JZ_RETURN_IF_ERROR(Move(tx, ids, notices.at(village)));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Notice> NoticeFor(sql::Transaction& tx, RegionCode village, int64_t batch) {
    JZ_ASSIGN_OR_RETURN(Parameter days,
                        policies_.Require(tx, kPublicityDays, village, command_.held_on));
    if (days.value < 1 || days.value > kMostPublicityDays) {
      return FailedPrecondition("PARAMETER_OUT_OF_RANGE",
                                {{"kind", kPublicityDays}, {"region", days.region.ToString()}},
                                "a publicity lasts 1 to 365 days");
    }
    return Notice{.id = notice_ids_.at(village),
                  .campaign = command_.campaign,
                  .region = village,
                  .batch = batch,
                  .posted_on = command_.held_on,
                  .days = static_cast<int>(days.value),
                  .ends_on = LastDayOfPublicity(command_.held_on, static_cast<int>(days.value)),
                  .posted_by = ctx_.subject(),
                  .posted_at = ctx_.now};
  }

  absl::Status CloseAsEffective(sql::Transaction& tx, const std::vector<Case>& cases) {
    std::map<Date, std::vector<CaseId>> by_date;
    for (const Case& item : cases) {
      by_date[EffectiveDateOf(item, command_.effective_date)].push_back(item.id);
    }
    for (const auto& [date, ids] : by_date) JZ_RETURN_IF_ERROR(Move(tx, ids, date));
    return absl::OkStatus();
  }

  absl::StatusOr<StepResult> ReadResult(int64_t id) {
    return deps_.db.Fetch(ctx_.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<StepResult> {
      JZ_ASSIGN_OR_RETURN(StepBatch batch, LoadStepBatch(tx, id));
      StepResult result{.passed_count = batch.passed_count,
                        .rejected_count = batch.rejected_count,
                        .refused = {},
                        .notices = {}};
      JZ_ASSIGN_OR_RETURN(result.refused, LoadRefusals(tx, id, kShownRefusals));
      JZ_ASSIGN_OR_RETURN(auto notices, LoadNoticesOfBatch(tx, id));
      for (const Notice& notice : notices) result.notices.push_back(notice.id);
      return result;
    });
  }

  const Deps& deps_;
  const rpc::CallContext& ctx_;
  const StepCommand& command_;
  const auth::RegionScope scope_;
  const Awaiting awaiting_;
  Procedure procedure_;
  PolicyCache policies_;
  int64_t batch_id_ = 0;
  std::map<RegionCode, NoticeId> notice_ids_;
};

}  // namespace

absl::StatusOr<StepResult> RecordStep(const Deps& deps, const rpc::CallContext& ctx,
                                      const StepCommand& command) {
  return StepRecorder(deps, ctx, command).Record();
}

}  // namespace jz::identification
