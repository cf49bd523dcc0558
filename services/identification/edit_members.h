// The part of a HouseholdEdit that is about persons. Internal to edit_household.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/identification/edit_household.h"

namespace jz::identification {

class MemberEditor {
 public:
  MemberEditor(const EditContext& context, const v1::HouseholdEdit& edit, const std::string& path,
               HouseholdDraft& draft, Violations& violations);

  // Corrections, then who leaves, then who joins.
  absl::Status EditAll(sql::Transaction& tx);
  // After that: the head, and relations to a new one.
  void SetHead();

 private:
  absl::Status Correct(const v1::MemberEdit& member, const std::string& path);
  absl::Status CorrectValue(const v1::MemberValues& values, absl::string_view name,
                            const std::string& path, Person& person);
  void Leave(const v1::LeavingMember& leaving, const std::string& path);
  // With the hashes of those who join, of whom the register is asked once.
  absl::Status JoinAll(sql::Transaction& tx);
  absl::Status Join(int index, const std::optional<CitizenId>& id, const Person* departed);
  absl::Status SetCitizenId(const CitizenId& id, Person& person);
  absl::Status SetPersonPhone(const std::string& phone, const std::string& path, Person& person);
  void SetColumns(Person& person);
  std::optional<Date> DayOf(const std::string& text, const std::string& path);

  const EditContext& context_;
  const v1::HouseholdEdit& edit_;
  const std::string& path_;
  HouseholdDraft& draft_;
  Violations& violations_;
  // The head as the edit found it.
  PersonId old_head_;
  Sex old_head_sex_ = Sex::kUnstated;
  std::vector<PersonId> joined_;   // by index of the join; empty where it was refused
  std::vector<PersonId> related_;  // whose relation the edit gives
};

}  // namespace jz::identification
