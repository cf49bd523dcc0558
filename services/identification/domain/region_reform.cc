#include "services/identification/domain/region_reform.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace jz::identification {
namespace {

class Planner {
 public:
  Planner(const RegionBook& stored, const RegionReform& reform, Violations& violations)
      : stored_(stored), reform_(reform), violations_(violations) {}

  ReformPlan Plan() {
    ReformPlan plan;
    plan.created = PlanNew();
    for (size_t i = 0; i < reform_.moves.size(); ++i) {
      const RegionMove& move = reform_.moves[i];
      const std::string field = absl::StrCat("moves[", i, "]");
      CheckEnds(move, field);
      CheckSelection(move, field);
      if (move.groups.empty()) Close(move, field, plan.closed);
    }
    CheckChains();
    return plan;
  }

 private:
  std::vector<Region> PlanNew() {
    RegionBook batch(reform_.new_regions);
    std::set<RegionCode> seen;
    for (size_t i = 0; i < reform_.new_regions.size(); ++i) {
      const Region& region = reform_.new_regions[i];
      const std::string field = absl::StrCat("new_regions[", i, "].code");
      bool taken = !seen.insert(region.code).second;
      for (const Region& span : stored_.Spans(region.code)) {
        taken = taken || span.valid_to >= reform_.effective_date;
      }
      if (taken) {
        violations_.Add(field, "REGION_VALIDITY_OVERLAP",
                        "the code is valid on some of these days already");
      }
      const RegionCode parent = region.code.Parent();
      if (!stored_.ValidOn(parent, reform_.effective_date) && !batch.Exists(parent)) {
        violations_.Add(field, "REGION_PARENT_UNKNOWN",
                        absl::StrCat("no region ", parent.ToString(), " is valid on ",
                                     FormatDate(reform_.effective_date)));
      }
      created_.insert(region.code);
    }
    return reform_.new_regions;
  }

  void CheckEnds(const RegionMove& move, const std::string& field) {
    if (move.from == move.to) {
      violations_.Add(field + ".to_code", "REGION_MOVED_INTO_ITSELF",
                      "a village cannot be merged into itself");
    }
    for (const auto& [code, name] :
         {std::pair(move.from, ".from_code"), std::pair(move.to, ".to_code")}) {
      if (code.level() != RegionLevel::kVillage) {
        violations_.Add(field + name, "REGION_NOT_VILLAGE", "households live in villages");
      }
    }
    if (!stored_.ValidOn(move.from, reform_.effective_date - 1)) {
      violations_.Add(field + ".from_code", "REGION_NOT_VALID",
                      "the village must be valid on the day before the reform");
    }
    if (!created_.contains(move.to) && !stored_.ValidOn(move.to, reform_.effective_date)) {
      violations_.Add(field + ".to_code", "REGION_NOT_VALID",
                      "the village must be new, or valid on the day of the reform");
    }
  }

  void CheckSelection(const RegionMove& move, const std::string& field) {
    bool twice = move.groups.empty() && !rest_.insert(move.from).second;
    for (const std::string& group : move.groups) {
      twice = !groups_.emplace(move.from, group).second || twice;
    }
    if (twice) {
      violations_.Add(field, "REGION_MOVED_TWICE",
                      "another move takes the same households of this village");
    }
  }

  void Close(const RegionMove& move, const std::string& field, std::vector<Region>& closed) {
    for (Region span : stored_.Spans(move.from)) {
      if (!span.ValidOn(reform_.effective_date - 1)) continue;
      if (span.valid_to != kNoEnd) {
        if (span.valid_to >= reform_.effective_date) {
          violations_.Add(field + ".from_code", "REGION_VALIDITY",
                          "the end of the village's validity was entered before");
        }
        continue;
      }
      span.valid_to = reform_.effective_date - 1;
      closed.push_back(std::move(span));
    }
  }

  // Else it would depend on the order of moves who goes where.
  void CheckChains() {
    std::set<RegionCode> left;
    for (const RegionMove& move : reform_.moves) left.insert(move.from);
    for (size_t i = 0; i < reform_.moves.size(); ++i) {
      const RegionMove& move = reform_.moves[i];
      if (move.to == move.from || !left.contains(move.to)) continue;
      violations_.Add(absl::StrCat("moves[", i, "].to_code"), "REGION_MOVE_CHAIN",
                      "another move takes households out of this village");
    }
  }

  const RegionBook& stored_;
  const RegionReform& reform_;
  Violations& violations_;
  std::set<RegionCode> created_;
  std::set<RegionCode> rest_;
  std::set<std::pair<RegionCode, std::string>> groups_;
};

}  // namespace

ReformPlan PlanReform(const RegionBook& stored, const RegionReform& reform,
                      Violations& violations) {
  return Planner(stored, reform, violations).Plan();
}

std::vector<RegionMove> InOrder(std::vector<RegionMove> moves) {
  std::stable_partition(moves.begin(), moves.end(),
                        [](const RegionMove& move) { return !move.groups.empty(); });
  return moves;
}

RegionCode SmallestCommon(absl::Span<const RegionMove> moves) {
  if (moves.empty()) return RegionCode();
  RegionCode common = moves[0].from;
  for (const RegionMove& move : moves) {
    while (!common.Contains(move.from) || !common.Contains(move.to)) common = common.Parent();
  }
  return common;
}

std::vector<RegionCode> CurrentCodes(RegionCode code, Date day, const RegionBook& regions,
                                     absl::Span<const Succession> successions) {
  std::set<RegionCode> seen = {code};
  std::vector<RegionCode> open = {code};
  std::set<RegionCode> current;
  while (!open.empty()) {
    const RegionCode at = open.back();
    open.pop_back();
    if (regions.Exists(at) && regions.ValidOn(at, day)) {
      current.insert(at);
      continue;
    }
    for (const Succession& step : successions) {
      if (step.code != at || step.since > day) continue;
      if (seen.insert(step.successor).second) open.push_back(step.successor);
    }
  }
  return std::vector<RegionCode>(current.begin(), current.end());
}

}  // namespace jz::identification
