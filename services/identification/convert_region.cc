#include "services/identification/convert_region.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/time_util.h"
#include "services/identification/domain/csv.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxRegions = 5000;
constexpr int kMaxParameters = 1000;
constexpr int kMaxRegionName = 100;
constexpr int kMaxReason = 200;
constexpr int kMaxTextBytes = 4000;

bool IsKind(absl::string_view kind) {
  return !kind.empty() && kind.size() <= 64 && absl::ascii_islower(kind[0]) &&
         std::all_of(kind.begin(), kind.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '.';
         });
}

void CheckKind(absl::string_view kind, const std::string& field, Violations& violations) {
  if (!IsKind(kind)) {
    violations.Add(field, "PARAMETER_KIND_FORMAT",
                   "1 to 64 lower-case letters, digits, underscores and dots");
  }
}

}  // namespace

Date DateOr(absl::string_view text, Date fallback, absl::string_view field,
            Violations& violations) {
  return text.empty() ? fallback : DateFrom(text, field, violations, fallback);
}

std::vector<Region> RegionsFrom(const v1::ImportRegionsRequest& request, Violations& violations) {
  CheckBatch("regions", request.regions_size(), kMaxRegions, violations);
  std::vector<Region> regions;
  for (int i = 0; i < std::min(request.regions_size(), kMaxRegions); ++i) {
    const v1::Region& from = request.regions(i);
    const std::string field = absl::StrCat("regions[", i, "]");
    Region region;
    region.code = RegionFrom(from.code(), field + ".code", violations);
    if (from.code() == RegionCode().ToString()) {
      violations.Add(field + ".code", "REGION_CODE_FORMAT", "the nation is not entered");
    }
    region.name = from.display_name();
    CheckLength(region.name, 1, kMaxRegionName, field + ".display_name", violations);
    if (from.valid_from().empty()) {
      violations.Add(field + ".valid_from", "DATE_REQUIRED", "a civil day, YYYY-MM-DD");
    }
    region.valid_from = DateOr(from.valid_from(), Date(), field + ".valid_from", violations);
    region.valid_to = DateOr(from.valid_to(), kNoEnd, field + ".valid_to", violations);
    regions.push_back(std::move(region));
  }
  return regions;
}

v1::Region ToMessage(const Region& region) {
  v1::Region message;
  message.set_name("regions/" + region.code.ToString());
  message.set_code(region.code.ToString());
  message.set_display_name(region.name);
  message.set_valid_from(FormatDate(region.valid_from));
  if (region.valid_to != kNoEnd) message.set_valid_to(FormatDate(region.valid_to));
  message.set_level(static_cast<v1::RegionLevel>(region.code.level()));
  message.set_parent_code(region.code.Parent().ToString());
  return message;
}

absl::StatusOr<RegionCode> ParseRegionName(absl::string_view name) {
  absl::string_view code = name;
  if (absl::ConsumePrefix(&code, "regions/")) {
    if (auto region = RegionCode::Parse(code); region.ok()) return *region;
  }
  return InvalidArgument("RESOURCE_NAME_FORMAT", {},
                         "a region's name is regions/ and its 12 digits");
}

std::vector<Parameter> ParametersFrom(const v1::SetParametersRequest& request,
                                      absl::string_view author, absl::Time now,
                                      Violations& violations) {
  CheckBatch("parameters", request.parameters_size(), kMaxParameters, violations);
  const Date today = DateInShanghai(now);
  std::set<std::tuple<std::string, int64_t, Date>> keys;
  std::vector<Parameter> parameters;
  for (int i = 0; i < std::min(request.parameters_size(), kMaxParameters); ++i) {
    const v1::Parameter& from = request.parameters(i);
    const std::string field = absl::StrCat("parameters[", i, "]");
    Parameter parameter{
        .kind = from.kind(),
        .region = RegionFrom(from.region_code(), field + ".region_code", violations),
        .valid_from = {},
        .value = from.value(),
        .text_value = from.text_value(),
        .reason = from.reason(),
        .recorded_by = std::string(author),
        .recorded_at = now};
    CheckKind(from.kind(), field + ".kind", violations);
    if (from.valid_from().empty()) {
      violations.Add(field + ".valid_from", "DATE_REQUIRED", "a civil day, YYYY-MM-DD");
    }
    parameter.valid_from = DateOr(from.valid_from(), today, field + ".valid_from", violations);
    if (from.text_value().size() > kMaxTextBytes) {
      violations.Add(field + ".text_value", "TEXT_FORMAT", "at most 4,000 bytes");
    }
    CheckLength(from.reason(), 0, kMaxReason, field + ".reason", violations);
    if (parameter.valid_from < today && from.reason().empty()) {
      violations.Add(field + ".reason", "REASON_REQUIRED", "it begins before today");
    }
    if (!keys.emplace(parameter.kind, parameter.region.number(), parameter.valid_from).second) {
      violations.Add(field, "PARAMETER_DUPLICATE", "the same kind, region and day come twice");
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

v1::Parameter ToMessage(const Parameter& parameter) {
  v1::Parameter message;
  message.set_kind(parameter.kind);
  message.set_region_code(parameter.region.ToString());
  message.set_valid_from(FormatDate(parameter.valid_from));
  message.set_value(parameter.value);
  message.set_text_value(parameter.text_value);
  message.set_reason(parameter.reason);
  message.set_recorded_by(parameter.recorded_by);
  *message.mutable_recorded_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(parameter.recorded_at));
  return message;
}

absl::StatusOr<ParameterQuery> QueryFrom(const v1::ResolveParameterRequest& request, Date today) {
  Violations violations;
  CheckKind(request.kind(), "kind", violations);
  ParameterQuery query;
  query.kind = request.kind();
  query.region = RegionFrom(request.region_code(), "region_code", violations);
  query.date = DateOr(request.date(), today, "date", violations);
  if (request.has_known_at()) {
    query.known_at = absl::FromUnixMicros(TimeUtil::TimestampToMicroseconds(request.known_at()));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return query;
}

}  // namespace jz::identification
