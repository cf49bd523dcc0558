#include "services/identification/convert_quality.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/quality_storage.pb.h"
#include "services/identification/domain/csv.h"
#include "services/identification/request_checks.h"
#include "services/identification/rules/syntax.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr size_t kMaxCode = 40;
constexpr int kMaxTitle = 300;
constexpr int kMaxOwner = 100;
constexpr int kMaxNote = 2000;
constexpr int kMaxReason = 500;
constexpr int kMaxAssignee = 128;
constexpr int kMaxListed = 20;
constexpr int kMaxParams = 50;
constexpr int kMaxExemptionYears = 10;
// Doubles, which JSON numbers are, hold whole numbers exactly up to here.
constexpr double kMaxWholeNumber = 9007199254740992.0;

bool IsRuleCode(absl::string_view code) {
  return !code.empty() && code.size() <= kMaxCode &&
         std::all_of(code.begin(), code.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
         });
}

std::optional<int64_t> WholeNumber(const google::protobuf::Value& value) {
  const double number = value.number_value();
  if (value.kind_case() != google::protobuf::Value::kNumberValue ||
      std::abs(number) > kMaxWholeNumber || std::floor(number) != number) {
    return std::nullopt;
  }
  return static_cast<int64_t>(number);
}

std::optional<rules::ParamValue> ListParam(const google::protobuf::ListValue& list) {
  std::vector<int64_t> numbers;
  std::vector<std::string> texts;
  for (const google::protobuf::Value& value : list.values()) {
    if (std::optional<int64_t> number = WholeNumber(value)) {
      numbers.push_back(*number);
    } else if (value.kind_case() == google::protobuf::Value::kStringValue) {
      texts.push_back(value.string_value());
    } else {
      return std::nullopt;
    }
  }
  if (numbers.empty() == texts.empty() || list.values_size() > rules::kMaxListLiterals) {
    return std::nullopt;
  }
  if (!numbers.empty()) return rules::ParamValue(std::move(numbers));
  return rules::ParamValue(std::move(texts));
}

std::optional<rules::ParamValue> ParamFrom(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kStringValue:
      return rules::ParamValue(value.string_value());
    case google::protobuf::Value::kBoolValue:
      return rules::ParamValue(value.bool_value());
    case google::protobuf::Value::kListValue:
      return ListParam(value.list_value());
    default:
      if (std::optional<int64_t> number = WholeNumber(value)) return rules::ParamValue(*number);
      return std::nullopt;
  }
}

google::protobuf::Value ToMessage(const rules::ParamValue& param) {
  google::protobuf::Value value;
  if (const auto* number = std::get_if<int64_t>(&param)) {
    value.set_number_value(static_cast<double>(*number));
  } else if (const auto* yes = std::get_if<bool>(&param)) {
    value.set_bool_value(*yes);
  } else if (const auto* text = std::get_if<std::string>(&param)) {
    value.set_string_value(*text);
  } else if (const auto* numbers = std::get_if<std::vector<int64_t>>(&param)) {
    for (int64_t one : *numbers) {
      value.mutable_list_value()->add_values()->set_number_value(static_cast<double>(one));
    }
  } else {
    for (const std::string& one : std::get<std::vector<std::string>>(param)) {
      value.mutable_list_value()->add_values()->set_string_value(one);
    }
  }
  return value;
}

void VariantsFrom(const v1::QualityRule& message, const std::string& field, rules::RuleText& text,
                  Violations& violations) {
  for (int i = 0; i < message.variants_size(); ++i) {
    const v1::QualityRule::Variant& variant = message.variants(i);
    if (!IsRuleCode(variant.code())) {
      violations.Add(absl::StrCat(field, ".variants[", i, "].code"), "QUALITY_CODE_FORMAT",
                     "1 to 40 letters, digits, '_', '-' and '.'");
    }
    text.variants.push_back({.population = static_cast<rules::Population>(variant.population()),
                             .code = variant.code()});
  }
  std::sort(text.variants.begin(), text.variants.end(),
            [](const auto& a, const auto& b) { return a.population < b.population; });
}

}  // namespace

rules::RuleText RuleTextFrom(const v1::QualityRule& message, const std::string& field,
                             Violations& violations) {
  rules::RuleText text;
  VariantsFrom(message, field, text, violations);
  text.scope = static_cast<rules::Scope>(message.scope());
  text.severity = static_cast<rules::Severity>(message.severity());
  text.title_zh = message.title_zh();
  text.title_en = message.title_en();
  text.expression = message.expression();
  text.note = message.note();
  text.fields.assign(message.fields().begin(), message.fields().end());
  text.also.assign(message.also().begin(), message.also().end());
  CheckText(text.title_zh, kMaxTitle, field + ".title_zh", "TEXT_REQUIRED", violations);
  CheckText(text.title_en, kMaxTitle, field + ".title_en", "TEXT_REQUIRED", violations);
  CheckText(text.note, kMaxNote, field + ".note", nullptr, violations);
  CheckText(message.owner(), kMaxOwner, field + ".owner", nullptr, violations);
  if (message.fields_size() > kMaxListed || message.also_size() > kMaxListed) {
    violations.Add(field, "BATCH_TOO_LARGE", "at most 20 fields and 20 further codes");
  }
  if (message.params().fields_size() > kMaxParams) {
    violations.Add(field + ".params", "BATCH_TOO_LARGE", "at most 50 parameters");
  }
  for (const auto& [name, value] : message.params().fields()) {
    if (std::optional<rules::ParamValue> param = ParamFrom(value)) {
      text.params[name] = *std::move(param);
    } else {
      violations.Add(absl::StrCat(field, ".params.", name), "PARAMETER_FORMAT",
                     "a whole number, a text, true, false, or a list of numbers or of texts");
    }
  }
  return text;
}

v1::QualityRule ToMessage(const rules::RuleText& text) {
  v1::QualityRule message;
  for (const rules::Variant& variant : text.variants) {
    v1::QualityRule::Variant& to = *message.add_variants();
    to.set_code(variant.code);
    to.set_population(static_cast<v1::RulePopulation>(variant.population));
  }
  message.set_scope(static_cast<v1::RuleScope>(text.scope));
  message.set_severity(static_cast<v1::RuleSeverity>(text.severity));
  message.set_title_zh(text.title_zh);
  message.set_title_en(text.title_en);
  for (const auto& [name, value] : text.params) {
    (*message.mutable_params()->mutable_fields())[name] = ToMessage(value);
  }
  message.set_expression(text.expression);
  for (const std::string& field : text.fields) message.add_fields(field);
  for (const std::string& code : text.also) message.add_also(code);
  message.set_note(text.note);
  return message;
}

std::string RuleKeyOf(const rules::RuleText& text) {
  if (text.variants.empty()) return "";
  return absl::StrCat(text.variants[0].code, ":", static_cast<int>(text.variants[0].population));
}

QualityRuleRow RuleRowFrom(const v1::QualityRule& message, const rules::RuleText& text,
                           const std::string& field, Date today, Violations& violations) {
  QualityRuleRow row;
  row.key = RuleKeyOf(text);
  for (const rules::Variant& variant : text.variants) row.codes.push_back(variant.code);
  row.scope = static_cast<int>(text.scope);
  row.severity = static_cast<int>(text.severity);
  row.region = RegionFrom(message.region_code(), field + ".region_code", violations);
  row.valid_from = today;
  if (!message.valid_from().empty()) {
    row.valid_from = DateFrom(message.valid_from(), field + ".valid_from", violations, today);
  }
  if (!message.valid_to().empty()) {
    row.valid_to = DateFrom(message.valid_to(), field + ".valid_to", violations);
    if (row.valid_to && *row.valid_to < row.valid_from) {
      violations.Add(field + ".valid_to", "VALIDITY", "the validity ends before it begins");
    }
  }
  v1::QualityRule definition = ToMessage(text);
  definition.set_owner(message.owner());
  row.definition = definition.SerializeAsString();
  return row;
}

absl::StatusOr<v1::QualityRule> ToMessage(const QualityRuleRow& row) {
  v1::QualityRule message;
  if (!message.ParseFromString(row.definition)) {
    return Internal("QUALITY_RULE_BROKEN", "a stored rule does not parse");
  }
  message.set_name(row.id.Name());
  message.set_region_code(row.region.ToString());
  message.set_valid_from(FormatDate(row.valid_from));
  if (row.valid_to) message.set_valid_to(FormatDate(*row.valid_to));
  message.set_version(row.version);
  message.set_created_by(row.created_by);
  *message.mutable_created_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(row.created_at));
  return message;
}

v1::DecidingValue ToMessage(const rules::DecidingValue& value) {
  v1::DecidingValue message;
  message.set_field(value.field);
  if (value.person != 0) message.set_person(PersonId(value.person).Name());
  message.set_value(value.value);
  message.set_label_zh(value.label_zh);
  message.set_label_en(value.label_en);
  return message;
}

QualityHit QualityHitFrom(const rules::RuleSet::Entry& entry, const rules::Hit& hit,
                          absl::Span<const rules::DecidingValue> values) {
  v1::QualityExplanation explanation;
  // FNV-1a: the same in every process, which absl::Hash is not.
  uint64_t fingerprint = 14695981039346656037u;
  auto add = [&](absl::string_view text) {
    for (char c : text) fingerprint = (fingerprint ^ static_cast<uint8_t>(c)) * 1099511628211u;
    fingerprint = (fingerprint ^ 0xFF) * 1099511628211u;
  };
  for (const rules::DecidingValue& value : values) {
    *explanation.add_deciding_values() = ToMessage(value);
    add(value.field);
    add(value.value);
  }
  const bool village = entry.rule.scope == rules::Scope::kVillage;
  return {.key = {.code = entry.rule.variants[hit.variant].code,
                  .subject = village ? hit.region : hit.household,
                  .person = hit.person},
          .rule = QualityRuleId(entry.applies.tag),
          .scope = static_cast<int>(entry.rule.scope),
          .severity = static_cast<int>(entry.rule.severity),
          .region = RegionCode::FromNumber(hit.region),
          .values = static_cast<int64_t>(fingerprint),
          .explanation = explanation.SerializeAsString()};
}

std::string EtagOf(const QualityFinding& finding) { return absl::StrCat("v", finding.version); }

v1::QualityFinding ToMessage(const QualityFinding& finding) {
  v1::QualityFinding message;
  const QualityHit& hit = finding.hit;
  if (!finding.id.empty()) message.set_name(finding.id.Name());
  message.set_code(hit.key.code);
  if (!hit.rule.empty()) message.set_rule(hit.rule.Name());
  message.set_scope(static_cast<v1::RuleScope>(hit.scope));
  message.set_severity(static_cast<v1::RuleSeverity>(hit.severity));
  if (hit.scope != v1::RULE_SCOPE_VILLAGE) {
    message.set_household(HouseholdId(hit.key.subject).Name());
  }
  if (hit.key.person != 0) message.set_person(PersonId(hit.key.person).Name());
  message.set_region_code(hit.region.ToString());
  message.set_state(static_cast<v1::QualityFindingState>(finding.state));
  message.set_outcome(static_cast<v1::QualityOutcome>(finding.outcome));
  message.set_assignee(finding.assignee);
  if (finding.due_on) message.set_due_on(FormatDate(*finding.due_on));
  v1::QualityExplanation explanation;
  if (explanation.ParseFromString(hit.explanation)) {
    *message.mutable_deciding_values() = std::move(*explanation.mutable_deciding_values());
  }
  if (finding.version == 0) return message;
  *message.mutable_first_found_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(finding.first_found_at));
  *message.mutable_last_found_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(finding.last_found_at));
  message.set_etag(EtagOf(finding));
  return message;
}

v1::QualityFinding::Event ToMessage(const QualityEvent& event) {
  v1::QualityFinding::Event message;
  message.set_kind(static_cast<v1::QualityFinding::Event::Kind>(event.kind));
  message.set_outcome(static_cast<v1::QualityOutcome>(event.outcome));
  message.set_reason(event.reason);
  message.set_recorded_by(event.recorded_by);
  *message.mutable_recorded_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(event.recorded_at));
  return message;
}

std::string VillageName(int64_t subject) {
  return "villages/" + RegionCode::FromNumber(subject).ToString();
}

v1::QualityExemption ToMessage(const QualityExemption& exemption) {
  v1::QualityExemption message;
  message.set_name(exemption.id.Name());
  message.set_code(exemption.key.code);
  const bool village = exemption.key.subject == exemption.region.number();
  message.set_subject(village ? VillageName(exemption.key.subject)
                              : HouseholdId(exemption.key.subject).Name());
  if (exemption.key.person != 0) message.set_person(PersonId(exemption.key.person).Name());
  message.set_reason(exemption.reason);
  message.set_expires_on(FormatDate(exemption.expires_on));
  message.set_region_code(exemption.region.ToString());
  message.set_created_by(exemption.created_by);
  *message.mutable_created_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(exemption.created_at));
  return message;
}

std::vector<QualityFindingId> FindingIdsFrom(const std::vector<std::string>& names,
                                             const std::string& field, Violations& violations) {
  CheckBatch(field, static_cast<int>(names.size()), kMaxBatch, violations);
  std::vector<QualityFindingId> ids;
  std::set<QualityFindingId> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StatusOr<QualityFindingId> id = QualityFindingId::Parse(names[i]);
    if (!id.ok()) {
      violations.Add(absl::StrCat(field, "[", i, "]"), "RESOURCE_NAME_FORMAT",
                     "qualityFindings/ and 13 characters");
    } else if (!seen.insert(*id).second) {
      violations.Add(absl::StrCat(field, "[", i, "]"), "BATCH_REPEATS", "is given twice");
    }
    ids.push_back(id.value_or(QualityFindingId()));
  }
  return ids;
}

absl::StatusOr<FindingAssignment> AssignmentFrom(
    const v1::BatchAssignQualityFindingsRequest& request, Date today) {
  Violations violations;
  FindingAssignment assignment;
  assignment.findings =
      FindingIdsFrom({request.names().begin(), request.names().end()}, "names", violations);
  assignment.assignee = request.assignee();
  CheckText(request.assignee(), kMaxAssignee, "assignee", "TEXT_REQUIRED", violations);
  assignment.due_on = DateFrom(request.due_on(), "due_on", violations, today);
  if (assignment.due_on < today) {
    violations.Add("due_on", "DATE_PAST", "the day has passed already");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return assignment;
}

absl::StatusOr<std::vector<QualityFindingId>> CorrectedFrom(
    const v1::BatchCorrectQualityFindingsRequest& request) {
  Violations violations;
  std::vector<std::string> names;
  for (int i = 0; i < request.corrections_size(); ++i) {
    const auto& correction = request.corrections(i);
    const std::string field = absl::StrCat("corrections[", i, "]");
    names.push_back(correction.name());
    const bool true_to_life = correction.outcome() == v1::QUALITY_OUTCOME_TRUE_TO_LIFE;
    if (!true_to_life && correction.outcome() != v1::QUALITY_OUTCOME_CORRECTED) {
      violations.Add(field + ".outcome", "QUALITY_OUTCOME_REQUIRED", "CORRECTED or TRUE_TO_LIFE");
    }
    CheckText(correction.reason(), kMaxReason, field + ".reason",
              true_to_life ? "TEXT_REQUIRED" : nullptr, violations);
  }
  std::vector<QualityFindingId> ids = FindingIdsFrom(names, "corrections", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return ids;
}

absl::StatusOr<std::vector<QualityFindingId>> VerifiedFrom(
    const v1::BatchVerifyQualityFindingsRequest& request) {
  Violations violations;
  std::vector<std::string> names;
  for (int i = 0; i < request.verifications_size(); ++i) {
    const auto& verification = request.verifications(i);
    names.push_back(verification.name());
    CheckText(verification.reason(), kMaxReason, absl::StrCat("verifications[", i, "].reason"),
              verification.accept() ? nullptr : "TEXT_REQUIRED", violations);
  }
  std::vector<QualityFindingId> ids = FindingIdsFrom(names, "verifications", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return ids;
}

absl::StatusOr<std::vector<QualityExemption>> ExemptionsFrom(
    const v1::PutExemptionsRequest& request, Date today) {
  Violations violations;
  CheckBatch("exemptions", request.exemptions_size(), kMaxBatch, violations);
  std::vector<QualityExemption> exemptions;
  std::set<QualityKey> seen;
  for (int i = 0; i < request.exemptions_size(); ++i) {
    const v1::QualityExemption& message = request.exemptions(i);
    const std::string field = absl::StrCat("exemptions[", i, "]");
    QualityExemption exemption;
    exemption.key.code = message.code();
    exemption.reason = message.reason();
    if (!IsRuleCode(message.code())) {
      violations.Add(field + ".code", "QUALITY_CODE_FORMAT", "the code of a rule");
    }
    CheckText(message.reason(), kMaxReason, field + ".reason", "TEXT_REQUIRED", violations);
    absl::string_view village = message.subject();
    if (absl::ConsumePrefix(&village, "villages/")) {
      absl::StatusOr<RegionCode> code = RegionCode::Parse(village);
      if (code.ok() && code->level() == RegionLevel::kVillage) {
        exemption.key.subject = code->number();
        exemption.region = *code;
      } else {
        violations.Add(field + ".subject", "RESOURCE_NAME_FORMAT", "villages/ and 12 digits");
      }
    } else if (auto household = HouseholdId::Parse(message.subject()); household.ok()) {
      exemption.key.subject = household->value();
    } else {
      violations.Add(field + ".subject", "RESOURCE_NAME_FORMAT", "a household or a village");
    }
    if (!message.person().empty()) {
      absl::StatusOr<PersonId> person = PersonId::Parse(message.person());
      if (!person.ok() || exemption.region != RegionCode()) {
        violations.Add(field + ".person", "RESOURCE_NAME_FORMAT", "a member of the household");
      }
      exemption.key.person = person.value_or(PersonId()).value();
    }
    exemption.expires_on = DateFrom(message.expires_on(), field + ".expires_on", violations, today);
    if (exemption.expires_on < today ||
        exemption.expires_on.year() > today.year() + kMaxExemptionYears) {
      violations.Add(field + ".expires_on", "DATE_RANGE",
                     "today or later, at most ten years ahead");
    }
    if (!seen.insert(exemption.key).second) {
      violations.Add(field, "BATCH_REPEATS", "is given twice");
    }
    exemptions.push_back(std::move(exemption));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return exemptions;
}

}  // namespace jz::identification
