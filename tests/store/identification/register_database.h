// A database with the tables of the identification service, and rows to put into it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "services/identification/app.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "tests/support/mariadb.h"

namespace jz::identification::testing {

inline absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

inline RegionCode Code(absl::string_view text) { return *RegionCode::Parse(text); }

inline auth::RegionScope ScopeOf(absl::string_view region) {
  return auth::RegionScope({Code(region)});
}

class RegisterDatabase : public ::testing::Test {
 protected:
  RegisterDatabase() : db_(jz::testing::PrivateMariaDb::Shared().NewDatabase(Spec().migrations)) {}

  absl::Status Run(absl::FunctionRef<absl::Status(sql::Transaction&)> body) {
    return db_->Run(Soon(), body);
  }
  int64_t Count(const std::string& from) {
    auto count = db_->Fetch(Soon(), [&](sql::Transaction& tx) {
      return tx.SelectOne("SELECT COUNT(*) FROM " + from, {},
                          [](const sql::Row& row) { return row.Int(0); });
    });
    EXPECT_TRUE(count.ok()) << count.status();
    return count->value_or(-1);
  }

  static Household MakeHousehold(int64_t id, const std::string& national_no,
                                 absl::string_view region = "230221101200") {
    Household household;
    household.id = HouseholdId(id);
    household.region = Code(region);
    household.national_no = national_no;
    household.state = HouseholdState::kRegistered;
    household.state_since = Date(2014, 6, 30);
    household.housing = "01";
    household.version = 1;
    household.created_by = household.updated_by = "tester";
    household.created_at = household.updated_at = absl::FromUnixMicros(1'500'000'000'000'000);
    return household;
  }
  static Person MakePerson(int64_t id, int64_t household, char hash,
                           absl::string_view region = "230221101200") {
    Person person;
    person.id = PersonId(id);
    person.household = HouseholdId(household);
    person.region = Code(region);
    person.name = "王国强";
    person.birth_date = Date(1970, 1, 1);
    person.citizen_id_sealed = "sealed";
    person.citizen_id_hash = std::string(32, hash);
    person.relation = "02";
    person.joined_on = Date(2014, 6, 30);
    return person;
  }

  std::unique_ptr<sql::Database> db_;
};

}  // namespace jz::identification::testing
