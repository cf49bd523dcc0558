// Reading the register.
#include "absl/container/flat_hash_map.h"
#include "common/base/citizen_id.h"
#include "common/rpc/listing.h"
#include "common/status/status.h"
#include "services/identification/convert_history.h"
#include "services/identification/convert_register.h"
#include "services/identification/convert_statistics.h"
#include "services/identification/household_profile.h"
#include "services/identification/read_households.h"
#include "services/identification/service_register.h"
#include "services/identification/store/history_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

using Views = std::vector<HouseholdView>;
using WireMessage = std::shared_ptr<const std::string>;

absl::Status HouseholdNotFound(HouseholdId id) {
  return NotFound("HOUSEHOLD_NOT_FOUND", {{"household", id.Name()}}, "there is no such household");
}

absl::StatusOr<Views> WithHeads(sql::Transaction& tx, const auth::RegionScope& scope,
                                std::vector<Household> households) {
  std::vector<PersonId> heads;
  for (const Household& household : households) {
    if (!household.head.empty()) heads.push_back(household.head);
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Person> persons, LoadPersons(tx, scope, heads));
  absl::flat_hash_map<PersonId, std::string> names;
  for (Person& person : persons) names[person.id] = std::move(person.name);
  Views views;
  for (Household& household : households) {
    HouseholdView& view = views.emplace_back();
    view.head_name = names[household.head];
    view.household = std::move(household);
  }
  return views;
}

absl::StatusOr<std::vector<HouseholdState>> StatesFrom(const v1::ListHouseholdsRequest& request) {
  std::vector<HouseholdState> states;
  for (int state : request.states()) {
    if (state == v1::HOUSEHOLD_STATE_UNSPECIFIED || !v1::HouseholdState_IsValid(state)) {
      return InvalidArgument("HOUSEHOLD_STATE_UNKNOWN", {}, "no such state");
    }
    states.push_back(static_cast<HouseholdState>(state));
  }
  return states;
}

// The household as of an instant, for those who may see where it lived then or lives now.
absl::StatusOr<v1::Household> GetHouseholdAt(const Deps& deps, const rpc::CallContext& ctx,
                                             HouseholdId id, absl::Time at) {
  return deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<v1::Household> {
    JZ_ASSIGN_OR_RETURN(auto versions, ListVersionsAt(tx, {id}, at));
    if (versions.empty()) return HouseholdNotFound(id);
    JZ_ASSIGN_OR_RETURN(v1::HouseholdRecord record, ParseRecord(versions.front().snapshot));
    if (!ctx.scope().Contains(RegionCode::FromNumber(record.region_code()))) {
      JZ_ASSIGN_OR_RETURN(auto now, LoadHouseholds(tx, ctx.scope(), {id}));
      if (now.empty()) return HouseholdNotFound(id);
    }
    return ToMessage(versions.front(), record, deps.sealer, crypto::Purpose::kDetail);
  });
}

// As it is on the wire: parsing the members only to write them again would be most of the call.
absl::StatusOr<v1::Household> FromWire(HouseholdId id, const absl::StatusOr<WireMessage>& message) {
  JZ_RETURN_IF_ERROR(message.status());
  if (*message == nullptr) return HouseholdNotFound(id);
  v1::Household household;
  auto* fields = household.GetReflection()->MutableUnknownFields(&household);
  if (!fields->ParseFromString(**message)) {
    return Internal("HOUSEHOLD_BROKEN", "a household does not parse");
  }
  return household;
}

}  // namespace

void GetHousehold(const Deps& deps, HouseholdReader& reader, const rpc::CallContext& ctx,
                  const v1::GetHouseholdRequest& request, rpc::Answer<v1::Household> answer) {
  absl::StatusOr<HouseholdId> id = HouseholdId::Parse(request.name());
  if (!id.ok()) return answer(id.status());
  auto as_of = AsOfFrom(request.has_as_of(), request.as_of(), ctx.now);
  if (!as_of.ok()) return answer(as_of.status());
  if (*as_of) return answer(GetHouseholdAt(deps, ctx, *id, **as_of));
  reader.Read(ctx.scope(), *id, ctx.deadline,
              [id = *id, answer = std::move(answer)](const auto& message) mutable {
                answer(FromWire(id, message));
              });
}

absl::StatusOr<v1::BatchGetHouseholdsResponse> BatchGetHouseholds(
    const Deps& deps, const rpc::CallContext& ctx, const v1::BatchGetHouseholdsRequest& request) {
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdId> ids, HouseholdIdsFrom(request));
  JZ_ASSIGN_OR_RETURN(auto messages, ReadHouseholds(deps, ctx.scope(), ids, ctx.deadline));
  v1::BatchGetHouseholdsResponse response;
  // As they are on the wire: parsing a hundred households only to write them again would be most of
  // the call.
  auto* fields = response.GetReflection()->MutableUnknownFields(&response);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (messages[i] == nullptr) return HouseholdNotFound(ids[i]);
    fields->AddLengthDelimited(v1::BatchGetHouseholdsResponse::kHouseholdsFieldNumber,
                               *messages[i]);
  }
  return response;
}

absl::StatusOr<v1::ListHouseholdsResponse> ListHouseholds(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListHouseholdsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  HouseholdPage page;
  JZ_ASSIGN_OR_RETURN(page.states, StatesFrom(request));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  pages.Begin(page);
  v1::ListHouseholdsResponse response;
  JZ_ASSIGN_OR_RETURN(
      Views views, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<Views> {
        JZ_ASSIGN_OR_RETURN(std::vector<Household> households, ListHouseholds(tx, scope, page));
        response.set_next_page_token(pages.Next(households, rpc::ByRegionAndId));
        return WithHeads(tx, scope, std::move(households));
      }));
  for (const HouseholdView& view : views) {
    JZ_ASSIGN_OR_RETURN(*response.add_households(),
                        ToMessage(view, deps.sealer, crypto::Purpose::kList));
  }
  return response;
}

absl::StatusOr<v1::SearchPersonsResponse> SearchPersons(const Deps& deps,
                                                        const rpc::CallContext& ctx,
                                                        const v1::SearchPersonsRequest& request) {
  JZ_ASSIGN_OR_RETURN(CitizenId citizen_id, CitizenId::Parse(request.citizen_id()));
  const std::string hash = deps.sealer.Hash(kCitizenIdContext, citizen_id.Person());
  std::vector<Person> persons;
  absl::flat_hash_map<HouseholdId, Household> households;
  JZ_RETURN_IF_ERROR(deps.db.Read(ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(persons, FindPersons(tx, ctx.scope(), hash));
    std::vector<HouseholdId> ids;
    for (const Person& person : persons) ids.push_back(person.household);
    JZ_ASSIGN_OR_RETURN(std::vector<Household> loaded, LoadHouseholds(tx, ctx.scope(), ids));
    households.clear();
    for (Household& household : loaded) households[household.id] = std::move(household);
    return absl::OkStatus();
  }));
  v1::SearchPersonsResponse response;
  for (const Person& person : persons) {
    auto household = households.find(person.household);
    if (household == households.end()) continue;
    v1::SearchPersonsResponse::Match& match = *response.add_matches();
    JZ_ASSIGN_OR_RETURN(*match.mutable_person(),
                        ToMessage(person, deps.sealer, crypto::Purpose::kDetail));
    match.set_household(person.household.Name());
    match.set_region_code(household->second.region.ToString());
    match.set_household_state(ToMessage(household->second.state));
  }
  return response;
}

}  // namespace jz::identification
