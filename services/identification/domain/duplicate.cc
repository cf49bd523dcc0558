#include "services/identification/domain/duplicate.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace jz::identification {

std::string NormalPhone(absl::string_view phone) {
  constexpr size_t kFewestDigits = 7;
  constexpr size_t kMobileDigits = 11;
  std::string digits;
  for (const char c : phone) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) digits.push_back(c);
  }
  for (const char* country : {"0086", "86"}) {
    const size_t size = std::char_traits<char>::length(country);
    if (absl::StartsWith(digits, country) && digits.size() - size == kMobileDigits) {
      digits.erase(0, size);
    }
  }
  return digits.size() < kFewestDigits ? "" : digits;
}

bool SeeAgain(Duplicate& duplicate, absl::Span<const DuplicatePlace> places, int household_count,
              int64_t run) {
  std::set<HouseholdId> known;
  for (const DuplicatePlace& place : duplicate.places) known.insert(place.household);
  const bool joined = std::any_of(places.begin(), places.end(), [&](const DuplicatePlace& place) {
    return !known.contains(place.household);
  });
  const bool reopened = duplicate.state == DuplicateState::kGone
                            ? joined || duplicate.decision == DuplicateDecision::kUnspecified
                            : joined && duplicate.state == DuplicateState::kDecided;
  const bool back = duplicate.state == DuplicateState::kGone && !reopened;
  const bool changed =
      !std::equal(places.begin(), places.end(), duplicate.places.begin(), duplicate.places.end());
  if (reopened) {
    duplicate.state = DuplicateState::kOpen;
    duplicate.decision = DuplicateDecision::kUnspecified;
    duplicate.kept = HouseholdId();
    duplicate.reason.clear();
    duplicate.decided_by.clear();
    duplicate.decided_at = absl::UnixEpoch();
  }
  if (back) duplicate.state = DuplicateState::kDecided;
  duplicate.places.assign(places.begin(), places.end());
  duplicate.household_count = household_count;
  duplicate.last_run = run;
  if (reopened || back || changed) ++duplicate.version;
  return reopened;
}

}  // namespace jz::identification
