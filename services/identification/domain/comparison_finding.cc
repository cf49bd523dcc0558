#include "services/identification/domain/comparison_finding.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

// Values have no control characters, so these part them: hits, fields of a hit, parts of a field.
constexpr char kHitSeparator = '\x1e';
constexpr char kFieldSeparator = '\x1f';
constexpr char kPartSeparator = '\x1d';

absl::Status WrongState(const ComparisonFinding& finding) {
  return FailedPrecondition("COMPARISON_FINDING_STATE", {{"finding", finding.id.Name()}},
                            "the finding is not in a state that allows this");
}

void Assign(ComparisonFinding& finding, const ObservationRules& rules) {
  finding.state = ComparisonFindingState::kAssigned;
  finding.due_on = DateInShanghai(rules.now) + rules.due_days;
}

void Open(ComparisonFinding& finding, const ObservationRules& rules) {
  finding.state = ComparisonFindingState::kDoubtful;
  finding.outcome = ComparisonOutcome::kUnspecified;
  finding.closing = ComparisonClosing::kUnspecified;
  finding.due_on = std::nullopt;
  finding.answered_by.clear();
  if (!rules.hold) Assign(finding, rules);
}

// The values of hits, sorted.
std::vector<std::vector<ComparisonHit::Value>> Facts(absl::string_view hits) {
  std::vector<std::vector<ComparisonHit::Value>> facts;
  for (ComparisonHit& hit : ParseHits(hits)) {
    std::sort(hit.values.begin(), hit.values.end());
    facts.push_back(std::move(hit.values));
  }
  std::sort(facts.begin(), facts.end());
  return facts;
}

}  // namespace

ComparisonHit NameValues(ComparisonListId list, absl::Span<const AttributeDefinition> attributes,
                         absl::string_view joined_values) {
  ComparisonHit hit{.list = list, .values = {}};
  std::vector<std::string> values = SplitValues(joined_values);
  for (size_t i = 0; i < values.size() && i < attributes.size(); ++i) {
    if (values[i].empty()) continue;
    hit.values.push_back(
        {.name = attributes[i].name, .type = attributes[i].type, .text = std::move(values[i])});
  }
  return hit;
}

std::string FormatHits(absl::Span<const ComparisonHit> hits) {
  std::string text;
  for (const ComparisonHit& hit : hits.subspan(0, kMaxHits)) {
    if (!text.empty()) text.push_back(kHitSeparator);
    absl::StrAppend(&text, hit.list.value());
    for (const ComparisonHit::Value& value : hit.values) {
      text.push_back(kFieldSeparator);
      absl::StrAppend(&text, value.name);
      text.push_back(kPartSeparator);
      absl::StrAppend(&text, static_cast<int>(value.type));
      text.push_back(kPartSeparator);
      absl::StrAppend(&text, value.text);
    }
  }
  return text;
}

std::vector<ComparisonHit> ParseHits(absl::string_view text) {
  std::vector<ComparisonHit> hits;
  for (absl::string_view one : absl::StrSplit(text, kHitSeparator, absl::SkipEmpty())) {
    std::vector<absl::string_view> fields = absl::StrSplit(one, kFieldSeparator);
    int64_t list = 0;
    if (!absl::SimpleAtoi(fields[0], &list)) continue;
    ComparisonHit& hit = hits.emplace_back();
    hit.list = ComparisonListId(list);
    for (size_t i = 1; i < fields.size(); ++i) {
      std::vector<absl::string_view> parts = absl::StrSplit(fields[i], kPartSeparator);
      int type = 0;
      if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &type)) continue;
      hit.values.push_back({.name = std::string(parts[0]),
                            .type = static_cast<AttributeType>(type),
                            .text = std::string(parts[2])});
    }
  }
  return hits;
}

bool TellTheSame(absl::string_view some_hits, absl::string_view other_hits) {
  return some_hits == other_hits || Facts(some_hits) == Facts(other_hits);
}

ComparisonFinding Discover(const ComparisonObservation& seen, const ObservationRules& rules,
                           ComparisonFindingId id) {
  ComparisonFinding finding{.id = id,
                            .kind = rules.kind,
                            .person = seen.person,
                            .household = seen.household,
                            .region = seen.region,
                            .list = seen.list,
                            .severity = rules.severity,
                            .due_on = std::nullopt,
                            .hits = seen.hits,
                            .first_found_at = rules.now,
                            .last_found_at = rules.now,
                            .last_run = rules.run,
                            .answered_by = "",
                            .version = 1};
  Open(finding, rules);
  return finding;
}

bool Observe(ComparisonFinding& finding, const ComparisonObservation& seen,
             const ObservationRules& rules) {
  const bool same = TellTheSame(finding.hits, seen.hits);
  const bool shown_changes = finding.hits != seen.hits || finding.household != seen.household ||
                             finding.region != seen.region || finding.severity != rules.severity;
  finding.household = seen.household;
  finding.region = seen.region;
  finding.list = seen.list;
  finding.severity = rules.severity;
  finding.hits = seen.hits;
  finding.last_found_at = rules.now;
  finding.last_run = rules.run;
  const bool closed = finding.state == ComparisonFindingState::kClosed;
  const bool reopened = closed && (finding.closing == ComparisonClosing::kNoLongerTrue || !same);
  const bool assigned = finding.state == ComparisonFindingState::kDoubtful && !rules.hold;
  if (reopened) Open(finding, rules);
  if (assigned) Assign(finding, rules);
  if (shown_changes || reopened || assigned) ++finding.version;
  return reopened;
}

void CloseUntrue(ComparisonFinding& finding, int64_t run) {
  finding.state = ComparisonFindingState::kClosed;
  finding.closing = ComparisonClosing::kNoLongerTrue;
  finding.last_run = run;
  ++finding.version;
}

absl::Status AnswerFinding(ComparisonFinding& finding, ComparisonOutcome outcome,
                           absl::string_view answered_by) {
  if (finding.state != ComparisonFindingState::kAssigned &&
      finding.state != ComparisonFindingState::kAnswered) {
    return WrongState(finding);
  }
  finding.state = ComparisonFindingState::kAnswered;
  finding.outcome = outcome;
  finding.answered_by = std::string(answered_by);
  ++finding.version;
  return absl::OkStatus();
}

absl::Status CheckFinding(ComparisonFinding& finding, bool accept, Date due_on) {
  if (finding.state != ComparisonFindingState::kAnswered) return WrongState(finding);
  if (accept) {
    finding.state = ComparisonFindingState::kClosed;
    finding.closing = ComparisonClosing::kAccepted;
  } else {
    finding.state = ComparisonFindingState::kAssigned;
    finding.due_on = due_on;
  }
  ++finding.version;
  return absl::OkStatus();
}

}  // namespace jz::identification
