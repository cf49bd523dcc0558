#include "services/identification/region_reform_job.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/region.pb.h"
#include "services/identification/convert_move.h"
#include "services/identification/move_households.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

constexpr int kBatch = 500;

class ReformRun {
 public:
  ReformRun(const Deps& deps, jobs::JobRun& run, RegionReform reform, v1::ReformJobState state)
      : deps_(deps), run_(run), reform_(std::move(reform)), state_(std::move(state)) {}

  absl::StatusOr<v1::ReformJobState> Run() {
    while (state_.move() < static_cast<int>(reform_.moves.size())) {
      JZ_RETURN_IF_ERROR(MoveBatch(reform_.moves[static_cast<size_t>(state_.move())]));
    }
    return state_;
  }

 private:
  // The next households of the village, and where to go on behind them.
  absl::Status MoveBatch(const RegionMove& move) {
    v1::ReformJobState after;
    absl::Status moved = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      after = state_;
      const auth::RegionScope village({move.from});
      JZ_ASSIGN_OR_RETURN(std::vector<Household> page,
                          ListHouseholds(tx, village,
                                         {.states = {},
                                          .after_region = move.from,
                                          .after_id = HouseholdId(state_.household_id()),
                                          .limit = kBatch}));
      if (page.size() < kBatch) {
        after.set_move(state_.move() + 1);
        after.set_household_id(0);
      } else {
        after.set_household_id(page.back().id.value());
      }
      std::vector<common::v1::JobError> errors;
      JZ_ASSIGN_OR_RETURN(std::vector<HouseholdId> ids, Movable(tx, move, page, errors));
      JZ_RETURN_IF_ERROR(Move(tx, move, ids, after));
      return run_.Checkpoint(tx, {.state = after.SerializeAsString(),
                                  .done_count = after.moved_households(),
                                  .total_count = 0,
                                  .errors = std::move(errors)});
    });
    JZ_RETURN_IF_ERROR(moved);
    state_ = std::move(after);
    deps_.outbox.Notify();
    return absl::OkStatus();
  }

  // Those that the move takes. Numbers are unique in a county: a household whose number is taken in
  // the new one stays where it is, and is reported.
  static absl::StatusOr<std::vector<HouseholdId>> Movable(
      sql::Transaction& tx, const RegionMove& move, absl::Span<const Household> page,
      std::vector<common::v1::JobError>& errors) {
    absl::flat_hash_set<std::string> taken;
    if (move.from.CountyNumber() != move.to.CountyNumber()) {
      std::vector<std::string> numbers;
      for (const Household& household : page) {
        if (!household.national_no.empty()) numbers.push_back(household.national_no);
      }
      JZ_ASSIGN_OR_RETURN(std::vector<TakenNumber> found,
                          FindNationalNumbers(tx, move.to.CountyNumber(), numbers));
      for (const TakenNumber& number : found) taken.insert(number.national_no);
    }
    std::vector<HouseholdId> ids;
    for (const Household& household : page) {
      bool named = std::find(move.groups.begin(), move.groups.end(), household.group_name) !=
                   move.groups.end();
      if (!move.groups.empty() && !named) continue;
      if (taken.contains(household.national_no)) {
        errors.push_back(NumberTaken(household.id));
      } else {
        ids.push_back(household.id);
      }
    }
    return ids;
  }

  static common::v1::JobError NumberTaken(HouseholdId id) {
    common::v1::JobError error;
    error.set_column(id.Name());
    error.set_reason("HOUSEHOLD_NO_TAKEN");
    error.set_text_zh("户编号在新县已被其他户使用，该户未迁移");
    error.set_text_en("the household's number is taken in the new county; it was not moved");
    return error;
  }

  absl::Status Move(sql::Transaction& tx, const RegionMove& move, absl::Span<const HouseholdId> ids,
                    v1::ReformJobState& after) {
    if (ids.empty()) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(std::vector<Household> households,
                        LockHouseholds(tx, auth::RegionScope({move.from}), ids));
    JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, ids));
    absl::flat_hash_map<HouseholdId, std::vector<Person>> by_household;
    for (Person& person : members) by_household[person.household].push_back(std::move(person));
    std::vector<HouseholdMove> moves;
    for (Household& household : households) {
      HouseholdMove& one = moves.emplace_back();
      one.members = std::move(by_household[household.id]);
      one.to = move.to;
      one.to_group = household.group_name;
      one.household = std::move(household);
      after.set_moved_persons(after.moved_persons() + static_cast<int64_t>(one.members.size()));
    }
    after.set_moved_households(after.moved_households() + static_cast<int64_t>(moves.size()));
    return MoveHouseholds(
               tx, std::move(moves),
               {.effective_date = reform_.effective_date,
                .from_arrival = true,
                .reason = "REGION_REFORM",
                .author = {.recorded_by = run_.created_by(), .recorded_at = deps_.clock.Now()}})
        .status();
  }

  const Deps& deps_;
  jobs::JobRun& run_;
  const RegionReform reform_;
  v1::ReformJobState state_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunReform(const Deps& deps,
                                                                     jobs::JobRun& run) {
  v1::ReformJobParams params;
  v1::ReformJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("REFORM_STATE_BROKEN", "params or state of a reform do not parse");
  }
  JZ_ASSIGN_OR_RETURN(RegionReform reform, ReformFrom(params));
  JZ_ASSIGN_OR_RETURN(state, ReformRun(deps, run, std::move(reform), std::move(state)).Run());
  auto result = std::make_unique<v1::ReformRegionsResult>();
  result->set_moved_household_count(state.moved_households());
  result->set_moved_person_count(state.moved_persons());
  return result;
}

}  // namespace jz::identification
