// Persons and lists for tests of comparisons, put into the tables directly.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/sealer.h"
#include "services/identification/domain/comparison_list.h"
#include "services/identification/store/comparison_finding_store.h"
#include "services/identification/store/comparison_store.h"
#include "tests/store/identification/register_database.h"

namespace jz::identification::testing {

inline constexpr int64_t kFirstPerson = 1'000'000;

class ComparisonDatabase : public RegisterDatabase {
 protected:
  ComparisonDatabase()
      : sealer_(*crypto::Sealer::FromText("1 AES-256-GCM+HMAC-SHA-256 " + std::string(64, 'a') +
                                          " " + std::string(64, 'b'))) {}

  std::string HashOf(int index) { return sealer_->Hash(kCitizenIdContext, absl::StrCat(index)); }

  // Households of one person each, numbers [first, first + count).
  void AddPersons(int first, int count, absl::string_view region = "230221101200") {
    std::vector<Household> households;
    std::vector<Person> persons;
    for (int i = first; i < first + count; ++i) {
      households.push_back(MakeHousehold(i + 1, absl::StrCat("H", i), region));
      persons.push_back(MakePerson(kFirstPerson + i, i + 1, 'x', region));
      persons.back().citizen_id_hash = HashOf(i);
    }
    ASSERT_TRUE(Run([&](sql::Transaction& tx) -> absl::Status {
                  JZ_RETURN_IF_ERROR(InsertHouseholds(tx, households));
                  return InsertPersons(tx, persons);
                }).ok());
  }

  // A list of numbers, each with its number as value, in runs of `run_size`.
  ComparisonListId AddList(int64_t id, const std::vector<int>& numbers,
                           const std::string& kind = "payroll",
                           absl::string_view region = "230000000000", size_t run_size = 1500) {
    ComparisonList list;
    list.id = ComparisonListId(id);
    list.kind = kind;
    list.region = Code(region);
    list.authority = "财政局";
    list.purpose = "比对";
    list.data_date = Date(2017, 1, 1);
    list.expires_on = Date(9998, 12, 31);
    list.attributes = {
        {.name = "unit", .type = AttributeType::kText, .label_zh = "单位", .label_en = "Unit"}};
    list.created_by = "tester";
    list.created_at = absl::FromUnixSeconds(1'500'000'000 + id);
    list.entry_count = static_cast<int64_t>(numbers.size());
    std::vector<std::vector<ListBlock>> runs;
    RunBuilder run;
    for (size_t i = 0; i < numbers.size(); ++i) {
      run.Add(HashOf(numbers[i]), JoinValues({absl::StrCat("unit ", numbers[i])}));
      if ((i + 1) % run_size == 0 || i + 1 == numbers.size()) runs.push_back(run.Finish());
    }
    EXPECT_TRUE(Run([&](sql::Transaction& tx) -> absl::Status {
                  JZ_RETURN_IF_ERROR(InsertComparisonList(tx, list));
                  for (size_t i = 0; i < runs.size(); ++i) {
                    JZ_RETURN_IF_ERROR(InsertRun(tx, list.id, static_cast<int>(i), runs[i]));
                  }
                  std::string digest(32, '\0');
                  digest.replace(0, 10, absl::StrCat(1'000'000'000 + id));
                  return PublishComparisonList(tx, list, digest);
                }).ok());
    return list.id;
  }

  std::unique_ptr<crypto::Sealer> sealer_;
};

}  // namespace jz::identification::testing
