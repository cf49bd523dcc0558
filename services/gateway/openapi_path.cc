#include "services/gateway/openapi_path.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace jz::gateway {
namespace {

// "households" -> "household", "budgetLines" -> "budgetLine", "batches" -> "batch".
std::string Singular(absl::string_view plural) {
  if (absl::EndsWith(plural, "ies")) {
    return absl::StrCat(plural.substr(0, plural.size() - 3), "y");
  }
  for (absl::string_view ending : {"ches", "shes", "sses", "xes"}) {
    if (absl::EndsWith(plural, ending)) return std::string(plural.substr(0, plural.size() - 2));
  }
  if (absl::EndsWith(plural, "s")) return std::string(plural.substr(0, plural.size() - 1));
  return absl::StrCat(plural, "_id");
}

int VariableAt(const PathTemplate& path, int segment) {
  for (size_t i = 0; i < path.variables.size(); ++i) {
    const auto& variable = path.variables[i];
    const bool before_end = variable.last < 0 || segment < variable.last;
    if (segment >= variable.first && before_end) return static_cast<int>(i);
  }
  return -1;
}

std::string ParameterName(const PathTemplate& path, int segment, int variable) {
  if (variable >= 0 && path.variables[variable].first == segment) {
    return absl::StrReplaceAll(path.variables[variable].field_path, {{".", "_"}});
  }
  const bool named =
      segment > 0 && path.segments[segment - 1].match == PathTemplate::Match::kLiteral;
  return named ? Singular(path.segments[segment - 1].literal) : absl::StrCat("part", segment + 1);
}

}  // namespace

OpenApiPath ToOpenApiPath(const PathTemplate& path) {
  OpenApiPath result;
  std::set<std::string> names;
  std::vector<std::string> forms(path.variables.size());
  for (int i = 0; i < static_cast<int>(path.segments.size()); ++i) {
    const PathTemplate::Segment& segment = path.segments[i];
    const int variable = VariableAt(path, i);
    std::string shown = segment.literal;
    if (segment.match != PathTemplate::Match::kLiteral) {
      OpenApiPath::Parameter parameter;
      parameter.name = ParameterName(path, i, variable);
      for (int n = 2; !names.insert(parameter.name).second; ++n) {
        parameter.name = absl::StrCat(ParameterName(path, i, variable), "_", n);
      }
      parameter.variable = variable;
      parameter.rest = segment.match == PathTemplate::Match::kRest;
      shown = absl::StrCat("{", parameter.name, "}");
      result.parameters.push_back(std::move(parameter));
    }
    absl::StrAppend(&result.path, "/", shown);
    if (variable >= 0) {
      absl::StrAppend(&forms[variable], forms[variable].empty() ? "" : "/", shown);
    }
  }
  if (!path.verb.empty()) absl::StrAppend(&result.path, ":", path.verb);
  for (OpenApiPath::Parameter& parameter : result.parameters) {
    if (parameter.variable >= 0) parameter.form = forms[parameter.variable];
  }
  return result;
}

}  // namespace jz::gateway
