// Visits, coverage and the state of the projection.
#include "absl/strings/str_cat.h"
#include "common/feed/households.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "jingzhun/assistance/v1/changes.pb.h"
#include "services/assistance/convert.h"
#include "services/assistance/household_ids.h"
#include "services/assistance/service.h"
#include "services/assistance/store/visit_store.h"

namespace jz::assistance {
namespace {

// One upload while it is judged: visits that may be kept, each with its place in the request.
struct Upload {
  std::vector<Visit> visits;
  std::vector<int> indexes;
  v1::UploadVisitsResponse response;

  v1::VisitResult& Result(int index) { return *response.mutable_results(index); }
  void Refuse(int index, absl::string_view reason) {
    Result(index).set_outcome(v1::VISIT_OUTCOME_REFUSED);
    Result(index).set_reason(std::string(reason));
  }
};

Upload Judge(const v1::UploadVisitsRequest& request, Date today) {
  Upload upload;
  for (int i = 0; i < request.visits_size(); ++i) {
    upload.response.add_results()->set_index(i);
    auto visit = ToVisit(request.visits(i), today);
    if (!visit.ok()) {
      upload.Refuse(i, ReasonOf(visit.status()));
      continue;
    }
    upload.visits.push_back(*std::move(visit));
    upload.indexes.push_back(i);
  }
  return upload;
}

// For all that may be kept: which of them are repeated is known inside the transaction only.
absl::Status GiveIds(const Deps& deps, const rpc::CallContext& ctx, std::vector<Visit>& visits) {
  if (visits.empty()) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids,
                      IdsNear(deps, ctx, visits.front().household, visits.size()));
  for (size_t i = 0; i < visits.size(); ++i) visits[i].id = VisitId(ids[i]);
  return absl::OkStatus();
}

// Drops, with their reasons, the visits that `reason` gives one for.
template <class Judgement>
void Sift(Upload& upload, Judgement reason) {
  size_t kept = 0;
  for (size_t i = 0; i < upload.visits.size(); ++i) {
    absl::string_view why = reason(upload.visits[i], upload.indexes[i]);
    if (!why.empty()) {
      if (why != "REPEATED") upload.Refuse(upload.indexes[i], why);
      continue;
    }
    if (kept != i) upload.visits[kept] = std::move(upload.visits[i]);
    upload.indexes[kept++] = upload.indexes[i];
  }
  upload.visits.resize(kept);
  upload.indexes.resize(kept);
}

// A household that the caller may see is enough: a visit to a family that has just left the
// register is still a visit.
absl::Status SiftUnknown(sql::Transaction& tx, const rpc::CallContext& ctx, Upload& upload) {
  std::vector<int64_t> households;
  std::vector<int64_t> cadre_ids;
  for (const Visit& visit : upload.visits) {
    households.push_back(visit.household);
    cadre_ids.push_back(visit.cadre.value());
  }
  JZ_ASSIGN_OR_RETURN(auto known,
                      feed::HouseholdsOnDay(tx, ctx.scope(), households, DateInShanghai(ctx.now)));
  JZ_ASSIGN_OR_RETURN(std::vector<Cadre> cadres, CadresById(tx, ctx.scope(), cadre_ids));
  absl::flat_hash_map<int64_t, bool> cadre_known;
  for (const Cadre& cadre : cadres) cadre_known[cadre.id.value()] = true;
  Sift(upload, [&](Visit& visit, int) -> absl::string_view {
    auto household = known.find(visit.household);
    if (household == known.end()) return "HOUSEHOLD_NOT_FOUND";
    if (!cadre_known.contains(visit.cadre.value())) return "CADRE_NOT_FOUND";
    visit.region = household->second.region;
    return "";
  });
  return absl::OkStatus();
}

// Those kept before, or twice in this upload, are answered with the visit that is kept.
absl::Status SiftRepeated(sql::Transaction& tx, Upload& upload) {
  JZ_ASSIGN_OR_RETURN(std::vector<Visit> kept, VisitsByClientId(tx, upload.visits));
  absl::flat_hash_map<std::pair<int64_t, std::string>, Visit> by_client;
  for (Visit& visit : kept) by_client[{visit.cadre.value(), visit.client_id}] = visit;
  Sift(upload, [&](Visit& visit, int index) -> absl::string_view {
    auto [entry, is_new] = by_client.try_emplace({visit.cadre.value(), visit.client_id}, visit);
    if (is_new) {
      upload.Result(index).set_outcome(v1::VISIT_OUTCOME_CREATED);
      upload.Result(index).set_visit(visit.id.Name());
      return "";
    }
    if (!SameVisit(entry->second, visit)) return "VISIT_DIFFERS";
    upload.Result(index).set_outcome(v1::VISIT_OUTCOME_REPEATED);
    upload.Result(index).set_visit(entry->second.id.Name());
    return "REPEATED";
  });
  return absl::OkStatus();
}

absl::Status Publish(sql::Transaction& tx, const rpc::CallContext& ctx,
                     const std::vector<Visit>& visits) {
  std::vector<common::v1::Change> changes;
  for (const Visit& visit : visits) {
    v1::VisitRecorded payload;
    payload.set_visit(visit.id.Name());
    payload.set_household(HouseholdId(visit.household).Name());
    payload.set_cadre(visit.cadre.Name());
    payload.set_visit_date(FormatDate(visit.date));
    changes.push_back(feed::MakeChange(visit.id.Name(), visit.region, 1, ctx.now, payload));
  }
  return feed::Publish(tx, std::move(changes));
}

}  // namespace

absl::StatusOr<v1::UploadVisitsResponse> UploadVisits(const Deps& deps, const rpc::CallContext& ctx,
                                                      const v1::UploadVisitsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  CheckBatch("visits", request.visits_size(), violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  Upload judged = Judge(request, DateInShanghai(ctx.now));
  JZ_RETURN_IF_ERROR(GiveIds(deps, ctx, judged.visits));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::UploadVisitsResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::UploadVisitsResponse> {
          Upload upload = judged;
          JZ_RETURN_IF_ERROR(SiftUnknown(tx, ctx, upload));
          JZ_RETURN_IF_ERROR(SiftRepeated(tx, upload));
          if (!upload.visits.empty()) {
            absl::Status inserted = InsertVisits(tx, upload.visits, {ctx.subject(), ctx.now});
            // The same visit arrived by another upload in this moment: the caller's retry finds it
            // kept.
            if (absl::IsAlreadyExists(inserted))
              return Aborted("VISIT_RACE", {}, "uploaded twice at once; try again");
            JZ_RETURN_IF_ERROR(inserted);
            JZ_RETURN_IF_ERROR(Publish(tx, ctx, upload.visits));
          }
          return upload.response;
        });
  });
  deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::ListVisitsResponse> ListVisits(const Deps& deps, const rpc::CallContext& ctx,
                                                  const v1::ListVisitsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(int64_t household, OptionalId<HouseholdId>(request.household()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const Page page{.after = pages.Number(0), .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Visit> visits,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListVisits(tx, scope, household, page);
                      }));
  v1::ListVisitsResponse response;
  response.set_next_page_token(pages.Next(visits, rpc::ById));
  for (const Visit& visit : visits) *response.add_visits() = ToMessage(visit);
  return response;
}

absl::StatusOr<v1::Coverage> ComputeCoverage(const Deps& deps, const rpc::CallContext& ctx,
                                             const v1::ComputeCoverageRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(Date as_of, ParseDate(request.as_of()));
  Date from(as_of.year(), 1, 1);
  if (!request.visits_from().empty()) {
    JZ_ASSIGN_OR_RETURN(from, ParseDate(request.visits_from()));
  }
  JZ_ASSIGN_OR_RETURN(CoverageCounts counts, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return CountCoverage(tx, scope, as_of, from);
  }));
  v1::Coverage coverage;
  coverage.set_household_count(counts.households);
  coverage.set_paired_count(counts.paired);
  coverage.set_planned_count(counts.planned);
  coverage.set_visited_count(counts.visited);
  for (int64_t id : counts.unpaired) coverage.add_unpaired_households(HouseholdId(id).Name());
  coverage.set_full(counts.paired == counts.households);
  return coverage;
}

absl::StatusOr<v1::ProjectionStatus> GetProjectionStatus(
    const Deps& deps, const rpc::CallContext& ctx, const v1::GetProjectionStatusRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  return deps.db.Fetch(
      ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<v1::ProjectionStatus> {
        JZ_ASSIGN_OR_RETURN(feed::ProjectionCounts counts, feed::CountHouseholds(tx, scope));
        v1::ProjectionStatus status;
        status.set_household_count(counts.households);
        status.set_registered_count(counts.registered);
        JZ_ASSIGN_OR_RETURN(auto cursors, feed::Cursors(tx));
        status.set_cursor(cursors["identification"]);
        return status;
      });
}

}  // namespace jz::assistance
