#include "services/identification/delivered_rules.h"

#include <string>
#include <vector>

#include "common/status/status.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/identification/convert_quality.h"
#include "services/identification/rules/rule_file.h"
#include "services/identification/store/quality_rule_store.h"

namespace jz::identification {

namespace rules {
absl::string_view NationalRulesJson();  // made from national_2023.json
}

namespace {

using google::protobuf::util::MessageDifferencer;

constexpr char kAuthor[] = "system";
const Date kDeliveredFrom(2023, 1, 1);

absl::StatusOr<std::vector<QualityRuleRow>> RowsFrom(absl::string_view json) {
  JZ_ASSIGN_OR_RETURN(std::vector<rules::RuleText> texts, rules::ParseRules(json));
  std::vector<QualityRuleRow> rows;
  for (const rules::RuleText& text : texts) {
    v1::QualityRule message = ToMessage(text);
    message.set_region_code(RegionCode().ToString());
    Violations violations;
    const rules::RuleText again = RuleTextFrom(message, "rule", violations);
    rows.push_back(RuleRowFrom(message, again, "rule", kDeliveredFrom, violations));
    JZ_RETURN_IF_ERROR(violations.ToStatus());
  }
  return rows;
}

absl::StatusOr<bool> SameText(const QualityRuleRow& a, const QualityRuleRow& b) {
  v1::QualityRule one;
  v1::QualityRule other;
  if (!one.ParseFromString(a.definition) || !other.ParseFromString(b.definition)) {
    return Internal("QUALITY_RULE_BROKEN", "a stored rule does not parse");
  }
  return MessageDifferencer::Equals(one, other);
}

// Those to enter, with version and first day. `known`: all versions, each rule's in order.
absl::StatusOr<std::vector<QualityRuleRow>> Missing(absl::Span<const QualityRuleRow> delivered,
                                                    absl::Span<const QualityRuleRow> known,
                                                    Date today) {
  std::vector<QualityRuleRow> missing;
  for (const QualityRuleRow& row : delivered) {
    const QualityRuleRow* last = nullptr;
    bool wanted = true;
    for (const QualityRuleRow& other : known) {
      if (other.key != row.key || other.region != row.region) continue;
      last = &other;
      JZ_ASSIGN_OR_RETURN(const bool same, SameText(other, row));
      wanted = wanted && !(same && other.created_by == kAuthor);
    }
    if (last != nullptr && last->created_by != kAuthor) continue;
    if (!wanted) continue;
    QualityRuleRow& next = missing.emplace_back(row);
    next.version = last == nullptr ? 1 : last->version + 1;
    if (last != nullptr) next.valid_from = today;
  }
  return missing;
}

}  // namespace

absl::Status EnterRulesOf(const Deps& deps, absl::string_view json, absl::Time deadline) {
  JZ_ASSIGN_OR_RETURN(const std::vector<QualityRuleRow> delivered, RowsFrom(json));
  std::vector<std::string> codes;
  for (const QualityRuleRow& row : delivered) {
    codes.insert(codes.end(), row.codes.begin(), row.codes.end());
  }
  const absl::Time now = deps.clock.Now();
  auto missing = [&](sql::Transaction& tx) -> absl::StatusOr<std::vector<QualityRuleRow>> {
    JZ_ASSIGN_OR_RETURN(std::vector<QualityRuleRow> known, LockQualityRules(tx, codes));
    return Missing(delivered, known, DateInShanghai(now));
  };
  JZ_ASSIGN_OR_RETURN(std::vector<QualityRuleRow> needed, deps.db.Transact(deadline, missing));
  if (needed.empty()) return absl::OkStatus();
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids,
                      deps.ids.Next(RegionCode(), static_cast<int>(needed.size()), deadline));
  absl::Status entered = deps.db.Run(deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(std::vector<QualityRuleRow> left, missing(tx));
    for (size_t i = 0; i < left.size() && i < ids.size(); ++i) {
      left[i].id = QualityRuleId(ids[i]);
      left[i].created_by = kAuthor;
      left[i].created_at = now;
    }
    return InsertQualityRules(tx, left);
  });
  // Another replica was faster.
  return absl::IsAlreadyExists(entered) ? absl::OkStatus() : entered;
}

absl::Status EnterDeliveredRules(const Deps& deps, absl::Time deadline) {
  return EnterRulesOf(deps, rules::NationalRulesJson(), deadline);
}

}  // namespace jz::identification
