// Exemptions from quality rules.
#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_quality.h"
#include "services/identification/service_quality.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

bool IsVillage(const QualityExemption& exemption) { return exemption.region != RegionCode(); }

// Gives each exemption of a household its region; households and persons must be there, inside the
// caller's scope, and belong together.
absl::Status Locate(sql::Transaction& tx, const auth::RegionScope& scope,
                    std::vector<QualityExemption>& exemptions) {
  std::vector<HouseholdId> household_ids;
  std::vector<PersonId> person_ids;
  for (const QualityExemption& exemption : exemptions) {
    if (!IsVillage(exemption)) household_ids.emplace_back(exemption.key.subject);
    if (exemption.key.person != 0) person_ids.emplace_back(exemption.key.person);
  }
  JZ_ASSIGN_OR_RETURN(auto households, LoadHouseholds(tx, scope, household_ids));
  JZ_ASSIGN_OR_RETURN(auto persons, LoadPersons(tx, scope, person_ids));
  absl::flat_hash_map<int64_t, RegionCode> regions;
  for (const Household& household : households) regions[household.id.value()] = household.region;
  absl::flat_hash_map<int64_t, int64_t> homes;
  for (const Person& person : persons) homes[person.id.value()] = person.household.value();
  for (QualityExemption& exemption : exemptions) {
    if (IsVillage(exemption)) continue;
    auto region = regions.find(exemption.key.subject);
    if (region == regions.end()) {
      return NotFound("HOUSEHOLD_NOT_FOUND",
                      {{"household", HouseholdId(exemption.key.subject).Name()}},
                      "there is no such household");
    }
    exemption.region = region->second;
    if (exemption.key.person == 0) continue;
    auto home = homes.find(exemption.key.person);
    if (home == homes.end() || home->second != exemption.key.subject) {
      return NotFound("PERSON_NOT_FOUND", {{"person", PersonId(exemption.key.person).Name()}},
                      "the household has no such member");
    }
  }
  return absl::OkStatus();
}

// The findings that are there become exempt at once.
absl::Status ExemptFindings(sql::Transaction& tx, const rpc::CallContext& ctx,
                            const std::vector<QualityExemption>& exemptions) {
  std::set<int64_t> subjects;
  std::map<QualityKey, std::string> reasons;
  for (const QualityExemption& exemption : exemptions) {
    subjects.insert(exemption.key.subject);
    reasons[exemption.key] = exemption.reason;
  }
  JZ_ASSIGN_OR_RETURN(
      std::vector<QualityFinding> findings,
      LockFindingsOfSubjects(tx, std::vector<int64_t>(subjects.begin(), subjects.end()), {}));
  std::vector<QualityFinding> changed;
  std::vector<QualityEvent> events;
  for (QualityFinding& finding : findings) {
    QualityKey key = finding.hit.key;
    auto reason = reasons.find(key);
    key.person = 0;
    if (reason == reasons.end()) reason = reasons.find(key);
    if (reason == reasons.end() || !Exempt(finding).changed) continue;
    events.push_back({.finding = finding.id,
                      .version = finding.version,
                      .kind = QualityEventKind::kExempted,
                      .outcome = finding.outcome,
                      .reason = reason->second,
                      .recorded_by = ctx.subject(),
                      .recorded_at = ctx.now});
    changed.push_back(std::move(finding));
  }
  JZ_RETURN_IF_ERROR(UpdateQualityFindings(tx, changed));
  return InsertQualityEvents(tx, events);
}

absl::StatusOr<v1::PutExemptionsResponse> Put(const Deps& deps, const rpc::CallContext& ctx,
                                              const v1::PutExemptionsRequest& request) {
  using Response = v1::PutExemptionsResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<QualityExemption> exemptions,
                      ExemptionsFrom(request, DateInShanghai(ctx.now)));
  for (const QualityExemption& exemption : exemptions) {
    if (IsVillage(exemption)) JZ_RETURN_IF_ERROR(ctx.scope().Require(exemption.region));
  }
  JZ_ASSIGN_OR_RETURN(
      std::vector<int64_t> ids,
      deps.ids.Next(RegionCode(), static_cast<int>(exemptions.size()), ctx.deadline));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      std::vector<QualityExemption> located = exemptions;
      JZ_RETURN_IF_ERROR(Locate(tx, ctx.scope(), located));
      Response response;
      for (size_t i = 0; i < located.size(); ++i) {
        located[i].id = QualityExemptionId(ids[i]);
        located[i].created_by = ctx.subject();
        located[i].created_at = ctx.now;
        *response.add_exemptions() = ToMessage(located[i]);
      }
      JZ_RETURN_IF_ERROR(InsertExemptions(tx, located));
      JZ_RETURN_IF_ERROR(ExemptFindings(tx, ctx, located));
      return response;
    });
  });
}

absl::StatusOr<v1::ListExemptionsResponse> List(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::ListExemptionsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  ExemptionPage page;
  page.code = request.code();
  pages.Begin(page);
  JZ_ASSIGN_OR_RETURN(auto exemptions, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListExemptions(tx, scope, page);
  }));
  v1::ListExemptionsResponse response;
  response.set_next_page_token(pages.Next(exemptions, rpc::ByRegionAndId));
  for (const QualityExemption& exemption : exemptions) {
    *response.add_exemptions() = ToMessage(exemption);
  }
  return response;
}

}  // namespace

void AddQualityExemptions(rpc::Router& router, const Deps& deps) {
  router.Unary<v1::PutExemptionsRequest, v1::PutExemptionsResponse>(
      "PutExemptions",
      [&](const auto& ctx, const auto& request) { return Put(deps, ctx, request); });
  router.Unary<v1::ListExemptionsRequest, v1::ListExemptionsResponse>(
      "ListExemptions",
      [&](const auto& ctx, const auto& request) { return List(deps, ctx, request); });
}

}  // namespace jz::identification
