// Help plans and their measures.
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/feed/households.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "jingzhun/assistance/v1/changes.pb.h"
#include "services/assistance/convert.h"
#include "services/assistance/household_ids.h"
#include "services/assistance/service.h"
#include "services/assistance/store/plan_store.h"

namespace jz::assistance {
namespace {

absl::Status Publish(sql::Transaction& tx, const rpc::CallContext& ctx,
                     const std::vector<Plan>& plans) {
  std::vector<common::v1::Change> changes;
  for (const Plan& plan : plans) {
    v1::PlanChanged payload;
    payload.set_plan(plan.id.Name());
    payload.set_household(HouseholdId(plan.household).Name());
    payload.set_year(plan.year);
    payload.set_measure_count(static_cast<int>(plan.measures.size()));
    int done = 0;
    for (const Measure& measure : plan.measures) done += measure.done.has_value();
    payload.set_done_count(done);
    changes.push_back(
        feed::MakeChange(plan.id.Name(), plan.region, plan.version, ctx.now, payload));
  }
  return feed::Publish(tx, std::move(changes));
}

absl::Status PlaceHouseholds(sql::Transaction& tx, const rpc::CallContext& ctx,
                             std::vector<Plan>& plans) {
  std::vector<int64_t> ids;
  ids.reserve(plans.size());
  for (const Plan& plan : plans) ids.push_back(plan.household);
  JZ_ASSIGN_OR_RETURN(auto households,
                      feed::HouseholdsOnDay(tx, ctx.scope(), ids, DateInShanghai(ctx.now)));
  for (size_t i = 0; i < plans.size(); ++i) {
    auto found = households.find(plans[i].household);
    if (found == households.end() || !found->second.on_register()) {
      return FailedPrecondition("HOUSEHOLD_NOT_REGISTERED", {{"index", absl::StrCat(i)}},
                                absl::StrCat("plans[", i, "]: not on the register in your region"));
    }
    plans[i].region = found->second.region;
  }
  return absl::OkStatus();
}

absl::Status GiveIds(const Deps& deps, const rpc::CallContext& ctx, std::vector<Plan>& plans) {
  size_t count = plans.size();
  for (const Plan& plan : plans) count += plan.measures.size();
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, IdsNear(deps, ctx, plans.front().household, count));
  size_t next = 0;
  for (Plan& plan : plans) {
    plan.id = PlanId(ids[next++]);
    for (Measure& measure : plan.measures) {
      measure.id = MeasureId(ids[next++]);
      measure.plan = plan.id;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::BatchCreatePlansResponse> BatchCreatePlans(
    const Deps& deps, const rpc::CallContext& ctx, const v1::BatchCreatePlansRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<Plan> asked, FromRequest(request));
  JZ_RETURN_IF_ERROR(GiveIds(deps, ctx, asked));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::BatchCreatePlansResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::BatchCreatePlansResponse> {
          std::vector<Plan> plans = asked;
          JZ_RETURN_IF_ERROR(PlaceHouseholds(tx, ctx, plans));
          JZ_RETURN_IF_ERROR(InsertPlans(tx, plans, {ctx.subject(), ctx.now}));
          JZ_RETURN_IF_ERROR(Publish(tx, ctx, plans));
          v1::BatchCreatePlansResponse answer;
          for (const Plan& plan : plans) *answer.add_plans() = ToMessage(plan);
          return answer;
        });
  });
  deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::BatchCompleteMeasuresResponse> BatchCompleteMeasures(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::BatchCompleteMeasuresRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  CheckBatch("names", request.names_size(), violations);
  absl::flat_hash_set<int64_t> asked;
  for (int i = 0; i < request.names_size(); ++i) {
    auto id = MeasureId::Parse(request.names(i));
    if (!id.ok())
      violations.Add(absl::StrCat("names[", i, "]"), ReasonOf(id.status()), id.status().message());
    if (id.ok()) asked.insert(id->value());
  }
  auto done = ParseDate(request.done_date());
  if (!done.ok()) violations.Add("done_date", ReasonOf(done.status()), done.status().message());
  if (done.ok() && *done > DateInShanghai(ctx.now))
    violations.Add("done_date", "DATE_FUTURE", "not in the future");
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<int64_t> measures(asked.begin(), asked.end());
  std::sort(measures.begin(), measures.end());

  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::BatchCompleteMeasuresResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::BatchCompleteMeasuresResponse> {
          JZ_ASSIGN_OR_RETURN(std::vector<Plan> plans,
                              LockPlansOfMeasures(tx, ctx.scope(), measures));
          v1::BatchCompleteMeasuresResponse answer;
          std::vector<int64_t> plan_ids;
          for (Plan& plan : plans) {
            plan_ids.push_back(plan.id.value());
            ++plan.version;
            for (Measure& measure : plan.measures) {
              if (!asked.contains(measure.id.value())) continue;
              measure.done = *done;
              *answer.add_measures() = ToMessage(measure);
            }
          }
          if (answer.measures_size() != static_cast<int>(asked.size())) {
            return NotFound("MEASURE_NOT_FOUND", {}, "a measure does not exist in your region");
          }
          JZ_RETURN_IF_ERROR(CompleteMeasures(tx, measures, plan_ids, *done, ctx.subject()));
          JZ_RETURN_IF_ERROR(Publish(tx, ctx, plans));
          return answer;
        });
  });
  deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::Plan> GetPlan(const Deps& deps, const rpc::CallContext& ctx,
                                 const v1::GetPlanRequest& request) {
  JZ_ASSIGN_OR_RETURN(PlanId id, PlanId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(std::vector<Plan> plans,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return PlansById(tx, ctx.scope(), {id.value()});
                      }));
  if (plans.empty())
    return NotFound("PLAN_NOT_FOUND", {{"plan", request.name()}}, "no such plan in your region");
  return ToMessage(plans.front());
}

absl::StatusOr<v1::ListPlansResponse> ListPlans(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::ListPlansRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const Page page{.after = pages.Number(0), .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Plan> plans,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListPlans(tx, scope, request.year(), page);
                      }));
  v1::ListPlansResponse response;
  response.set_next_page_token(pages.Next(plans, rpc::ById));
  for (const Plan& plan : plans) *response.add_plans() = ToMessage(plan);
  return response;
}

}  // namespace jz::assistance
