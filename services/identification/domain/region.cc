#include "services/identification/domain/region.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace jz::identification {
namespace {

bool Overlap(const Region& a, const Region& b) {
  return a.valid_from <= b.valid_to && b.valid_from <= a.valid_to;
}

// What one row means beside the spans of its code that are stored or came earlier in the batch.
class RowPlanner {
 public:
  RowPlanner(const RegionBook& stored, RegionPlan& plan, Violations& violations)
      : stored_(stored), plan_(plan), violations_(violations) {}

  void Plan(const Region& row, const std::string& field) {
    for (const Region& span : stored_.Spans(row.code)) {
      if (span.valid_from == row.valid_from) return PlanKnown(span, row, field);
    }
    for (const Region& span : stored_.Spans(row.code)) {
      if (Overlap(span, row) && !ClosedBefore(span, row)) return Overlapping(field);
    }
    for (const Region& span : batch_.Spans(row.code)) {
      if (Overlap(span, row)) return Overlapping(field);
    }
    batch_.Add(row);
    plan_.created.push_back(row);
  }

 private:
  void PlanKnown(const Region& span, const Region& row, const std::string& field) {
    if (span.name != row.name) {
      violations_.Add(
          field + ".display_name", "REGION_NAME_CHANGED",
          "a region that is renamed is closed and entered anew from the day of the change");
    } else if (span.valid_to == row.valid_to) {
      ++plan_.unchanged;
    } else if (span.valid_to == kNoEnd) {
      plan_.closed.push_back(row);
    } else {
      violations_.Add(field + ".valid_to", "REGION_VALIDITY",
                      "the end of the validity was entered before");
    }
  }

  // A rename in one batch: the stored span is ended by an earlier row, the new one begins after it.
  bool ClosedBefore(const Region& span, const Region& row) const {
    return std::any_of(plan_.closed.begin(), plan_.closed.end(), [&](const Region& closed) {
      return closed.code == span.code && closed.valid_from == span.valid_from &&
             closed.valid_to < row.valid_from;
    });
  }

  void Overlapping(const std::string& field) {
    violations_.Add(field + ".valid_from", "REGION_VALIDITY_OVERLAP",
                    "the code is valid on some of these days already");
  }

  const RegionBook& stored_;
  RegionPlan& plan_;
  Violations& violations_;
  RegionBook batch_;
};

}  // namespace

RegionBook::RegionBook(absl::Span<const Region> regions) {
  for (const Region& region : regions) Add(region);
}

bool RegionBook::ValidOn(RegionCode code, Date date) const {
  if (code == RegionCode()) return true;
  absl::Span<const Region> spans = Spans(code);
  return std::any_of(spans.begin(), spans.end(),
                     [&](const Region& region) { return region.ValidOn(date); });
}

absl::Span<const Region> RegionBook::Spans(RegionCode code) const {
  auto found = spans_.find(code.number());
  if (found == spans_.end()) return {};
  return found->second;
}

RegionPlan PlanRegionImport(const RegionBook& stored, absl::Span<const Region> rows,
                            Violations& violations) {
  RegionPlan plan;
  RowPlanner planner(stored, plan, violations);
  RegionBook batch(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Region& row = rows[i];
    std::string field = absl::StrCat("regions[", i, "]");
    if (row.valid_to < row.valid_from) {
      violations.Add(field + ".valid_to", "REGION_VALIDITY", "ends before it begins");
      continue;
    }
    RegionCode parent = row.code.Parent();
    if (!stored.ValidOn(parent, row.valid_from) && !batch.ValidOn(parent, row.valid_from)) {
      violations.Add(field + ".code", "REGION_PARENT_UNKNOWN",
                     absl::StrCat("no region ", parent.ToString(), " is valid on ",
                                  FormatDate(row.valid_from)));
      continue;
    }
    planner.Plan(row, field);
  }
  return plan;
}

}  // namespace jz::identification
