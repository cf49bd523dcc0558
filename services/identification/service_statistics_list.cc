// From a figure to the households and persons that it counts.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/status/status.h"
#include "services/identification/convert_history.h"
#include "services/identification/convert_statistics.h"
#include "services/identification/household_profile.h"
#include "services/identification/service_statistics.h"
#include "services/identification/store/history_store.h"
#include "services/identification/store/statistic_store.h"

namespace jz::identification {
namespace {

constexpr int kLoadAtOnce = 200;

// A household that passes, as it was.
struct Found {
  HouseholdVersion version;
  v1::HouseholdRecord record;
  std::vector<size_t> members;  // who pass, by position
};

// Goes through the villages of a scope in order of code, over regions where nobody passes without
// looking inside.
class Search {
 public:
  Search(sql::Transaction& tx, auth::RegionScope scope, std::vector<StatisticFilter> filters,
         std::optional<absl::Time> as_of, absl::Time now)
      : tx_(tx),
        regions_(scope.regions().begin(), scope.regions().end()),
        filters_(std::move(filters)),
        as_of_(as_of),
        day_(DateInShanghai(as_of.value_or(now))) {
    std::sort(regions_.begin(), regions_.end());
  }

  // Those behind (village, after), while `take` wants more.
  template <class Take>
  absl::Status Run(RegionCode village, HouseholdId after, Take take) {
    bool more = true;
    if (village != RegionCode()) {
      JZ_ASSIGN_OR_RETURN(more, RunVillage(village, after, take));
    }
    for (RegionCode region : regions_) {
      if (region.Last() <= village.number()) continue;
      // Before the region itself: its own cells are looked at first.
      RegionCode at = RegionCode::FromNumber(std::max(village.number(), region.number() - 1));
      while (more) {
        JZ_ASSIGN_OR_RETURN(std::optional<RegionCode> next, NextVillage(at, region));
        if (!next) break;
        JZ_ASSIGN_OR_RETURN(more, RunVillage(*next, HouseholdId(), take));
        at = *next;
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::optional<RegionCode>> NextVillage(RegionCode at, RegionCode inside) {
    for (;;) {
      JZ_ASSIGN_OR_RETURN(std::optional<RegionCode> next, NextCounted(tx_, at, inside.Last()));
      if (!next) return next;
      JZ_ASSIGN_OR_RETURN(StatisticCells cells, LoadCells(tx_, *next, as_of_));
      if (NobodyPasses(filters_, cells)) {
        at = RegionCode::FromNumber(next->Last());
      } else if (next->level() == RegionLevel::kVillage) {
        return next;
      } else {
        at = *next;
      }
    }
  }

  // False when `take` has enough.
  template <class Take>
  absl::StatusOr<bool> RunVillage(RegionCode village, HouseholdId after, Take take) {
    const absl::Time at = as_of_.value_or(absl::InfiniteFuture());
    for (;;) {
      JZ_ASSIGN_OR_RETURN(auto ids, ListEverInVillage(tx_, village, after, kLoadAtOnce));
      JZ_ASSIGN_OR_RETURN(auto versions, ListVersionsAt(tx_, ids, at));
      for (HouseholdVersion& version : versions) {
        Found found;
        JZ_ASSIGN_OR_RETURN(found.record, ParseRecord(version.snapshot));
        if (found.record.region_code() != village.number()) continue;
        auto members = Passing(filters_, ProfileOf(found.record), day_);
        if (!members) continue;
        found.members = *std::move(members);
        found.version = std::move(version);
        if (!take(std::move(found))) return false;
      }
      if (ids.size() < kLoadAtOnce) return true;
      after = ids.back();
    }
  }

  sql::Transaction& tx_;
  std::vector<RegionCode> regions_;
  std::vector<StatisticFilter> filters_;
  std::optional<absl::Time> as_of_;
  Date day_;
};

// What both lists do. `run` gets the search within a transaction.
template <class Request, class Run>
absl::Status SearchFor(const Deps& deps, const rpc::CallContext& ctx, const Request& request,
                       Run run) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(std::optional<absl::Time> as_of,
                      AsOfFrom(request.has_as_of(), request.as_of(), ctx.now));
  const Date today = DateInShanghai(ctx.now);
  return ReadCounted(deps.db, today, ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(const CodeBook codes,
                        LoadCodeLists(tx, scope, CodeListsOf(request.filters()), today));
    JZ_ASSIGN_OR_RETURN(auto filters, FiltersFrom(request.filters(), codes));
    Search search(tx, scope, std::move(filters), as_of, ctx.now);
    return run(search);
  });
}

struct ListedPerson {
  v1::PersonRecord person;
  RegionCode region;
  HouseholdId household;
  int position = 0;
  v1::HouseholdState state = v1::HOUSEHOLD_STATE_UNSPECIFIED;
};

}  // namespace

absl::StatusOr<v1::ListStatisticHouseholdsResponse> ListStatisticHouseholds(
    const Deps& deps, const rpc::CallContext& ctx,
    const v1::ListStatisticHouseholdsRequest& request) {
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  std::vector<Found> rows;
  JZ_RETURN_IF_ERROR(SearchFor(deps, ctx, request, [&](Search& search) {
    rows.clear();
    return search.Run(RegionCode::FromNumber(pages.Number(0)), HouseholdId(pages.Number(1)),
                      [&](Found found) {
                        rows.push_back(std::move(found));
                        return rows.size() < static_cast<size_t>(pages.limit());
                      });
  }));
  v1::ListStatisticHouseholdsResponse response;
  response.set_next_page_token(pages.Next(rows, [](const Found& last) {
    return std::vector<std::string>{absl::StrCat(last.record.region_code()),
                                    absl::StrCat(last.record.household_id())};
  }));
  for (const Found& row : rows) {
    JZ_ASSIGN_OR_RETURN(*response.add_households(),
                        ToMessage(row.version, row.record, deps.sealer, crypto::Purpose::kList));
  }
  return response;
}

absl::StatusOr<v1::ListStatisticPersonsResponse> ListStatisticPersons(
    const Deps& deps, const rpc::CallContext& ctx, const v1::ListStatisticPersonsRequest& request) {
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const HouseholdId last_household(pages.Number(1));
  const int64_t next_position = pages.Number(2) + 1;
  std::vector<ListedPerson> rows;
  JZ_RETURN_IF_ERROR(SearchFor(deps, ctx, request, [&](Search& search) {
    rows.clear();
    auto take = [&](const Found& found) {
      const HouseholdId household(found.record.household_id());
      for (size_t position : found.members) {
        if (household == last_household && static_cast<int64_t>(position) < next_position) continue;
        rows.push_back({.person = found.record.members(static_cast<int>(position)),
                        .region = RegionCode::FromNumber(found.record.region_code()),
                        .household = household,
                        .position = static_cast<int>(position),
                        .state = found.record.state()});
      }
      return rows.size() < static_cast<size_t>(pages.limit());
    };
    // The household that the page before ended in comes once more, for those behind its last.
    return search.Run(RegionCode::FromNumber(pages.Number(0)),
                      HouseholdId(std::max<int64_t>(last_household.value() - 1, 0)), take);
  }));
  v1::ListStatisticPersonsResponse response;
  response.set_next_page_token(pages.Next(rows, [](const ListedPerson& last) {
    return std::vector<std::string>{absl::StrCat(last.region.number()),
                                    absl::StrCat(last.household.value()),
                                    absl::StrCat(last.position)};
  }));
  for (const ListedPerson& row : rows) {
    v1::ListStatisticPersonsResponse::Person& person = *response.add_persons();
    JZ_ASSIGN_OR_RETURN(*person.mutable_member(),
                        ToMessage(row.person, deps.sealer, crypto::Purpose::kList));
    person.set_household(row.household.Name());
    person.set_region_code(row.region.ToString());
    person.set_household_state(row.state);
  }
  return response;
}

}  // namespace jz::identification
