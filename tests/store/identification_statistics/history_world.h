// A register that lives: random operations of every kind, one after the other, as time goes by.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/sql/database.h"
#include "services/identification/domain/household.h"
#include "services/identification/move_households.h"
#include "services/identification/record_household.h"

namespace jz::identification::testing {

class HistoryWorld {
 public:
  HistoryWorld(sql::Database& db, absl::Time begin, int seed);

  // One operation: households are entered, decided on, monitored, moved, lose and gain members,
  // members change, villages are merged into others, villages are recorded anew. Some are recorded
  // as of an earlier moment, like those that commit late. Between them deltas are rolled and days
  // counted, or not.
  void Step();
  absl::Time now() const { return now_; }
  const std::vector<RegionCode>& villages() const { return villages_; }
  int Random(int below) { return std::uniform_int_distribution<>(0, below - 1)(random_); }

 private:
  void PassTime();
  absl::Time Moment();
  absl::Status Enter(sql::Transaction& tx);
  absl::Status Change(sql::Transaction& tx);
  absl::Status Move(sql::Transaction& tx, std::vector<HouseholdId> ids);
  absl::Status MergeVillage(sql::Transaction& tx);
  absl::Status RecordVillage(sql::Transaction& tx);

  Person NewPerson(const Household& household, bool head);
  void ChangePerson(Person& person);
  v1::HouseholdFacts RandomFacts();
  std::string Code(int below);
  std::vector<HouseholdId> Some(int at_most);
  RegionCode Village() { return villages_[static_cast<size_t>(Random(12))]; }
  absl::StatusOr<std::vector<HouseholdChange>> Lock(sql::Transaction& tx,
                                                    absl::Span<const HouseholdId> ids);

  sql::Database& db_;
  std::mt19937 random_;
  absl::Time now_;
  std::vector<RegionCode> villages_;
  int64_t next_id_ = 1;
  std::vector<HouseholdId> households_;
};

}  // namespace jz::identification::testing
