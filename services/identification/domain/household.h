// Households (户) and persons as the register holds them: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/citizen_id.h"
#include "common/base/date.h"
#include "common/base/ids.h"
#include "common/base/region_code.h"

namespace jz::identification {

struct HouseholdTag {
  static constexpr char kCollection[] = "households";
};
using HouseholdId = Id<HouseholdTag>;

struct PersonTag {
  static constexpr char kCollection[] = "persons";
};
using PersonId = Id<PersonTag>;

// The numbers are those of HouseholdState in changes.proto and of column household.state.
enum class HouseholdState : int {
  kUnspecified = 0,
  kCandidate = 1,
  kRegistered = 2,
  kExited = 3,
  kRemoved = 4,
  kClosed = 5,
};

// On the register: registered as poor, or exited and still on file.
constexpr bool OnRegister(HouseholdState state) {
  return state == HouseholdState::kRegistered || state == HouseholdState::kExited;
}

// The numbers are those of AdjustmentKind in changes.proto and of column adjustment.kind.
enum class AdjustmentKind : int {
  kUnspecified = 0,
  kAdmit = 1,
  kRemoveError = 2,
  kExit = 3,
  kRevertExit = 4,
  kRelapse = 5,
  kNaturalDecrease = 6,
  kRetain = 7,
  kNaturalIncrease = 8,
};

struct Household {
  HouseholdId id;
  RegionCode region;  // village
  std::string group_name;
  std::string national_no;  // 户编号; may be empty
  PersonId head;            // empty when the head has left
  HouseholdState state = HouseholdState::kUnspecified;
  Date state_since;
  int member_count = 0;             // present members
  std::string phone_sealed;         // context kPhoneContext; may be empty
  std::string bank;                 // 开户银行; may be empty
  std::string bank_account_sealed;  // context kBankAccountContext; may be empty
  std::string main_cause;
  std::string housing;  // "01" safe, "02" grade C, "03" grade D
  bool safe_water = false;
  bool education_ok = false;
  bool medical_ok = false;
  std::vector<std::string> exclusion_kinds;  // "01" to "11"
  int64_t net_income_per_head_fen = 0;
  int64_t previous_net_income_per_head_fen = 0;
  int able_to_work_count = 0;
  int planned_exit_year = 0;  // 0: none
  int64_t import_job = 0;     // 0: not imported
  int64_t version = 0;        // of the stored row; 0 before it is stored
  std::string created_by;
  absl::Time created_at;
  std::string updated_by;
  absl::Time updated_at;
};

struct Person {
  PersonId id;
  HouseholdId household;
  RegionCode region;
  std::string national_no;  // 人编号; may be empty
  std::string name;
  Sex sex = Sex::kUnstated;
  Date birth_date;
  std::string citizen_id_sealed;  // context kCitizenIdContext
  std::string citizen_id_hash;    // 32 bytes, of CitizenId::Person()
  std::string relation;           // "01": head
  std::string ethnicity;
  std::string education;
  std::string student;
  std::vector<std::string> health;
  std::string labour;
  Date joined_on;
  std::optional<Date> left_on;  // first day on which no longer a member
  std::string left_reason;      // code list member_change
  std::string joined_reason;    // code list member_change; empty for those who were always there
  std::string phone_sealed;     // context kPersonPhoneContext; may be empty
};

// Ability to work: ordinary or skilled labour.
inline bool AbleToWork(const Person& person) {
  return person.labour == "01" || person.labour == "02";
}

// What happened to a household's state. Which version of the household it made is told by the row
// that it is stored in.
struct Adjustment {
  AdjustmentKind kind = AdjustmentKind::kUnspecified;
  std::string reason;  // UPPER_SNAKE
  Date effective_date;
  HouseholdState state_before = HouseholdState::kUnspecified;
  HouseholdState state_after = HouseholdState::kUnspecified;
  int member_count = 0;
  int64_t case_id = 0;  // 0: without a case
};

// Contexts that personal data is sealed and hashed with.
inline constexpr char kCitizenIdContext[] = "person.citizen_id";
inline constexpr char kPhoneContext[] = "household.phone";
inline constexpr char kBankAccountContext[] = "household.bank_account";
inline constexpr char kPersonPhoneContext[] = "person.phone";

// The digits of a bank account without the spaces and dashes that people write between them;
// nothing when there are not 8 to 32 of them, or anything else between.
std::optional<std::string> PlainAccount(absl::string_view account);

// Codes of list member_change by which a person leaves a household (自然减少), and by which one
// comes to it.
bool IsDeparture(absl::string_view member_change);
bool IsJoining(absl::string_view member_change);
// Codes by which persons go from one household to another: with a split (分户) and a merge (并户).
inline constexpr char kHouseholdSplit[] = "13";
inline constexpr char kHouseholdMerged[] = "14";

// Relation of the head.
inline constexpr char kHeadRelation[] = "01";
inline constexpr size_t kMaxMembers = 50;

// Lists of codes are kept as one text, "02;04".
std::string JoinCodes(const std::vector<std::string>& codes);
std::vector<std::string> SplitCodes(absl::string_view text);

}  // namespace jz::identification
