#include "services/assistance/domain/assistance.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::assistance {
namespace {

bool Overlap(const Pairing& a, const Pairing& b) { return a.from <= b.to && b.from <= a.to; }

// The most pairings that hold on one day: it is reached on a first day.
int MostAtOnce(const std::vector<const Pairing*>& pairings) {
  int most = 0;
  for (const Pairing* first : pairings) {
    int now = 0;
    for (const Pairing* other : pairings)
      now += other->from <= first->from && first->from <= other->to;
    most = std::max(most, now);
  }
  return most;
}

}  // namespace

bool SameVisit(const Visit& a, const Visit& b) {
  return a.cadre == b.cadre && a.household == b.household && a.date == b.date &&
         a.summary == b.summary;
}

absl::Status CheckPairings(const std::vector<Pairing>& existing, const std::vector<Pairing>& added,
                           const absl::flat_hash_map<int64_t, int>& cadre_limits) {
  absl::flat_hash_map<int64_t, std::vector<const Pairing*>> by_household;
  absl::flat_hash_map<int64_t, std::vector<const Pairing*>> by_cadre;
  for (const Pairing& pairing : existing) {
    by_household[pairing.household].push_back(&pairing);
    by_cadre[pairing.cadre.value()].push_back(&pairing);
  }
  for (size_t i = 0; i < added.size(); ++i) {
    const Pairing& pairing = added[i];
    std::vector<const Pairing*>& others = by_household[pairing.household];
    if (std::any_of(others.begin(), others.end(),
                    [&](const Pairing* other) { return Overlap(*other, pairing); })) {
      return FailedPrecondition(
          "HOUSEHOLD_PAIRED", {{"index", absl::StrCat(i)}},
          absl::StrCat("pairings[", i, "]: the household has a helper in that time"));
    }
    others.push_back(&pairing);
    std::vector<const Pairing*>& helped = by_cadre[pairing.cadre.value()];
    helped.push_back(&pairing);
    auto limit = cadre_limits.find(pairing.cadre.value());
    if (limit != cadre_limits.end() && MostAtOnce(helped) > limit->second) {
      return FailedPrecondition(
          "CADRE_LIMIT", {{"index", absl::StrCat(i)}, {"limit", absl::StrCat(limit->second)}},
          absl::StrCat("pairings[", i, "]: the cadre would help more than ", limit->second,
                       " households"));
    }
  }
  return absl::OkStatus();
}

bool KnownMeasureGroup(absl::string_view group) {
  static constexpr std::array<absl::string_view, 14> kGroups = {"industry",
                                                                "employment",
                                                                "finance",
                                                                "post",
                                                                "housing",
                                                                "water",
                                                                "health",
                                                                "education",
                                                                "security",
                                                                "social",
                                                                "relocation",
                                                                "infrastructure",
                                                                "living_conditions",
                                                                "compulsory_education"};
  return std::find(kGroups.begin(), kGroups.end(), group) != kGroups.end();
}

}  // namespace jz::assistance
