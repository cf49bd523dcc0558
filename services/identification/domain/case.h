// Cases (one household's way through a procedure), campaigns, notices and objections: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/date.h"
#include "common/base/ids.h"
#include "common/base/region_code.h"
#include "services/identification/domain/household.h"

namespace jz::identification {

struct CaseTag {
  static constexpr char kCollection[] = "cases";
};
using CaseId = Id<CaseTag>;

struct CampaignTag {
  static constexpr char kCollection[] = "campaigns";
};
using CampaignId = Id<CampaignTag>;  // empty: outside campaigns

struct NoticeTag {
  static constexpr char kCollection[] = "notices";
};
using NoticeId = Id<NoticeTag>;

struct ObjectionTag {
  static constexpr char kCollection[] = "objections";
};
using ObjectionId = Id<ObjectionTag>;

// The numbers of these enums are those of campaign.proto and of the columns.
enum class CaseStep : int {
  kNone = 0,
  kGroupAssessment = 1,
  kVillageDeliberation = 2,
  kTownshipVerification = 3,
  kCountyDecision = 4,
  kPublicity = 5,
  kConclusion = 6,
};

enum class CaseState : int {
  kUnspecified = 0,
  kOpen = 1,
  kEffective = 2,
  kRejected = 3,
  kSuperseded = 4,
  kNotAdmitted = 5,
  kWithdrawn = 6,
};

// kFailed is not stored: it is an assessing campaign whose job has ended.
enum class CampaignState : int {
  kUnspecified = 0,
  kAssessing = 1,
  kOpen = 2,
  kCancelled = 3,
  kFailed = 4,
};

enum class ObjectionState : int { kUnspecified = 0, kOpen = 1, kUpheld = 2, kDismissed = 3 };

struct Case {
  CaseId id;
  HouseholdId household;
  RegionCode region;  // village
  CampaignId campaign;
  AdjustmentKind kind = AdjustmentKind::kUnspecified;
  std::string reason;
  CaseState state = CaseState::kOpen;
  CaseStep awaiting = CaseStep::kNone;
  std::string closing_reason;
  int64_t household_version = 0;  // that was assessed
  int member_count = 0;
  int planned_exit_year = 0;  // 0: none
  std::optional<Date> last_step_on;
  std::optional<Date> decided_on;
  std::optional<Date> effective_date;
  NoticeId notice;
  CaseId supersedes;
  std::string proposed_by;
  std::string assessed_by;
  std::string deliberated_by;
  std::string verified_by;
  absl::Time created_at;
};

struct PovertyLine {
  int64_t fen = 0;
  RegionCode region;  // that it was set for
  std::optional<Date> valid_from;
};

// What a proposal rests on.
struct CaseAssessment {
  std::string rule;
  HouseholdState household_state = HouseholdState::kUnspecified;
  int able_to_work_count = 0;
  int income_year = 0;  // 0: no statement
  int64_t net_income_per_head_fen = 0;
  int64_t previous_net_income_per_head_fen = 0;
  PovertyLine line;
  std::vector<std::string> failed_guarantees;
  std::vector<std::string> exclusion_kinds;
  std::string note;
};

struct Votes {
  int in_favour = 0;
  int against = 0;
  int abstained = 0;
};

// One recorded step of a case, with the meeting or document that it was recorded by.
struct RecordedStep {
  CaseStep step = CaseStep::kNone;
  bool passed = false;
  std::string reason;
  Date held_on;
  int attendance = 0;          // 0: no meeting
  std::optional<Votes> votes;  // of meetings
  std::string reference;
  std::string recorded_by;
  absl::Time recorded_at;
};

struct CaseCount {
  AdjustmentKind kind = AdjustmentKind::kUnspecified;
  CaseState state = CaseState::kUnspecified;
  CaseStep awaiting = CaseStep::kNone;
  int64_t count = 0;
};

struct Campaign {
  CampaignId id;
  RegionCode region;
  std::string title;
  Date period_start;
  Date period_end;
  std::string procedure;
  CampaignState state = CampaignState::kUnspecified;
  int64_t job = 0;
  std::string created_by;
  absl::Time created_at;
};

struct Notice {
  NoticeId id;
  CampaignId campaign;
  RegionCode region;  // village
  int64_t batch = 0;
  Date posted_on;
  int days = 0;
  Date ends_on;
  std::string posted_by;
  absl::Time posted_at;
  int64_t case_count = 0;
};

struct NoticeEntry {
  CaseId case_id;
  std::string head_name;
  std::string group_name;
  AdjustmentKind kind = AdjustmentKind::kUnspecified;
  std::string reason;
};

struct Objection {
  ObjectionId id;
  CaseId case_id;
  NoticeId notice;
  CampaignId campaign;
  RegionCode region;  // village
  std::string text;
  std::string objector_name;  // empty: anonymous
  ObjectionState state = ObjectionState::kOpen;
  std::string answer;
  std::string filed_by;
  absl::Time filed_at;
  std::string answered_by;
  absl::Time answered_at;
};

}  // namespace jz::identification
