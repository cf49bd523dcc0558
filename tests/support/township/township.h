// A township's year 2017 as the change feeds of identification, assistance and funds tell it: eight
// households, one of them in the next township.
//
//   1  registered for years, 3 members; helped, planned for, visited, paid
//   2  registered, 2 members; removed as wrongly admitted
//   3  registered, 1 member, who dies
//   4  exited in 2016, 4 members; the exit is reverted; its helper went in March
//   5  2 members; newly admitted
//   6  exited in 2016, 1 member; relapses
//   7  registered, 5 members, one of whom leaves; exits; paid less than the standard
//   8  in the next township: registered, 10 members, helped and paid
#pragma once

#include <string>
#include <vector>

#include "common/feed/households.h"

namespace jz::testing {

inline constexpr char kTownship[] = "230221101000";
inline constexpr char kVillage[] = "230221101201";
inline constexpr char kNextTownship[] = "230221102000";
inline constexpr char kNextVillage[] = "230221102201";

HouseholdId TownshipHousehold(int number);

// In the order in which they would be published.
std::vector<common::v1::Change> RegisterChanges();
std::vector<common::v1::Change> AssistanceChanges();
std::vector<common::v1::Change> FundsChanges();

// One pairing as it stands at a version.
common::v1::Change PairingChange(int pairing, int household, int64_t version,
                                 const std::string& from_date, const std::string& to_date);
// One payment of a purpose.
common::v1::Change PaymentChange(int payment, int household, const std::string& purpose,
                                 int64_t amount_fen, int64_t standard_fen,
                                 const std::string& paid_date, int64_t item_count = 0);

}  // namespace jz::testing
