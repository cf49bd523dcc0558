#include "services/identification/domain/code_list_plan.h"

#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/identification/domain/region.h"

namespace jz::identification {
namespace {

using SpanKey = std::tuple<std::string, int, int64_t, Date>;  // list, code, region, first day

SpanKey KeyOf(const StoredCode& code) {
  return {code.entry.list, code.entry.code, code.region.number(), code.valid_from};
}

bool SameCodeAndRegion(const StoredCode& a, const StoredCode& b) {
  return a.entry.list == b.entry.list && a.entry.code == b.entry.code && a.region == b.region;
}

bool Overlap(const StoredCode& a, const StoredCode& b) {
  return a.valid_from <= b.valid_to && b.valid_from <= a.valid_to;
}

bool SameEntry(const CodeEntry& a, const CodeEntry& b) {
  return a.key == b.key && a.zh == b.zh && a.en == b.en && a.aliases == b.aliases &&
         a.written == b.written;
}

// The lists as they become, row by row.
class Planner {
 public:
  Planner(absl::Span<const StoredCode> stored, Violations& violations) : violations_(violations) {
    for (const StoredCode& code : stored) spans_[KeyOf(code)] = code;
  }

  void Add(const StoredCode& row, size_t index) {
    field_ = absl::StrCat("codes[", index, "]");
    CheckKey(row);
    if (!seen_.insert(KeyOf(row)).second) {
      violations_.Add(field_, "CODE_DUPLICATE", "the same code, region and day come twice");
      return;
    }
    if (auto known = spans_.find(KeyOf(row)); known != spans_.end()) {
      Close(row, known->second);
    } else {
      Create(row);
    }
  }

  CodePlan TakePlan() {
    CheckTexts();
    CodePlan plan;
    for (const SpanKey& key : created_) plan.created.push_back(spans_[key]);
    for (const SpanKey& key : closed_) {
      if (!created_.contains(key)) plan.closed.push_back(spans_[key]);
    }
    return plan;
  }

 private:
  void CheckKey(const StoredCode& row) {
    for (const auto& [key, other] : spans_) {
      if (other.entry.list != row.entry.list) continue;
      const bool same_code = other.entry.code == row.entry.code;
      if (same_code && other.entry.key != row.entry.key) {
        violations_.Add(field_ + ".key", "CODE_KEY_CHANGED", "the code has another key");
        return;
      }
      if (!same_code && other.entry.key == row.entry.key) {
        violations_.Add(field_ + ".key", "CODE_KEY_TAKEN", "another code of the list has this key");
        return;
      }
    }
  }

  void Close(const StoredCode& row, StoredCode& stored) {
    if (!SameEntry(row.entry, stored.entry)) {
      violations_.Add(field_, "CODE_CHANGED",
                      "what is stored can only be closed; enter other labels from another day on");
      return;
    }
    if (row.valid_to == stored.valid_to) return;
    stored.valid_to = row.valid_to;
    stored.recorded_by = row.recorded_by;
    stored.recorded_at = row.recorded_at;
    CheckOverlap(stored);
    closed_.insert(KeyOf(stored));
  }

  void Create(const StoredCode& row) {
    for (auto& [key, other] : spans_) {
      if (!SameCodeAndRegion(row, other) || other.valid_to != kNoEnd) continue;
      if (other.valid_from >= row.valid_from) continue;
      other.valid_to = row.valid_from - 1;
      other.recorded_by = row.recorded_by;
      other.recorded_at = row.recorded_at;
      closed_.insert(key);
    }
    CheckOverlap(row);
    spans_[KeyOf(row)] = row;
    created_.insert(KeyOf(row));
  }

  void CheckOverlap(const StoredCode& row) {
    for (const auto& [key, other] : spans_) {
      if (key != KeyOf(row) && SameCodeAndRegion(row, other) && Overlap(row, other)) {
        violations_.Add(
            field_ + ".valid_from", "VALIDITY_OVERLAP",
            absl::StrCat("the code is valid from ", FormatDate(other.valid_from), " on already"));
      }
    }
  }

  // Spans of different codes may share a text when no day and no region sees both.
  void CheckTexts() {
    std::map<std::pair<std::string, std::string>, std::vector<const StoredCode*>> texts;
    for (const auto& [key, code] : spans_) {
      std::vector<std::string> own = code.entry.aliases;
      own.insert(own.end(), {code.entry.zh, code.entry.written, absl::StrCat(code.entry.code)});
      for (const std::string& text : own) texts[{code.entry.list, text}].push_back(&code);
    }
    for (const auto& [text, codes] : texts) {
      for (const StoredCode* a : codes) {
        for (const StoredCode* b : codes) {
          const bool twice = a->region == b->region && a->entry.code > b->entry.code;
          const bool together = a->region.Contains(b->region) && Overlap(*a, *b);
          if (a->entry.code == b->entry.code || !together || twice) continue;
          violations_.Add("codes", "CODE_TEXT_TAKEN",
                          absl::StrCat(text.second, " stands for two codes of ", text.first));
        }
      }
    }
  }

  Violations& violations_;
  std::string field_;
  std::map<SpanKey, StoredCode> spans_;
  std::set<SpanKey> seen_;
  std::set<SpanKey> created_;
  std::set<SpanKey> closed_;
};

}  // namespace

CodePlan PlanCodes(absl::Span<const StoredCode> stored, absl::Span<const StoredCode> rows,
                   Violations& violations) {
  Planner planner(stored, violations);
  for (size_t i = 0; i < rows.size(); ++i) planner.Add(rows[i], i);
  return planner.TakePlan();
}

}  // namespace jz::identification
