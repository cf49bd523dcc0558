#include "services/identification/convert_comparison.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/identification/domain/csv.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

constexpr int kMaxKinds = 100;
constexpr int kMaxAttributes = 20;
constexpr int kMaxLists = 50;
constexpr int kMaxLabel = 50;
constexpr int kMaxListText = 200;
constexpr int kMaxReason = 500;
constexpr int kMaxReference = 200;
constexpr int kMaxDueDays = 366;
constexpr size_t kMaxCode = 32;
constexpr size_t kSha256Digits = 64;

bool IsCode(absl::string_view code) {
  return !code.empty() && code.size() <= kMaxCode && absl::ascii_islower(code[0]) &&
         std::all_of(code.begin(), code.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

void CheckCode(absl::string_view code, const std::string& field, Violations& violations) {
  if (IsCode(code)) return;
  violations.Add(field, "COMPARISON_CODE_FORMAT",
                 "1 to 32 lower-case letters, digits and underscores, a letter first");
}

void CheckLabel(const std::string& text, const std::string& field, Violations& violations) {
  CheckText(text, kMaxLabel, field, "TEXT_REQUIRED", violations);
  if (text.find('|') != std::string::npos) {
    violations.Add(field, "TEXT_FORMAT", "a label has no '|'");
  }
}

// The id, when it is right and was not seen before.
template <class IdType>
IdType IdFrom(const std::string& name, const std::string& field, std::set<IdType>& seen,
              Violations& violations) {
  absl::StatusOr<IdType> id = IdType::Parse(name);
  if (!id.ok()) {
    violations.Add(field, "RESOURCE_NAME_FORMAT", "not a name of that kind of resource");
    return IdType();
  }
  if (!seen.insert(*id).second) violations.Add(field, "DUPLICATE", "name each once");
  return *id;
}

AttributeDefinition AttributeFrom(const v1::ComparisonKind::Attribute& from,
                                  const std::string& field, Violations& violations) {
  CheckCode(from.name(), field + ".name", violations);
  if (from.type() < v1::COMPARISON_ATTRIBUTE_TYPE_TEXT ||
      from.type() > v1::COMPARISON_ATTRIBUTE_TYPE_MONEY) {
    violations.Add(field + ".type", "ENUM_REQUIRED", "TEXT, NUMBER, DATE or MONEY");
  }
  CheckLabel(from.label_zh(), field + ".label_zh", violations);
  CheckLabel(from.label_en(), field + ".label_en", violations);
  return {.name = from.name(),
          .type = static_cast<AttributeType>(from.type()),
          .label_zh = from.label_zh(),
          .label_en = from.label_en()};
}

ComparisonKind KindFrom(const v1::ComparisonKind& from, const std::string& field,
                        Violations& violations) {
  ComparisonKind kind;
  kind.code = from.code();
  kind.label_zh = from.label_zh();
  kind.label_en = from.label_en();
  kind.severity = static_cast<ComparisonSeverity>(from.severity());
  kind.due_days = from.due_days();
  kind.needs_authorization = from.needs_authorization();
  CheckCode(from.code(), field + ".code", violations);
  kind.region = RegionFrom(from.region_code(), field + ".region_code", violations);
  kind.valid_from = DateFrom(from.valid_from(), field + ".valid_from", violations);
  kind.valid_to = from.valid_to().empty()
                      ? Date(9999, 12, 31)
                      : DateFrom(from.valid_to(), field + ".valid_to", violations);
  if (kind.valid_to < kind.valid_from) {
    violations.Add(field + ".valid_to", "VALIDITY_ORDER", "not before valid_from");
  }
  CheckLabel(from.label_zh(), field + ".label_zh", violations);
  CheckLabel(from.label_en(), field + ".label_en", violations);
  if (from.severity() != v1::COMPARISON_SEVERITY_MUST_REVIEW &&
      from.severity() != v1::COMPARISON_SEVERITY_MUST_EXPLAIN) {
    violations.Add(field + ".severity", "ENUM_REQUIRED", "MUST_REVIEW or MUST_EXPLAIN");
  }
  if (from.due_days() < 1 || from.due_days() > kMaxDueDays) {
    violations.Add(field + ".due_days", "DUE_DAYS_RANGE", "1 to 366");
  }
  if (from.attributes_size() > kMaxAttributes) {
    violations.Add(field + ".attributes", "BATCH_TOO_LARGE", "at most 20");
  }
  std::set<std::string> names;
  for (int i = 0; i < std::min(from.attributes_size(), kMaxAttributes); ++i) {
    const std::string where = absl::StrCat(field, ".attributes[", i, "]");
    kind.attributes.push_back(AttributeFrom(from.attributes(i), where, violations));
    for (const std::string& name : {from.attributes(i).name(), from.attributes(i).label_zh()}) {
      if (!names.insert(name).second) {
        violations.Add(where, "DUPLICATE", "names and Chinese labels are each there once");
      }
    }
  }
  return kind;
}

}  // namespace

absl::StatusOr<std::vector<ComparisonKind>> KindsFrom(
    const v1::PutComparisonKindsRequest& request) {
  Violations violations;
  CheckBatch("kinds", request.kinds_size(), kMaxKinds, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<ComparisonKind> kinds;
  std::set<std::tuple<std::string, RegionCode, Date>> keys;
  for (int i = 0; i < request.kinds_size(); ++i) {
    const std::string field = absl::StrCat("kinds[", i, "]");
    kinds.push_back(KindFrom(request.kinds(i), field, violations));
    const ComparisonKind& kind = kinds.back();
    if (!keys.emplace(kind.code, kind.region, kind.valid_from).second) {
      violations.Add(field, "DUPLICATE", "the same code, region and valid_from again");
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return kinds;
}

absl::StatusOr<ComparisonList> ListFrom(const v1::CreateComparisonListRequest& head, Date today) {
  Violations violations;
  ComparisonList list;
  list.kind = head.kind();
  list.authority = head.authority();
  list.purpose = head.purpose();
  CheckCode(head.kind(), "kind", violations);
  list.region = RegionFrom(head.region_code(), "region_code", violations);
  CheckText(head.authority(), kMaxListText, "authority", "AUTHORITY_REQUIRED", violations);
  CheckText(head.purpose(), kMaxListText, "purpose", "PURPOSE_REQUIRED", violations);
  list.data_date = DateFrom(head.data_date(), "data_date", violations);
  if (list.data_date > today) violations.Add("data_date", "DATE_FUTURE", "not in the future");
  if (absl::StatusOr<Date> last = ParseDate(head.expires_on()); last.ok()) {
    list.expires_on = *last;
    if (*last < today) violations.Add("expires_on", "LIST_EXPIRED", "the last day is over");
  } else {
    violations.Add("expires_on", "DATE_FORMAT", "a civil day, YYYY-MM-DD");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return list;
}

absl::StatusOr<std::vector<Authorization>> AuthorizationsFrom(
    const v1::PutAuthorizationsRequest& request, Date today) {
  Violations violations;
  CheckBatch("authorizations", request.authorizations_size(), kMaxBatch, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<Authorization> all;
  std::set<HouseholdId> seen;
  for (int i = 0; i < request.authorizations_size(); ++i) {
    const v1::PutAuthorizationsRequest::Authorization& from = request.authorizations(i);
    const std::string field = absl::StrCat("authorizations[", i, "]");
    Authorization& to = all.emplace_back();
    to.household = IdFrom(from.household(), field + ".household", seen, violations).value();
    to.signed_on = DateFrom(from.signed_on(), field + ".signed_on", violations);
    to.valid_to = DateFrom(from.valid_to(), field + ".valid_to", violations);
    if (to.signed_on > today) {
      violations.Add(field + ".signed_on", "DATE_FUTURE", "not in the future");
    }
    if (to.valid_to < to.signed_on) {
      violations.Add(field + ".valid_to", "VALIDITY_ORDER", "not before signed_on");
    }
    if (from.kinds_size() > kMaxLists) {
      violations.Add(field + ".kinds", "BATCH_TOO_LARGE", "at most 50");
      continue;
    }
    for (int k = 0; k < from.kinds_size(); ++k) {
      CheckCode(from.kinds(k), absl::StrCat(field, ".kinds[", k, "]"), violations);
      to.kinds.push_back(from.kinds(k));
    }
    const std::string& digits = from.evidence_sha256();
    if (digits.size() != kSha256Digits ||
        !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
      violations.Add(field + ".evidence_sha256", "SHA256_FORMAT", "64 hexadecimal digits");
    } else {
      to.evidence_sha256 = absl::HexStringToBytes(digits);
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return all;
}

absl::StatusOr<ComparisonRequest> ComparisonFrom(const v1::RunComparisonRequest& request) {
  Violations violations;
  ComparisonRequest wanted;
  wanted.region = RegionFrom(request.region_code(), "region_code", violations);
  CheckBatch("lists", request.lists_size(), kMaxLists, violations);
  std::set<ComparisonListId> seen;
  for (int i = 0; i < std::min(request.lists_size(), kMaxLists); ++i) {
    wanted.lists.push_back(
        IdFrom(request.lists(i), absl::StrCat("lists[", i, "]"), seen, violations));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return wanted;
}

absl::StatusOr<std::vector<FindingAnswer>> AnswersFrom(
    const v1::BatchAnswerComparisonFindingsRequest& request) {
  Violations violations;
  CheckBatch("answers", request.answers_size(), kMaxBatch, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<FindingAnswer> answers;
  std::set<ComparisonFindingId> seen;
  for (int i = 0; i < request.answers_size(); ++i) {
    const v1::BatchAnswerComparisonFindingsRequest::Answer& from = request.answers(i);
    const std::string field = absl::StrCat("answers[", i, "]");
    FindingAnswer& to = answers.emplace_back();
    to.finding = IdFrom(from.finding(), field + ".finding", seen, violations);
    to.outcome = static_cast<ComparisonOutcome>(from.outcome());
    to.reason = from.reason();
    to.evidence_reference = from.evidence_reference();
    to.etag = from.etag();
    if (from.outcome() < v1::COMPARISON_OUTCOME_CONFIRMED ||
        from.outcome() > v1::COMPARISON_OUTCOME_WRONG_MATCH) {
      violations.Add(field + ".outcome", "ENUM_REQUIRED", "CONFIRMED, EXPLAINED or WRONG_MATCH");
    }
    CheckText(from.reason(), kMaxReason, field + ".reason", "REASON_REQUIRED", violations);
    const bool needs_evidence = to.outcome != ComparisonOutcome::kConfirmed;
    CheckText(from.evidence_reference(), kMaxReference, field + ".evidence_reference",
              needs_evidence ? "EVIDENCE_REQUIRED" : nullptr, violations);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return answers;
}

absl::StatusOr<std::vector<FindingCheck>> ChecksFrom(
    const v1::BatchCheckComparisonFindingsRequest& request) {
  using Check = v1::BatchCheckComparisonFindingsRequest::Check;
  Violations violations;
  CheckBatch("checks", request.checks_size(), kMaxBatch, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<FindingCheck> checks;
  std::set<ComparisonFindingId> seen;
  for (int i = 0; i < request.checks_size(); ++i) {
    const Check& from = request.checks(i);
    const std::string field = absl::StrCat("checks[", i, "]");
    FindingCheck& to = checks.emplace_back();
    to.finding = IdFrom(from.finding(), field + ".finding", seen, violations);
    to.accept = from.verdict() == Check::VERDICT_ACCEPT;
    to.reason = from.reason();
    to.etag = from.etag();
    if (!to.accept && from.verdict() != Check::VERDICT_RETURN) {
      violations.Add(field + ".verdict", "ENUM_REQUIRED", "ACCEPT or RETURN");
    }
    CheckText(from.reason(), kMaxReason, field + ".reason", to.accept ? nullptr : "REASON_REQUIRED",
              violations);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return checks;
}

}  // namespace jz::identification
