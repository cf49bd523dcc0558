// Households that move to another village.
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_move.h"
#include "services/identification/convert_register.h"
#include "services/identification/move_households.h"
#include "services/identification/service_register.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

absl::Status CheckTargets(sql::Transaction& tx, const WantedMoves& wanted, Date today) {
  Violations violations;
  std::set<RegionCode> targets;
  for (size_t i = 0; i < wanted.moves.size(); ++i) {
    const RegionCode to = wanted.moves[i].to;
    targets.insert(to);
    if (to.level() == RegionLevel::kVillage) continue;
    violations.Add(absl::StrCat("moves[", i, "].to_code"), "REGION_NOT_VILLAGE",
                   "households live in villages");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  const std::vector<RegionCode> codes(targets.begin(), targets.end());
  JZ_ASSIGN_OR_RETURN(std::vector<Region> stored, LoadRegions(tx, codes));
  const RegionBook book(stored);
  for (RegionCode code : codes) {
    if (book.ValidOn(code, wanted.effective_date) && book.ValidOn(code, today)) continue;
    return FailedPrecondition("REGION_NOT_VALID", {{"region", code.ToString()}},
                              "no such village is valid on that day and today");
  }
  return absl::OkStatus();
}

// The households as they are, locked, in the order of the request.
absl::StatusOr<std::vector<HouseholdMove>> LockAll(sql::Transaction& tx,
                                                   const auth::RegionScope& scope,
                                                   const WantedMoves& wanted) {
  std::vector<HouseholdId> ids;
  for (const WantedMove& move : wanted.moves) ids.push_back(move.household);
  JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LockHouseholds(tx, scope, ids));
  JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, ids));
  absl::flat_hash_map<HouseholdId, HouseholdMove> found;
  for (Household& household : households) {
    const HouseholdId id = household.id;
    found[id].household = std::move(household);
  }
  for (Person& person : members) found[person.household].members.push_back(std::move(person));
  std::vector<HouseholdMove> moves;
  for (const WantedMove& want : wanted.moves) {
    auto at = found.find(want.household);
    if (at == found.end() || at->second.household.id.empty()) {
      return NotFound("HOUSEHOLD_NOT_FOUND", {{"household", want.household.Name()}},
                      "there is no such household");
    }
    if (!want.etag.empty() && want.etag != EtagOf(at->second.household)) {
      return Aborted("ETAG_MISMATCH", {{"household", want.household.Name()}},
                     "the household was changed meanwhile");
    }
    HouseholdMove& move = moves.emplace_back(std::move(at->second));
    move.to = want.to;
    move.to_group = want.to_group;
  }
  return moves;
}

absl::StatusOr<v1::MoveHouseholdsResponse> Move(const Deps& deps, const rpc::CallContext& ctx,
                                                sql::Transaction& tx, const WantedMoves& wanted,
                                                const std::string& reason) {
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdMove> moves, LockAll(tx, ctx.scope(), wanted));
  JZ_RETURN_IF_ERROR(CheckTargets(tx, wanted, DateInShanghai(ctx.now)));
  JZ_ASSIGN_OR_RETURN(
      std::vector<HouseholdChange> changes,
      MoveHouseholds(tx, std::move(moves),
                     {.effective_date = wanted.effective_date,
                      .reason = reason,
                      .author = {.recorded_by = ctx.subject(), .recorded_at = ctx.now}}));
  v1::MoveHouseholdsResponse response;
  for (const HouseholdChange& change : changes) {
    HouseholdView view{.household = change.household, .head_name = "", .members = {}, .income = {}};
    for (const Person& person : change.members) {
      if (person.id == change.household.head) view.head_name = person.name;
    }
    JZ_ASSIGN_OR_RETURN(*response.add_households(),
                        ToMessage(view, deps.sealer, crypto::Purpose::kList));
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::MoveHouseholdsResponse> MoveHouseholdsRpc(
    const Deps& deps, const rpc::CallContext& ctx, const v1::MoveHouseholdsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(WantedMoves wanted, MovesFrom(request, DateInShanghai(ctx.now)));
  for (const WantedMove& move : wanted.moves) JZ_RETURN_IF_ERROR(ctx.scope().Require(move.to));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::MoveHouseholdsResponse>(
        tx, ctx, request, [&] { return Move(deps, ctx, tx, wanted, request.reason()); });
  });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

}  // namespace jz::identification
