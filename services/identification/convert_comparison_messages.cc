// Values of comparisons to messages.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/mask.h"
#include "google/protobuf/util/time_util.h"
#include "services/identification/convert_comparison.h"

namespace jz::identification {
namespace {

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

void FillAttributes(absl::Span<const AttributeDefinition> from,
                    google::protobuf::RepeatedPtrField<v1::ComparisonKind::Attribute>& attributes) {
  for (const AttributeDefinition& attribute : from) {
    v1::ComparisonKind::Attribute& to = *attributes.Add();
    to.set_name(attribute.name);
    to.set_type(static_cast<v1::ComparisonAttributeType>(attribute.type));
    to.set_label_zh(attribute.label_zh);
    to.set_label_en(attribute.label_en);
  }
}

v1::ComparisonAttribute ToMessage(const ComparisonHit::Value& value) {
  v1::ComparisonAttribute message;
  message.set_name(value.name);
  switch (value.type) {
    case AttributeType::kNumber:
      message.set_number(value.text);
      break;
    case AttributeType::kDate:
      message.set_date(value.text);
      break;
    case AttributeType::kMoney: {
      int64_t fen = 0;
      if (absl::SimpleAtoi(value.text, &fen)) message.set_money_fen(fen);
      break;
    }
    default:
      message.set_text(value.text);
  }
  return message;
}

}  // namespace

v1::ComparisonKind ToMessage(const ComparisonKind& kind) {
  v1::ComparisonKind message;
  message.set_code(kind.code);
  message.set_region_code(kind.region.ToString());
  message.set_valid_from(FormatDate(kind.valid_from));
  if (FormatDate(kind.valid_to) != kEndOfTime) message.set_valid_to(FormatDate(kind.valid_to));
  message.set_label_zh(kind.label_zh);
  message.set_label_en(kind.label_en);
  message.set_severity(static_cast<v1::ComparisonSeverity>(kind.severity));
  message.set_due_days(kind.due_days);
  message.set_needs_authorization(kind.needs_authorization);
  FillAttributes(kind.attributes, *message.mutable_attributes());
  return message;
}

v1::ComparisonList ToMessage(const ComparisonList& list, Date today) {
  v1::ComparisonList message;
  message.set_name(list.id.Name());
  message.set_kind(list.kind);
  message.set_region_code(list.region.ToString());
  message.set_authority(list.authority);
  message.set_purpose(list.purpose);
  message.set_data_date(FormatDate(list.data_date));
  message.set_expires_on(FormatDate(list.expires_on));
  message.set_state(Comparable(list, today) ? v1::COMPARISON_LIST_STATE_READY
                                            : v1::COMPARISON_LIST_STATE_EXPIRED);
  message.set_entry_count(list.entry_count);
  message.set_skipped_count(list.skipped_count);
  FillAttributes(list.attributes, *message.mutable_attributes());
  message.set_created_by(list.created_by);
  *message.mutable_create_time() = ToTimestamp(list.created_at);
  return message;
}

std::string EtagOf(const ComparisonFinding& finding) { return absl::StrCat("v", finding.version); }

v1::ComparisonFinding ToMessage(const NamedFinding& from) {
  const ComparisonFinding& finding = from.finding;
  v1::ComparisonFinding message;
  message.set_name(finding.id.Name());
  message.set_kind(finding.kind);
  message.set_list(finding.list.Name());
  message.set_person(finding.person.Name());
  message.set_person_name(crypto::MaskName(from.person_name, crypto::Purpose::kList));
  message.set_household(finding.household.Name());
  message.set_region_code(finding.region.ToString());
  message.set_severity(static_cast<v1::ComparisonSeverity>(finding.severity));
  message.set_state(static_cast<v1::ComparisonFindingState>(finding.state));
  if (finding.due_on) {
    message.set_assigned_to(finding.region.AtLevel(RegionLevel::kTownship).ToString());
    message.set_due_on(FormatDate(*finding.due_on));
  }
  message.set_outcome(static_cast<v1::ComparisonOutcome>(finding.outcome));
  message.set_closing(static_cast<v1::ComparisonClosing>(finding.closing));
  for (const ComparisonHit& hit : ParseHits(finding.hits)) {
    v1::ComparisonFinding::Hit& to = *message.add_hits();
    to.set_list(hit.list.Name());
    for (const ComparisonHit::Value& value : hit.values) *to.add_attributes() = ToMessage(value);
  }
  *message.mutable_first_found_time() = ToTimestamp(finding.first_found_at);
  *message.mutable_last_found_time() = ToTimestamp(finding.last_found_at);
  message.set_etag(EtagOf(finding));
  return message;
}

v1::ComparisonFinding::Event ToMessage(const FindingEvent& event) {
  v1::ComparisonFinding::Event message;
  message.set_kind(static_cast<v1::ComparisonFinding::Event::Kind>(event.kind));
  message.set_outcome(static_cast<v1::ComparisonOutcome>(event.outcome));
  message.set_reason(event.reason);
  message.set_evidence_reference(event.evidence_reference);
  message.set_recorded_by(event.recorded_by);
  *message.mutable_recorded_at() = ToTimestamp(event.recorded_at);
  return message;
}

v1::ComparisonFigures::Row ToMessage(const ComparisonFigure& figure) {
  v1::ComparisonFigures::Row message;
  message.set_region_code(figure.part.ToString());
  message.set_kind(figure.kind);
  message.set_list(figure.list.Name());
  message.set_severity(static_cast<v1::ComparisonSeverity>(figure.severity));
  message.set_state(static_cast<v1::ComparisonFindingState>(figure.state));
  message.set_outcome(static_cast<v1::ComparisonOutcome>(figure.outcome));
  message.set_closing(static_cast<v1::ComparisonClosing>(figure.closing));
  message.set_count(figure.count);
  message.set_overdue_count(figure.overdue_count);
  return message;
}

}  // namespace jz::identification
