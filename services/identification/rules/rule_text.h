// A rule as it is written: what PutRules takes and national_2023.json holds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace jz::identification::rules {

// The numbers are those of RuleScope, Population and RuleSeverity in quality_rule.proto.
enum class Scope { kUnspecified = 0, kPerson = 1, kHousehold = 2, kVillage = 3 };
enum class Population {
  kUnspecified = 0,
  kExited = 1,             // 脱贫户
  kMonitored = 2,          // is or was a monitored household (监测对象)
  kExitedOrMonitored = 3,  //
  kAll = 4,
};
enum class Severity { kUnspecified = 0, kError = 1, kWarning = 2 };

using ParamValue =
    std::variant<int64_t, bool, std::string, std::vector<int64_t>, std::vector<std::string>>;

// Twins are one rule for two populations, each with a code of its own.
struct Variant {
  Population population = Population::kUnspecified;
  std::string code;

  friend bool operator==(const Variant&, const Variant&) = default;
};

struct RuleText {
  std::vector<Variant> variants;  // one or two
  Scope scope = Scope::kUnspecified;
  Severity severity = Severity::kUnspecified;
  std::string title_zh;
  std::string title_en;
  std::map<std::string, ParamValue> params;
  std::string expression;           // true for a record that violates the rule
  std::vector<std::string> fields;  // what to look at first
  std::string note;
  // Further codes of the source that ask the same of the same population; 3_02_002 is also
  // 5_19_002.
  std::vector<std::string> also;
};

}  // namespace jz::identification::rules
