// Payloads of the assistance and funds feeds into their projections.
#include "absl/strings/str_cat.h"
#include "common/base/date.h"
#include "common/status/status.h"
#include "jingzhun/assistance/v1/changes.pb.h"
#include "jingzhun/funds/v1/changes.pb.h"
#include "services/evaluation/store/projection_store.h"

namespace jz::evaluation {
namespace {

namespace av1 = ::jingzhun::assistance::v1;
namespace fv1 = ::jingzhun::funds::v1;

struct PairingTag {
  static constexpr char kCollection[] = "pairings";
};
struct PlanTag {
  static constexpr char kCollection[] = "plans";
};
struct VisitTag {
  static constexpr char kCollection[] = "visits";
};

// A row is replaced by a newer version only.
constexpr char kUpsertPairing[] =
    "INSERT INTO projected_pairing (id, region_code, household_id, from_date, to_date, version) "
    "VALUES";
constexpr char kUpsertPairingTail[] =
    "ON DUPLICATE KEY UPDATE to_date = IF(VALUES(version) > version, VALUES(to_date), to_date), "
    "version = GREATEST(version, VALUES(version))";
constexpr char kUpsertPlan[] =
    "INSERT INTO projected_plan (id, region_code, household_id, year, measure_count, done_count, "
    "version) VALUES";
constexpr char kUpsertPlanTail[] =
    "ON DUPLICATE KEY UPDATE measure_count = IF(VALUES(version) > version, VALUES(measure_count), "
    "measure_count), "
    "done_count = IF(VALUES(version) > version, VALUES(done_count), done_count), "
    "version = GREATEST(version, VALUES(version))";
constexpr char kInsertVisit[] =
    "INSERT IGNORE INTO projected_visit (id, region_code, household_id, visit_date) VALUES";
constexpr char kInsertPayment[] =
    "INSERT IGNORE INTO projected_payment (resource, region_code, household_id, purpose, "
    "amount_fen, standard_fen, "
    "paid_date, item_count) VALUES";

absl::Status Malformed(const common::v1::Change& change) {
  return MakeError(absl::StatusCode::kDataLoss, "FEED_PAYLOAD_MALFORMED",
                   {{"resource", change.resource()}}, "a payload does not parse");
}

void Append(sql::Values& rows, std::initializer_list<sql::Value> row) {
  rows.insert(rows.end(), row.begin(), row.end());
}

struct Rows {
  sql::Values pairings;
  sql::Values plans;
  sql::Values visits;
};

absl::Status Collect(const common::v1::Change& change, Rows& rows) {
  JZ_ASSIGN_OR_RETURN(RegionCode region, RegionCode::Parse(change.region_code()));
  if (change.payload().Is<av1::PairingChanged>()) {
    av1::PairingChanged payload;
    if (!change.payload().UnpackTo(&payload)) return Malformed(change);
    JZ_ASSIGN_OR_RETURN(auto id, Id<PairingTag>::Parse(payload.pairing()));
    JZ_ASSIGN_OR_RETURN(HouseholdId household, HouseholdId::Parse(payload.household()));
    Append(rows.pairings, {id, region, household, payload.from_date(),
                           payload.to_date().empty() ? std::string(kEndOfTime) : payload.to_date(),
                           change.version()});
  } else if (change.payload().Is<av1::PlanChanged>()) {
    av1::PlanChanged payload;
    if (!change.payload().UnpackTo(&payload)) return Malformed(change);
    JZ_ASSIGN_OR_RETURN(auto id, Id<PlanTag>::Parse(payload.plan()));
    JZ_ASSIGN_OR_RETURN(HouseholdId household, HouseholdId::Parse(payload.household()));
    Append(rows.plans, {id, region, household, payload.year(), payload.measure_count(),
                        payload.done_count(), change.version()});
  } else if (change.payload().Is<av1::VisitRecorded>()) {
    av1::VisitRecorded payload;
    if (!change.payload().UnpackTo(&payload)) return Malformed(change);
    JZ_ASSIGN_OR_RETURN(auto id, Id<VisitTag>::Parse(payload.visit()));
    JZ_ASSIGN_OR_RETURN(HouseholdId household, HouseholdId::Parse(payload.household()));
    Append(rows.visits, {id, region, household, payload.visit_date()});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyAssistance(sql::Transaction& tx, absl::Span<const common::v1::Change> changes) {
  Rows rows;
  for (const common::v1::Change& change : changes) JZ_RETURN_IF_ERROR(Collect(change, rows));
  if (!rows.pairings.empty()) {
    JZ_RETURN_IF_ERROR(
        tx.InsertRows(kUpsertPairing, 6, rows.pairings, kUpsertPairingTail).status());
  }
  if (!rows.plans.empty())
    JZ_RETURN_IF_ERROR(tx.InsertRows(kUpsertPlan, 7, rows.plans, kUpsertPlanTail).status());
  if (!rows.visits.empty())
    JZ_RETURN_IF_ERROR(tx.InsertRows(kInsertVisit, 4, rows.visits).status());
  return absl::OkStatus();
}

absl::Status ApplyFunds(sql::Transaction& tx, absl::Span<const common::v1::Change> changes) {
  sql::Values rows;
  for (const common::v1::Change& change : changes) {
    if (!change.payload().Is<fv1::PaymentConfirmed>()) continue;
    fv1::PaymentConfirmed payload;
    if (!change.payload().UnpackTo(&payload)) return Malformed(change);
    JZ_ASSIGN_OR_RETURN(RegionCode region, RegionCode::Parse(change.region_code()));
    JZ_ASSIGN_OR_RETURN(HouseholdId household, HouseholdId::Parse(payload.household()));
    Append(rows, {change.resource(), region, household, payload.purpose(), payload.amount_fen(),
                  payload.standard_fen(), payload.paid_date(), payload.item_count()});
  }
  if (rows.empty()) return absl::OkStatus();
  return tx.InsertRows(kInsertPayment, 8, rows).status();
}

}  // namespace jz::evaluation
