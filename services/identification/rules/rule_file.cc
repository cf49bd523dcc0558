#include "services/identification/rules/rule_file.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification::rules {
namespace {

using nlohmann::json;

const std::map<std::string, Population>& Populations() {
  static const auto* names =
      new std::map<std::string, Population>{{"EXITED", Population::kExited},
                                            {"MONITORED", Population::kMonitored},
                                            {"EXITED_OR_MONITORED", Population::kExitedOrMonitored},
                                            {"ALL", Population::kAll}};
  return *names;
}

// Reads one rule; the first thing that is wrong stays in `problem`.
class RuleReader {
 public:
  explicit RuleReader(const json& object) : object_(object) {}

  RuleText Read() {
    for (const auto& [key, value] : object_.items()) ReadKey(key, value);
    if (rule_.variants.empty() && population_ != Population::kUnspecified) {
      rule_.variants.push_back({.population = population_, .code = code_});
    }
    return std::move(rule_);
  }
  const std::string& problem() const { return problem_; }

 private:
  void Fail(const std::string& key, absl::string_view message) {
    if (problem_.empty()) problem_ = absl::StrCat(key, ": ", message);
  }

  std::string Text(const std::string& key, const json& value) {
    if (value.is_string()) return value.get<std::string>();
    Fail(key, "is no text");
    return "";
  }

  template <class Enum>
  Enum Named(const std::string& key, const json& value, const std::map<std::string, Enum>& names) {
    auto found = names.find(Text(key, value));
    if (found != names.end()) return found->second;
    Fail(key, "has no such value");
    return Enum::kUnspecified;
  }

  void ReadKey(const std::string& key, const json& value) {
    if (key == "code") {
      code_ = Text(key, value);
    } else if (key == "codes") {
      ReadCodes(value);
    } else if (key == "scope") {
      rule_.scope = Named<Scope>(key, value,
                                 {{"PERSON", Scope::kPerson},
                                  {"HOUSEHOLD", Scope::kHousehold},
                                  {"VILLAGE", Scope::kVillage}});
    } else if (key == "population") {
      population_ = Named(key, value, Populations());
    } else if (key == "severity") {
      rule_.severity = Named<Severity>(
          key, value, {{"ERROR", Severity::kError}, {"WARNING", Severity::kWarning}});
    } else if (key == "title_zh") {
      rule_.title_zh = Text(key, value);
    } else if (key == "title_en") {
      rule_.title_en = Text(key, value);
    } else if (key == "expression") {
      rule_.expression = Text(key, value);
    } else if (key == "note") {
      rule_.note = Text(key, value);
    } else if (key == "fields") {
      rule_.fields = List<std::string>(key, value);
    } else if (key == "also") {
      rule_.also = List<std::string>(key, value);
    } else if (key == "params") {
      ReadParams(value);
    } else {
      Fail(key, "is not known");
    }
  }

  void ReadCodes(const json& value) {
    if (!value.is_object()) return Fail("codes", "is no object");
    for (const auto& [name, code] : value.items()) {
      rule_.variants.push_back(
          {.population = Named("codes", json(name), Populations()), .code = Text("codes", code)});
    }
  }

  template <class T>
  std::vector<T> List(const std::string& key, const json& value) {
    std::vector<T> list;
    if (!value.is_array()) {
      Fail(key, "is no list");
      return list;
    }
    for (const json& element : value) {
      const bool fits =
          std::is_same_v<T, std::string> ? element.is_string() : element.is_number_integer();
      if (!fits) {
        Fail(key, "holds a value of another type");
        return list;
      }
      list.push_back(element.get<T>());
    }
    return list;
  }

  void ReadParams(const json& value) {
    if (!value.is_object()) return Fail("params", "is no object");
    for (const auto& [name, param] : value.items()) {
      const std::string key = "params." + name;
      if (param.is_number_integer()) {
        rule_.params[name] = param.get<int64_t>();
      } else if (param.is_boolean()) {
        rule_.params[name] = param.get<bool>();
      } else if (param.is_string()) {
        rule_.params[name] = param.get<std::string>();
      } else if (param.is_array() && !param.empty() && param[0].is_string()) {
        rule_.params[name] = List<std::string>(key, param);
      } else if (param.is_array() && !param.empty()) {
        rule_.params[name] = List<int64_t>(key, param);
      } else {
        Fail(key, "is neither a whole number, text, true, false nor a list of them");
      }
    }
  }

  const json& object_;
  RuleText rule_;
  std::string code_;
  Population population_ = Population::kUnspecified;
  std::string problem_;
};

}  // namespace

absl::StatusOr<std::vector<RuleText>> ParseRules(absl::string_view text) {
  const json rules = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!rules.is_array()) {
    return InvalidArgument("RULE_FILE_FORMAT", {}, "the file is no JSON array of rules");
  }
  std::vector<RuleText> out;
  for (const json& object : rules) {
    if (!object.is_object()) {
      return InvalidArgument("RULE_FILE_FORMAT", {}, "an element of the array is no rule");
    }
    RuleReader reader(object);
    out.push_back(reader.Read());
    if (!reader.problem().empty()) {
      const std::string code = out.back().variants.empty() ? "" : out.back().variants[0].code;
      return InvalidArgument(
          "RULE_FILE_FORMAT", {{"rule", code}},
          absl::StrCat("rule ", out.size(), " (", code, "): ", reader.problem()));
    }
  }
  return out;
}

}  // namespace jz::identification::rules
