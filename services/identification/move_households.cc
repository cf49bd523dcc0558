#include "services/identification/move_households.h"

#include <algorithm>
#include <map>

#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "services/identification/store/residence_store.h"

namespace jz::identification {
namespace {

// Where each household lived until now. One that moves twice on a day was nowhere in between.
absl::StatusOr<std::vector<FormerResidence>> FormerOnes(sql::Transaction& tx,
                                                        absl::Span<const HouseholdMove> moves,
                                                        const MoveOrder& order) {
  std::vector<HouseholdId> ids;
  for (const HouseholdMove& move : moves) ids.push_back(move.household.id);
  JZ_ASSIGN_OR_RETURN(auto last, LastMoves(tx, ids));
  std::vector<FormerResidence> former;
  for (const HouseholdMove& move : moves) {
    auto found = last.find(move.household.id);
    const Date from = found == last.end() ? kBeginning : found->second + 1;
    const Date until =
        order.from_arrival ? std::max(order.effective_date, from) : order.effective_date;
    if (until < from) {
      return FailedPrecondition(
          "HOUSEHOLD_MOVED_SINCE",
          {{"household", move.household.id.Name()}, {"since", FormatDate(from)}},
          "the household moved to where it lives now after that day");
    }
    if (until == from) continue;
    former.push_back({.household = move.household.id,
                      .valid_from = from,
                      .valid_to = until - 1,
                      .region = move.household.region});
  }
  return former;
}

absl::Status MoveAllDependents(sql::Transaction& tx, absl::Span<const HouseholdMove> moves) {
  std::map<RegionCode, std::vector<HouseholdId>> by_target;
  for (const HouseholdMove& move : moves) by_target[move.to].push_back(move.household.id);
  for (const auto& [region, ids] : by_target) {
    JZ_RETURN_IF_ERROR(MoveDependents(tx, region, ids));
  }
  return absl::OkStatus();
}

// Who follows only the old village has to learn that the household has left it.
std::vector<common::v1::Change> Farewells(absl::Span<const HouseholdMove> moves,
                                          absl::Span<const HouseholdChange> changes,
                                          absl::Time now) {
  std::vector<common::v1::Change> feed;
  for (size_t i = 0; i < moves.size(); ++i) {
    v1::HouseholdChanged payload;
    *payload.mutable_household() = ToSnapshot(changes[i].household, changes[i].members);
    feed.push_back(feed::MakeChange(changes[i].household.id.Name(), moves[i].household.region,
                                    changes[i].household.version, now, payload));
  }
  return feed;
}

}  // namespace

absl::StatusOr<std::vector<HouseholdChange>> MoveHouseholds(sql::Transaction& tx,
                                                            std::vector<HouseholdMove> moves,
                                                            const MoveOrder& order) {
  std::vector<HouseholdChange> changes;
  if (moves.empty()) return changes;
  JZ_ASSIGN_OR_RETURN(std::vector<FormerResidence> former, FormerOnes(tx, moves, order));
  JZ_RETURN_IF_ERROR(InsertFormerResidences(
      tx, former, {.subject = order.author.recorded_by, .at = order.author.recorded_at},
      order.reason));
  JZ_RETURN_IF_ERROR(MoveAllDependents(tx, moves));
  for (const HouseholdMove& move : moves) {
    HouseholdChange& change = changes.emplace_back();
    change.household = move.household;
    change.household.region = move.to;
    change.household.group_name = move.to_group;
    change.members = move.members;
    for (Person& person : change.members) person.region = move.to;
    change.reason = "MOVED";
  }
  absl::Status recorded = RecordHouseholds(tx, absl::MakeSpan(changes), order.author);
  if (absl::IsAlreadyExists(recorded)) {
    return AlreadyExists("HOUSEHOLD_NO_TAKEN", {},
                         "a household's number (户编号) is another household's in the new county");
  }
  JZ_RETURN_IF_ERROR(recorded);
  JZ_RETURN_IF_ERROR(feed::Publish(tx, Farewells(moves, changes, order.author.recorded_at)));
  return changes;
}

}  // namespace jz::identification
