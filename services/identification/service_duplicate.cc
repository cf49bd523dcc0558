// Duplicates across counties: the search, the list, the decisions.
#include "services/identification/service_duplicate.h"

#include <algorithm>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/duplicate.pb.h"
#include "services/identification/domain/csv.h"
#include "services/identification/duplicate_job.h"
#include "services/identification/request_checks.h"
#include "services/identification/store/duplicate_store.h"

namespace jz::identification {
namespace {

namespace v1 = ::jingzhun::identification::v1;
using google::protobuf::util::TimeUtil;

constexpr int kMaxItems = 1000;
constexpr int kMaxReason = 500;

struct Decision {
  DuplicateId duplicate;
  DuplicateDecision decision = DuplicateDecision::kUnspecified;
  HouseholdId kept;
  std::string reason;
  std::string etag;
};

absl::StatusOr<std::vector<Decision>> DecisionsFrom(const v1::DecideDuplicatesRequest& request) {
  Violations violations;
  CheckBatch("items", request.items_size(), kMaxItems, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<Decision> decisions;
  std::set<DuplicateId> seen;
  for (int i = 0; i < request.items_size(); ++i) {
    const v1::DecideDuplicatesRequest::Item& from = request.items(i);
    const std::string field = absl::StrCat("items[", i, "]");
    Decision& to = decisions.emplace_back();
    to.decision = static_cast<DuplicateDecision>(from.decision());
    to.reason = from.reason();
    to.etag = from.etag();
    absl::StatusOr<DuplicateId> id = DuplicateId::Parse(from.duplicate());
    if (id.ok()) {
      to.duplicate = *id;
      if (!seen.insert(*id).second) {
        violations.Add(field + ".duplicate", "DUPLICATE", "name each once");
      }
    } else {
      violations.Add(field + ".duplicate", "RESOURCE_NAME_FORMAT", "not a name of a duplicate");
    }
    if (from.decision() < v1::DUPLICATE_DECISION_SAME ||
        from.decision() > v1::DUPLICATE_DECISION_KEEP) {
      violations.Add(field + ".decision", "ENUM_REQUIRED", "SAME, DIFFERENT or KEEP");
    }
    if (to.decision == DuplicateDecision::kKeep) {
      absl::StatusOr<HouseholdId> kept = HouseholdId::Parse(from.kept_household());
      if (kept.ok()) {
        to.kept = *kept;
      } else {
        violations.Add(field + ".kept_household", "RESOURCE_NAME_FORMAT", "required with KEEP");
      }
    } else if (!from.kept_household().empty()) {
      violations.Add(field + ".kept_household", "NOT_EXPECTED", "with KEEP only");
    }
    if (from.reason().empty()) violations.Add(field + ".reason", "REASON_REQUIRED", "is required");
    if (CountCharacters(from.reason()) > kMaxReason || HasControlCharacter(from.reason())) {
      violations.Add(field + ".reason", "TEXT_FORMAT",
                     "at most 500 characters, none of them a control");
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return decisions;
}

std::string EtagOf(const Duplicate& duplicate) { return absl::StrCat("v", duplicate.version); }

v1::Duplicate ToMessage(const Duplicate& duplicate, const auth::RegionScope& scope) {
  v1::Duplicate message;
  message.set_name(duplicate.id.Name());
  message.set_kind(static_cast<v1::DuplicateKind>(duplicate.kind));
  message.set_state(static_cast<v1::DuplicateState>(duplicate.state));
  for (const DuplicatePlace& place : duplicate.places) {
    v1::Duplicate::Place& to = *message.add_places();
    const bool own = scope.Contains(place.region);
    if (own) to.set_household(place.household.Name());
    to.set_region_code(
        (own ? place.region : place.region.AtLevel(RegionLevel::kCounty)).ToString());
    if (own && place.household == duplicate.kept) {
      message.set_kept_household(duplicate.kept.Name());
    }
  }
  message.set_household_count(duplicate.household_count);
  message.set_decision(static_cast<v1::DuplicateDecision>(duplicate.decision));
  message.set_reason(duplicate.reason);
  message.set_decided_by(duplicate.decided_by);
  if (!duplicate.decided_by.empty()) {
    *message.mutable_decide_time() =
        TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(duplicate.decided_at));
  }
  message.set_etag(EtagOf(duplicate));
  return message;
}

absl::StatusOr<common::v1::Job> Find(const Deps& deps, const rpc::CallContext& ctx,
                                     const v1::FindDuplicatesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  const RegionCode region = RegionFrom(request.region_code(), "region_code", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<common::v1::Job>(tx, ctx, request, [&]() -> absl::StatusOr<common::v1::Job> {
      JZ_ASSIGN_OR_RETURN(
          jobs::JobId id,
          deps.jobs.Add(
              tx,
              {.kind = kDuplicateJob, .region = region, .params = "", .created_by = ctx.subject()},
              ctx.now));
      common::v1::Job job;
      job.set_name(id.Name());
      job.set_kind(kDuplicateJob);
      job.set_region_code(region.ToString());
      job.set_state(common::v1::JOB_STATE_QUEUED);
      job.set_created_by(ctx.subject());
      *job.mutable_created_at() = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(ctx.now));
      return job;
    });
  });
}

absl::StatusOr<v1::ListDuplicatesResponse> List(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::ListDuplicatesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const DuplicatePage page{.kind = static_cast<DuplicateKind>(request.kind()),
                           .state = static_cast<DuplicateState>(request.state()),
                           .after = DuplicateId(pages.Number(0)),
                           .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(auto duplicates, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListDuplicates(tx, scope, page);
  }));
  v1::ListDuplicatesResponse response;
  response.set_next_page_token(pages.Next(duplicates, rpc::ById));
  for (const Duplicate& duplicate : duplicates) {
    *response.add_duplicates() = ToMessage(duplicate, ctx.scope());
  }
  return response;
}

absl::Status Apply(const Decision& decision, const rpc::CallContext& ctx, Duplicate& duplicate) {
  const Metadata metadata = {{"duplicate", duplicate.id.Name()}};
  if (!decision.etag.empty() && decision.etag != EtagOf(duplicate)) {
    return Aborted("ETAG_MISMATCH", metadata, "the duplicate was changed in between");
  }
  if (duplicate.state == DuplicateState::kGone) {
    return FailedPrecondition("DUPLICATE_GONE", metadata, "the last run did not find it any more");
  }
  const bool known =
      decision.kept.empty() ||
      std::any_of(duplicate.places.begin(), duplicate.places.end(), [&](const auto& place) {
        return place.household == decision.kept && ctx.scope().Contains(place.region);
      });
  if (!known) {
    return FailedPrecondition("DUPLICATE_HOUSEHOLD", metadata,
                              "the household to keep is none of the duplicate");
  }
  duplicate.state = DuplicateState::kDecided;
  duplicate.decision = decision.decision;
  duplicate.kept = decision.kept;
  duplicate.reason = decision.reason;
  duplicate.decided_by = ctx.subject();
  duplicate.decided_at = ctx.now;
  ++duplicate.version;
  return absl::OkStatus();
}

absl::StatusOr<v1::DecideDuplicatesResponse> Decide(const Deps& deps, const rpc::CallContext& ctx,
                                                    const v1::DecideDuplicatesRequest& request) {
  using Response = v1::DecideDuplicatesResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<Decision> decisions, DecisionsFrom(request));
  std::vector<DuplicateId> ids;
  for (const Decision& decision : decisions) ids.push_back(decision.duplicate);
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(std::vector<Duplicate> duplicates, LockDuplicates(tx, ctx.scope(), ids));
      absl::flat_hash_map<DuplicateId, Duplicate*> by_id;
      for (Duplicate& duplicate : duplicates) by_id[duplicate.id] = &duplicate;
      Response response;
      for (const Decision& decision : decisions) {
        auto found = by_id.find(decision.duplicate);
        if (found == by_id.end()) {
          return NotFound("DUPLICATE_NOT_FOUND", {{"duplicate", decision.duplicate.Name()}},
                          "there is no such duplicate");
        }
        JZ_RETURN_IF_ERROR(Apply(decision, ctx, *found->second));
        *response.add_duplicates() = ToMessage(*found->second, ctx.scope());
      }
      JZ_RETURN_IF_ERROR(PutDuplicates(tx, duplicates));
      return response;
    });
  });
}

}  // namespace

rpc::Router DuplicateRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.DuplicateService");
  router.Unary<v1::FindDuplicatesRequest, common::v1::Job>(
      "FindDuplicates",
      [&](const auto& ctx, const auto& request) { return Find(deps, ctx, request); });
  router.Unary<v1::ListDuplicatesRequest, v1::ListDuplicatesResponse>(
      "ListDuplicates",
      [&](const auto& ctx, const auto& request) { return List(deps, ctx, request); });
  router.Unary<v1::DecideDuplicatesRequest, v1::DecideDuplicatesResponse>(
      "DecideDuplicates",
      [&](const auto& ctx, const auto& request) { return Decide(deps, ctx, request); });
  return router;
}

}  // namespace jz::identification
