#include "services/identification/quality_rules.h"

#include "common/status/status.h"
#include "services/identification/convert_quality.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/quality_rule_store.h"

namespace jz::identification {

namespace {

// Code lists may be edited without a rule being entered.
constexpr absl::Duration kKeepRules = absl::Minutes(1);

// The regions inside `row`'s own where another version of the same rule holds.
std::vector<RegionCode> Except(const QualityRuleRow& row, absl::Span<const QualityRuleRow> rows) {
  std::vector<RegionCode> except;
  for (const QualityRuleRow& other : rows) {
    if (other.key == row.key && other.region != row.region && row.region.Contains(other.region)) {
      except.push_back(other.region);
    }
  }
  return except;
}

bool HasOne(const QualityRuleRow& row, absl::Span<const std::string> codes) {
  for (const std::string& code : row.codes) {
    for (const std::string& wanted : codes) {
      if (code == wanted) return true;
    }
  }
  return codes.empty();
}

template <class Run>
absl::StatusOr<v1::CheckFactsResponse> CheckRecord(const QualityRules& rules, Run run) {
  v1::CheckFactsResponse response;
  rules::Evaluator evaluator(rules.set);
  JZ_RETURN_IF_ERROR(run(evaluator, [&](const rules::Hit& hit) {
    *response.add_violations() = ViolationOf(rules, hit, evaluator.Explain(hit, rules.codes));
    if (response.violations().rbegin()->severity() == v1::RULE_SEVERITY_ERROR) {
      response.set_refused(true);
    }
  }));
  return response;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const QualityRules>> LoadQualityRules(
    sql::Transaction& tx, Date today, absl::Time known_at, absl::Span<const std::string> codes) {
  auto loaded = std::make_shared<QualityRules>();
  loaded->today = today;
  JZ_ASSIGN_OR_RETURN(loaded->codes, LoadCodeBook(tx, RegionCode(), today));
  JZ_ASSIGN_OR_RETURN(std::vector<QualityRuleRow> rows, LoadQualityRulesOn(tx, today, known_at));
  for (const QualityRuleRow& row : rows) {
    if (!HasOne(row, codes)) continue;
    JZ_ASSIGN_OR_RETURN(v1::QualityRule definition, ToMessage(row));
    Violations violations;  // it had none when it was entered
    auto compiled = rules::Compile(RuleTextFrom(definition, "rule", violations), loaded->codes);
    if (!compiled.ok()) {
      loaded->broken.push_back(row.id.Name());
      continue;
    }
    loaded->set.Add(*std::move(compiled),
                    {.region = row.region, .except = Except(row, rows), .tag = row.id.value()});
    loaded->by_id.emplace(row.id.value(), std::move(definition));
  }
  return loaded;
}

absl::StatusOr<std::shared_ptr<const QualityRules>> QualityRuleCache::Get(sql::Transaction& tx,
                                                                          absl::Time now) {
  JZ_ASSIGN_OR_RETURN(const int64_t stamp, QualityRuleStamp(tx));
  const Date today = DateInShanghai(now);
  {
    std::lock_guard lock(mutex_);
    if (rules_ != nullptr && stamp == stamp_ && rules_->today == today &&
        now < loaded_at_ + kKeepRules) {
      return rules_;
    }
  }
  JZ_ASSIGN_OR_RETURN(auto loaded, LoadQualityRules(tx, today, absl::InfiniteFuture(), {}));
  std::lock_guard lock(mutex_);
  stamp_ = stamp;
  loaded_at_ = now;
  rules_ = loaded;
  return loaded;
}

v1::CheckFactsResponse::Violation ViolationOf(const QualityRules& rules, const rules::Hit& hit,
                                              absl::Span<const rules::DecidingValue> values) {
  const rules::RuleSet::Entry& entry = rules.set.entries()[hit.entry];
  const v1::QualityRule& definition = rules.by_id.at(entry.applies.tag);
  v1::CheckFactsResponse::Violation violation;
  violation.set_code(entry.rule.variants[hit.variant].code);
  violation.set_severity(definition.severity());
  violation.set_title_zh(definition.title_zh());
  violation.set_title_en(definition.title_en());
  if (hit.person != 0) violation.set_person(PersonId(hit.person).Name());
  *violation.mutable_fields() = definition.fields();
  for (const rules::DecidingValue& value : values) {
    *violation.add_deciding_values() = ToMessage(value);
  }
  return violation;
}

absl::StatusOr<v1::CheckFactsResponse> CheckOnWrite(const QualityRules& rules,
                                                    absl::string_view facts) {
  return CheckRecord(rules, [&](rules::Evaluator& evaluator, auto sink) {
    return evaluator.RunHousehold(facts, rules.today, sink);
  });
}

absl::StatusOr<v1::CheckFactsResponse> CheckVillageOnWrite(const QualityRules& rules,
                                                           absl::string_view facts) {
  return CheckRecord(rules, [&](rules::Evaluator& evaluator, auto sink) {
    return evaluator.RunVillage(facts, rules.today, sink);
  });
}

}  // namespace jz::identification
