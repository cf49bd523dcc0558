// Households of different counties that may be one. Plain values and pure functions.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/ids.h"
#include "common/base/region_code.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

struct DuplicateTag {
  static constexpr char kCollection[] = "duplicates";
};
using DuplicateId = Id<DuplicateTag>;

// The numbers of the enums are those of duplicate.proto and of the columns.
enum class DuplicateState : int { kUnspecified = 0, kOpen = 1, kDecided = 2, kGone = 3 };
enum class DuplicateDecision : int { kUnspecified = 0, kSame = 1, kDifferent = 2, kKeep = 3 };

enum class DuplicateKind : int { kUnspecified = 0, kPhone = 1, kBankAccount = 2 };

inline constexpr char kSharedPhoneContext[] = "duplicate.phone";
inline constexpr char kSharedAccountContext[] = "duplicate.bank_account";
inline constexpr size_t kMaxDuplicatePlaces = 100;

struct DuplicatePlace {
  HouseholdId household;
  RegionCode region;  // village

  friend bool operator==(const DuplicatePlace&, const DuplicatePlace&) = default;
};

struct Duplicate {
  DuplicateId id;
  DuplicateKind kind = DuplicateKind::kPhone;
  std::string number_hash;
  DuplicateState state = DuplicateState::kOpen;
  int household_count = 0;
  std::vector<DuplicatePlace> places;  // in order of household, at most kMaxDuplicatePlaces
  DuplicateDecision decision = DuplicateDecision::kUnspecified;
  HouseholdId kept;
  std::string reason;
  std::string decided_by;
  absl::Time decided_at;
  int64_t last_run = 0;
  int version = 1;
};

// The number without what people write between digits and without the country: numbers that are the
// same give the same text. Empty when it has fewer than seven digits.
std::string NormalPhone(absl::string_view phone);

// A run has found these households. A decision holds until another household has joined those that
// it was about; true when the duplicate is open again.
bool SeeAgain(Duplicate& duplicate, absl::Span<const DuplicatePlace> places, int household_count,
              int64_t run);

}  // namespace jz::identification
