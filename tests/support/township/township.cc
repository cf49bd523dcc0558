#include "tests/support/township/township.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/feed/outbox.h"
#include "jingzhun/assistance/v1/changes.pb.h"
#include "jingzhun/funds/v1/changes.pb.h"
#include "jingzhun/identification/v1/changes.pb.h"

namespace jz::testing {
namespace {

namespace av1 = ::jingzhun::assistance::v1;
namespace fv1 = ::jingzhun::funds::v1;
namespace idv1 = ::jingzhun::identification::v1;

constexpr int kCounty = 230221;

struct PairingTag {
  static constexpr char kCollection[] = "pairings";
};
struct PlanTag {
  static constexpr char kCollection[] = "plans";
};
struct VisitTag {
  static constexpr char kCollection[] = "visits";
};

struct Step {
  idv1::AdjustmentKind kind;
  const char* reason;
  const char* date;
  idv1::HouseholdState before;
  idv1::HouseholdState after;
};

struct Past {
  int number;
  int members;
  std::vector<Step> steps;
  const char* first_member_left = "";  // the first day without this member
};

constexpr Step kAdmitted{idv1::ADJUSTMENT_KIND_ADMIT, "INCOME", "2014-01-01",
                         idv1::HOUSEHOLD_STATE_CANDIDATE, idv1::HOUSEHOLD_STATE_REGISTERED};
constexpr Step kExited{idv1::ADJUSTMENT_KIND_EXIT, "", "2016-06-14",
                       idv1::HOUSEHOLD_STATE_REGISTERED, idv1::HOUSEHOLD_STATE_EXITED};

std::vector<Past> Pasts() {
  const auto registered = idv1::HOUSEHOLD_STATE_REGISTERED;
  const auto exited = idv1::HOUSEHOLD_STATE_EXITED;
  return {
      {1, 3, {kAdmitted}},
      {2,
       2,
       {kAdmitted,
        {idv1::ADJUSTMENT_KIND_REMOVE_ERROR, "INCOME", "2017-06-14", registered,
         idv1::HOUSEHOLD_STATE_REMOVED}}},
      {3,
       1,
       {kAdmitted,
        {idv1::ADJUSTMENT_KIND_NATURAL_DECREASE, "ALL_MEMBERS_DIED", "2017-04-10", registered,
         idv1::HOUSEHOLD_STATE_CLOSED}},
       "2017-04-10"},
      {4,
       4,
       {kAdmitted,
        kExited,
        {idv1::ADJUSTMENT_KIND_REVERT_EXIT, "HOUSING", "2017-06-14", exited, registered}}},
      {5,
       2,
       {{idv1::ADJUSTMENT_KIND_ADMIT, "INCOME", "2017-06-14", idv1::HOUSEHOLD_STATE_CANDIDATE,
         registered}}},
      {6,
       1,
       {kAdmitted,
        kExited,
        {idv1::ADJUSTMENT_KIND_RELAPSE, "DISASTER", "2017-06-14", exited, registered}}},
      {7,
       5,
       {kAdmitted, {idv1::ADJUSTMENT_KIND_EXIT, "", "2017-06-14", registered, exited}},
       "2017-03-01"},
      {8, 10, {kAdmitted}},
  };
}

RegionCode VillageOf(int household) {
  return *RegionCode::Parse(household == 8 ? kNextVillage : kVillage);
}

common::v1::Change HouseholdChange(const Past& past, int64_t version) {
  const Step& step = past.steps[version - 1];
  idv1::HouseholdChanged payload;
  idv1::HouseholdSnapshot& household = *payload.mutable_household();
  household.set_household(TownshipHousehold(past.number).Name());
  household.set_region_code(VillageOf(past.number).ToString());
  household.set_state(step.after);
  for (int i = 0; i < past.members; ++i) {
    const bool left = i == 0 && *past.first_member_left != '\0';
    idv1::MemberSnapshot& member =
        left ? *household.add_departed_members() : *household.add_members();
    member.set_person(PersonId(MakeId(kCounty, past.number * 100 + i)).Name());
    member.set_joined_date("2014-01-01");
    if (left) member.set_left_date(past.first_member_left);
  }
  payload.mutable_adjustment()->set_kind(step.kind);
  payload.mutable_adjustment()->set_reason(step.reason);
  payload.mutable_adjustment()->set_effective_date(step.date);
  payload.mutable_adjustment()->set_state_before(step.before);
  payload.mutable_adjustment()->set_member_count(past.members);
  return feed::MakeChange(household.household(), VillageOf(past.number), version, absl::Now(),
                          payload);
}

common::v1::Change PlanChange(int plan, int household, int64_t version, int done_count) {
  av1::PlanChanged payload;
  payload.set_plan(Id<PlanTag>(MakeId(kCounty, plan)).Name());
  payload.set_household(TownshipHousehold(household).Name());
  payload.set_year(2017);
  payload.set_measure_count(2);
  payload.set_done_count(done_count);
  return feed::MakeChange(payload.plan(), VillageOf(household), version, absl::Now(), payload);
}

common::v1::Change VisitChange(int visit, int household, const std::string& date) {
  av1::VisitRecorded payload;
  payload.set_visit(Id<VisitTag>(MakeId(kCounty, visit)).Name());
  payload.set_household(TownshipHousehold(household).Name());
  payload.set_visit_date(date);
  return feed::MakeChange(payload.visit(), VillageOf(household), 1, absl::Now(), payload);
}

}  // namespace

HouseholdId TownshipHousehold(int number) { return HouseholdId(MakeId(kCounty, number)); }

std::vector<common::v1::Change> RegisterChanges() {
  std::vector<common::v1::Change> changes;
  for (const Past& past : Pasts()) {
    for (size_t version = 1; version <= past.steps.size(); ++version) {
      changes.push_back(HouseholdChange(past, static_cast<int64_t>(version)));
    }
  }
  return changes;
}

std::vector<common::v1::Change> AssistanceChanges() {
  return {PairingChange(1, 1, 1, "2017-01-15", ""),
          PairingChange(2, 4, 1, "2017-01-15", ""),
          PairingChange(2, 4, 2, "2017-01-15", "2017-03-01"),
          PairingChange(3, 8, 1, "2017-01-15", ""),
          PlanChange(1, 1, 1, 0),
          PlanChange(1, 1, 2, 1),
          VisitChange(1, 1, "2017-05-01"),
          VisitChange(2, 4, "2016-05-01")};
}

std::vector<common::v1::Change> FundsChanges() {
  return {PaymentChange(1, 1, "housing_renovation", 750'000, 750'000, "2017-07-10"),
          PaymentChange(2, 7, "housing_renovation", 700'000, 750'000, "2017-07-10"),
          PaymentChange(3, 4, "housing_renovation", 750'000, 750'000, "2016-12-31"),
          PaymentChange(4, 8, "housing_renovation", 750'000, 750'000, "2017-07-10"),
          PaymentChange(5, 2, "accident_insurance", 3'000, 0, "2017-02-01"),
          PaymentChange(6, 1, "in_kind_chick", 0, 0, "2017-07-20", 100)};
}

common::v1::Change PairingChange(int pairing, int household, int64_t version,
                                 const std::string& from_date, const std::string& to_date) {
  av1::PairingChanged payload;
  payload.set_pairing(Id<PairingTag>(MakeId(kCounty, pairing)).Name());
  payload.set_household(TownshipHousehold(household).Name());
  payload.set_from_date(from_date);
  payload.set_to_date(to_date);
  return feed::MakeChange(payload.pairing(), VillageOf(household), version, absl::Now(), payload);
}

common::v1::Change PaymentChange(int payment, int household, const std::string& purpose,
                                 int64_t amount_fen, int64_t standard_fen,
                                 const std::string& paid_date, int64_t item_count) {
  fv1::PaymentConfirmed payload;
  payload.set_purpose(purpose);
  payload.set_household(TownshipHousehold(household).Name());
  payload.set_amount_fen(amount_fen);
  payload.set_standard_fen(standard_fen);
  payload.set_paid_date(paid_date);
  payload.set_item_count(item_count);
  return feed::MakeChange(absl::StrCat("disbursementLines/", payment), VillageOf(household), 1,
                          absl::Now(), payload);
}

}  // namespace jz::testing
