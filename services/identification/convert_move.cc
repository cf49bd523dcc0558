#include "services/identification/convert_move.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/identification/domain/csv.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

constexpr int kMaxNewRegions = 1000;
constexpr int kMaxRegionMoves = 5000;
constexpr int kMaxGroups = 200;
constexpr int kMaxHouseholds = 1000;
constexpr int kMaxCodes = 1000;
constexpr int kMaxName = 100;
constexpr int kMaxReason = 200;

// The nation is nowhere to live.
RegionCode CodeFrom(const std::string& text, const std::string& field, Violations& violations) {
  if (text == RegionCode().ToString()) {
    violations.Add(field, "REGION_CODE_FORMAT", "a region below the nation");
    return RegionCode();
  }
  return RegionFrom(text, field, violations);
}

Date DayFrom(const std::string& text, Date today, Violations& violations) {
  const Date day = DateFrom(text, "effective_date", violations, today);
  if (day > today) violations.Add("effective_date", "DATE_FUTURE", "it lies in the future");
  return day;
}

// Lists that may be empty.
void CheckAtMost(const std::string& field, int size, int most, Violations& violations) {
  if (size > 0) CheckBatch(field, size, most, violations);
}

RegionMove MoveFrom(const v1::RegionMove& from, const std::string& field, Violations& violations) {
  RegionMove move{.from = CodeFrom(from.from_code(), field + ".from_code", violations),
                  .to = CodeFrom(from.to_code(), field + ".to_code", violations),
                  .groups = {from.group_names().begin(), from.group_names().end()}};
  CheckAtMost(field + ".group_names", from.group_names_size(), kMaxGroups, violations);
  for (int i = 0; i < std::min(from.group_names_size(), kMaxGroups); ++i) {
    CheckLength(from.group_names(i), 1, kMaxName, absl::StrCat(field, ".group_names[", i, "]"),
                violations);
  }
  return move;
}

}  // namespace

RegionReform ReformFrom(const v1::ReformRegionsRequest& request, Date today,
                        Violations& violations) {
  CheckAtMost("new_regions", request.new_regions_size(), kMaxNewRegions, violations);
  CheckBatch("moves", request.moves_size(), kMaxRegionMoves, violations);
  CheckLength(request.reason(), 1, kMaxReason, "reason", violations);
  RegionReform reform{.new_regions = {},
                      .moves = {},
                      .effective_date = DayFrom(request.effective_date(), today, violations)};
  for (int i = 0; i < std::min(request.new_regions_size(), kMaxNewRegions); ++i) {
    const v1::Region& from = request.new_regions(i);
    const std::string field = absl::StrCat("new_regions[", i, "]");
    CheckLength(from.display_name(), 1, kMaxName, field + ".display_name", violations);
    reform.new_regions.push_back({.code = CodeFrom(from.code(), field + ".code", violations),
                                  .name = from.display_name(),
                                  .valid_from = reform.effective_date});
  }
  for (int i = 0; i < std::min(request.moves_size(), kMaxRegionMoves); ++i) {
    reform.moves.push_back(MoveFrom(request.moves(i), absl::StrCat("moves[", i, "]"), violations));
  }
  return reform;
}

v1::ReformJobParams ToJobParams(const RegionReform& reform) {
  v1::ReformJobParams params;
  params.set_effective_date(FormatDate(reform.effective_date));
  for (const RegionMove& move : InOrder(reform.moves)) {
    v1::ReformJobParams::Move& to = *params.add_moves();
    to.set_from_code(move.from.number());
    to.set_to_code(move.to.number());
    to.mutable_group_names()->Assign(move.groups.begin(), move.groups.end());
  }
  return params;
}

absl::StatusOr<RegionReform> ReformFrom(const v1::ReformJobParams& params) {
  RegionReform reform;
  JZ_ASSIGN_OR_RETURN(reform.effective_date, ParseDate(params.effective_date()));
  for (const v1::ReformJobParams::Move& move : params.moves()) {
    reform.moves.push_back({.from = RegionCode::FromNumber(move.from_code()),
                            .to = RegionCode::FromNumber(move.to_code()),
                            .groups = {move.group_names().begin(), move.group_names().end()}});
  }
  return reform;
}

absl::StatusOr<std::vector<RegionCode>> CodesFrom(const v1::ResolveRegionsRequest& request) {
  Violations violations;
  CheckBatch("codes", request.codes_size(), kMaxCodes, violations);
  std::vector<RegionCode> codes;
  for (int i = 0; i < std::min(request.codes_size(), kMaxCodes); ++i) {
    codes.push_back(CodeFrom(request.codes(i), absl::StrCat("codes[", i, "]"), violations));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return codes;
}

absl::StatusOr<WantedMoves> MovesFrom(const v1::MoveHouseholdsRequest& request, Date today) {
  Violations violations;
  CheckBatch("moves", request.moves_size(), kMaxHouseholds, violations);
  CheckLength(request.reason(), 0, kMaxReason, "reason", violations);
  WantedMoves wanted{.moves = {},
                     .effective_date = DayFrom(request.effective_date(), today, violations)};
  std::set<int64_t> seen;
  for (int i = 0; i < std::min(request.moves_size(), kMaxHouseholds); ++i) {
    const auto& from = request.moves(i);
    const std::string field = absl::StrCat("moves[", i, "]");
    WantedMove move{.household = {},
                    .to = CodeFrom(from.to_code(), field + ".to_code", violations),
                    .to_group = from.to_group(),
                    .etag = from.household_etag()};
    CheckLength(from.to_group(), 0, kMaxName, field + ".to_group", violations);
    if (auto id = HouseholdId::Parse(from.household()); !id.ok()) {
      violations.Add(field + ".household", "RESOURCE_NAME_FORMAT", "the name of a household");
    } else if (!seen.insert(id->value()).second) {
      violations.Add(field + ".household", "HOUSEHOLD_DUPLICATE", "the household comes twice");
    } else {
      move.household = *id;
    }
    wanted.moves.push_back(std::move(move));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return wanted;
}

}  // namespace jz::identification
