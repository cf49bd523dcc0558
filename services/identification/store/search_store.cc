#include "services/identification/store/search_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/sql/scope.h"
#include "common/status/status.h"

namespace jz::identification {
namespace {

constexpr int kYes = 1;  // v1::YesNo
constexpr int kNo = 2;

class Condition {
 public:
  Condition(const auth::RegionScope& scope, const HouseholdSearch& search) : search_(search) {
    where_ = sql::ScopeClause(scope, "h.region_code", values_);
    AddHousehold(scope);
    AddFacts();
    AddPersons();
  }

  // FROM … WHERE …, with its values.
  std::string Text() const {
    return absl::StrCat("FROM household h ",
                        needs_facts_ ? "JOIN household_facts f ON f.household_id = h.id " : "",
                        "WHERE ", where_);
  }
  const sql::Values& values() const { return values_; }

 private:
  template <class T>
  void AddAny(absl::string_view column, const std::vector<T>& wanted) {
    if (wanted.empty()) return;
    absl::StrAppend(&where_, " AND ", column, " IN (", sql::InList(wanted.size()), ")");
    for (const T& one : wanted) values_.emplace_back(one);
    sql::PadInList(values_, wanted.size());
  }
  void AddFact(absl::string_view column, const std::vector<int>& wanted) {
    needs_facts_ |= !wanted.empty();
    AddAny(column, wanted);
  }

  void AddHousehold(const auth::RegionScope& scope) {
    std::vector<int> states;
    for (HouseholdState state : search_.states) states.push_back(static_cast<int>(state));
    AddAny("h.state", states);
    AddAny("h.main_cause", search_.main_causes);
    if (search_.safe_water) {
      where_ += " AND h.safe_water = ?";
      values_.emplace_back(*search_.safe_water);
    }
    if (search_.national_no.empty()) return;
    // A number is found by county: those that the scope touches.
    where_ +=
        " AND h.national_no = ? AND h.county IN (SELECT r.code DIV 1000000 FROM region r "
        "WHERE r.level = 3 AND (FALSE";
    values_.emplace_back(search_.national_no);
    for (RegionCode region : scope.regions()) {
      const bool below = region.level() > RegionLevel::kCounty;
      const RegionCode first = below ? region.AtLevel(RegionLevel::kCounty) : region;
      where_ += " OR r.code BETWEEN ? AND ?";
      values_.insert(values_.end(), {first.number(), below ? first.number() : region.Last()});
    }
    where_ += "))";
  }

  void AddFacts() {
    AddFact("f.household_type", search_.household_types);
    AddFact("f.monitored_category", search_.monitored_categories);
    AddFact("f.housing_grade", search_.housing_grades);
    if (search_.risk_eliminated) {
      needs_facts_ = true;
      where_ += " AND f.risk_eliminated = ?";
      values_.emplace_back(*search_.risk_eliminated ? kYes : kNo);
    }
    if (search_.risks.empty()) return;
    needs_facts_ = true;
    int64_t bits = 0;
    for (int risk : search_.risks) bits |= int64_t{1} << risk;
    where_ += " AND (f.risks & ?) <> 0";
    values_.emplace_back(bits);
  }

  void AddPersons() {
    if (!search_.citizen_id_hash.empty()) {
      where_ += " AND h.id IN (SELECT p.household_id FROM person p WHERE p.present_id_hash = ?)";
      values_.emplace_back(search_.citizen_id_hash);
    }
    if (!search_.person_national_no.empty()) {
      where_ +=
          " AND h.id IN (SELECT m.household_id FROM person m WHERE m.national_no = ? AND "
          "m.left_on IS NULL)";
      values_.emplace_back(search_.person_national_no);
    }
    if (search_.name_prefix.empty()) return;
    where_ +=
        " AND h.id IN (SELECT n.household_id FROM person n WHERE n.name LIKE ? AND "
        "n.left_on IS NULL)";
    values_.emplace_back(absl::StrCat(
        absl::StrReplaceAll(search_.name_prefix, {{"\\", "\\\\"}, {"%", "\\%"}, {"_", "\\_"}}),
        "%"));
  }

  const HouseholdSearch& search_;
  std::string where_;
  sql::Values values_;
  bool needs_facts_ = false;
};

}  // namespace

absl::StatusOr<std::vector<FoundHousehold>> SearchHouseholds(sql::Transaction& tx,
                                                             const auth::RegionScope& scope,
                                                             const HouseholdSearch& search,
                                                             const SearchPage& page) {
  const Condition condition(scope, search);
  sql::Values values = condition.values();
  values.insert(values.end(), {page.after_region, page.after_region, page.after_id, page.limit});
  return tx.Select(
      absl::StrCat("SELECT h.region_code, h.id ", condition.Text(),
                   " AND h.region_code >= ? AND (h.region_code > ? OR h.id > ?) ORDER BY "
                   "h.region_code, h.id LIMIT ?"),
      values, [](const sql::Row& row) {
        return FoundHousehold{.region = row.Region(0), .id = row.IdOf<HouseholdId>(1)};
      });
}

absl::StatusOr<int64_t> CountHouseholds(sql::Transaction& tx, const auth::RegionScope& scope,
                                        const HouseholdSearch& search, int64_t most) {
  const Condition condition(scope, search);
  sql::Values values = condition.values();
  values.emplace_back(most);
  JZ_ASSIGN_OR_RETURN(
      auto count,
      tx.SelectOne(absl::StrCat("SELECT COUNT(*) FROM (SELECT 1 ", condition.Text(), " LIMIT ?) t"),
                   values, [](const sql::Row& row) { return row.Int(0); }));
  return count.value_or(0);
}

}  // namespace jz::identification
