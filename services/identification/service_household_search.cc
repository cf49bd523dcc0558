// Households by what is known of them.
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/citizen_id.h"
#include "common/rpc/listing.h"
#include "common/status/status.h"
#include "services/identification/convert_register.h"
#include "services/identification/request_checks.h"
#include "services/identification/service_household.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/store/search_store.h"

namespace jz::identification {
namespace {

constexpr int kMaxName = 64;
constexpr int kMaxNumber = 32;
constexpr int kMaxCodes = 60;
constexpr int kMaxCode = 62;  // bits of a column
constexpr int64_t kMaxCount = 10'000;

std::vector<int> CodesFrom(const google::protobuf::RepeatedField<int32_t>& codes,
                           absl::string_view field, Violations& violations) {
  if (codes.size() > kMaxCodes) violations.Add(field, "TOO_MANY", "at most 60 codes");
  for (int code : codes) {
    if (code < 1 || code > 99) violations.Add(field, "CODE_UNKNOWN", "a code of the list");
  }
  return {codes.begin(), codes.end()};
}

std::optional<bool> YesNoFrom(v1::YesNo answer, absl::string_view field, Violations& violations) {
  if (!v1::YesNo_IsValid(answer)) {
    violations.Add(field, "YES_NO_UNKNOWN", "YES_NO_YES, YES_NO_NO, or absent");
  }
  if (answer == v1::YES_NO_UNSPECIFIED) return std::nullopt;
  return answer == v1::YES_NO_YES;
}

absl::StatusOr<HouseholdSearch> SearchFrom(const v1::SearchHouseholdsRequest& request,
                                           const crypto::Sealer& sealer) {
  HouseholdSearch search;
  Violations violations;
  for (int state : request.states()) {
    if (state == v1::HOUSEHOLD_STATE_UNSPECIFIED || !v1::HouseholdState_IsValid(state)) {
      violations.Add("states", "HOUSEHOLD_STATE_UNKNOWN", "no such state");
    }
    search.states.push_back(static_cast<HouseholdState>(state));
  }
  CheckText(request.name_prefix(), kMaxName, "name_prefix", nullptr, violations);
  CheckText(request.national_no(), kMaxNumber, "national_no", nullptr, violations);
  CheckText(request.person_national_no(), kMaxNumber, "person_national_no", nullptr, violations);
  search.person_national_no = request.person_national_no();
  search.name_prefix = request.name_prefix();
  search.national_no = request.national_no();
  if (!request.citizen_id().empty()) {
    auto id = CitizenId::Parse(request.citizen_id());
    if (id.ok()) {
      search.citizen_id_hash = sealer.Hash(kCitizenIdContext, id->Person());
    } else {
      violations.Add("citizen_id", ReasonOf(id.status()), "a whole identity number");
    }
  }
  search.household_types = CodesFrom(request.household_types(), "household_types", violations);
  search.monitored_categories =
      CodesFrom(request.monitored_categories(), "monitored_categories", violations);
  search.risks = CodesFrom(request.risks(), "risks", violations);
  search.housing_grades = CodesFrom(request.housing_grades(), "housing_grades", violations);
  for (int& risk : search.risks) risk = std::min(risk, kMaxCode);
  for (int cause : CodesFrom(request.main_causes(), "main_causes", violations)) {
    search.main_causes.push_back(absl::StrCat(absl::Dec(cause, absl::kZeroPad2)));
  }
  search.risk_eliminated = YesNoFrom(request.risk_eliminated(), "risk_eliminated", violations);
  search.safe_water = YesNoFrom(request.safe_water(), "safe_water", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return search;
}

// In the order found.
absl::StatusOr<std::vector<HouseholdView>> LoadFound(sql::Transaction& tx,
                                                     const auth::RegionScope& scope,
                                                     absl::Span<const FoundHousehold> found) {
  std::vector<HouseholdId> ids;
  for (const FoundHousehold& one : found) ids.push_back(one.id);
  JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LoadHouseholds(tx, scope, ids));
  std::vector<PersonId> heads;
  absl::flat_hash_map<HouseholdId, Household*> by_id;
  for (Household& household : households) {
    by_id[household.id] = &household;
    if (!household.head.empty()) heads.push_back(household.head);
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Person> persons, LoadPersons(tx, scope, heads));
  absl::flat_hash_map<PersonId, std::string> names;
  for (Person& person : persons) names[person.id] = std::move(person.name);
  std::vector<HouseholdView> views;
  for (HouseholdId id : ids) {
    auto household = by_id.find(id);
    if (household == by_id.end()) continue;
    HouseholdView& view = views.emplace_back();
    view.household = std::move(*household->second);
    view.head_name = names[view.household.head];
  }
  return views;
}

}  // namespace

absl::StatusOr<v1::SearchHouseholdsResponse> Search(const Deps& deps, const rpc::CallContext& ctx,
                                                    const v1::SearchHouseholdsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(const HouseholdSearch search, SearchFrom(request, deps.sealer));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  SearchPage page;
  pages.Begin(page);
  v1::SearchHouseholdsResponse response;
  std::vector<HouseholdView> views;
  JZ_RETURN_IF_ERROR(deps.db.Read(ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(std::vector<FoundHousehold> found,
                        SearchHouseholds(tx, scope, search, page));
    response.set_next_page_token(pages.Next(found, rpc::ByRegionAndId));
    JZ_ASSIGN_OR_RETURN(views, LoadFound(tx, scope, found));
    if (!request.page_token().empty()) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(int64_t count, CountHouseholds(tx, scope, search, kMaxCount + 1));
    response.set_total_is_more(count > kMaxCount);
    response.set_total_count(static_cast<int32_t>(std::min(count, kMaxCount)));
    return absl::OkStatus();
  }));
  for (const HouseholdView& view : views) {
    JZ_ASSIGN_OR_RETURN(*response.add_households(),
                        ToMessage(view, deps.sealer, crypto::Purpose::kList));
  }
  return response;
}

}  // namespace jz::identification
