#include "services/assistance/convert.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/mask.h"
#include "common/feed/households.h"

namespace jz::assistance {
namespace {

constexpr char kPhoneContext[] = "cadre.phone";

void CheckLength(const std::string& field, absl::string_view text, size_t least, size_t most,
                 Violations& violations) {
  // Counted in characters, as people do, not in bytes.
  size_t length =
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  if (length < least || length > most) {
    violations.Add(field, "LENGTH", absl::StrCat(least, " to ", most, " characters"));
  }
}

template <class T>
T Parsed(const std::string& field, absl::StatusOr<T> value, Violations& violations) {
  if (value.ok()) return *std::move(value);
  violations.Add(field, ReasonOf(value.status()), value.status().message());
  return T();
}

int64_t HouseholdOf(const std::string& field, absl::string_view name, Violations& violations) {
  return Parsed(field, HouseholdId::Parse(name), violations).value();
}

Date DateOf(const std::string& field, absl::string_view text, Violations& violations) {
  return Parsed(field, ParseDate(text), violations);
}

Plan PlanOf(const std::string& field, const v1::Plan& message, Violations& violations) {
  Plan plan;
  plan.household = HouseholdOf(field + ".household", message.household(), violations);
  plan.year = message.year();
  if (plan.year < 2000 || plan.year > 2199)
    violations.Add(field + ".year", "RANGE", "2000 to 2199");
  if (message.measures_size() < 1 || message.measures_size() > 30) {
    violations.Add(field + ".measures", "COUNT", "1 to 30 measures");
  }
  for (int i = 0; i < message.measures_size(); ++i) {
    const v1::Measure& item = message.measures(i);
    std::string at = absl::StrCat(field, ".measures[", i, "]");
    Measure& measure = plan.measures.emplace_back();
    measure.group = item.group();
    if (!KnownMeasureGroup(item.group()))
      violations.Add(at + ".group", "UNKNOWN_CODE", "not a measure group");
    measure.description = item.description();
    CheckLength(at + ".description", item.description(), 1, 500, violations);
    measure.due = DateOf(at + ".due_date", item.due_date(), violations);
  }
  return plan;
}

}  // namespace

void CheckBatch(absl::string_view field, int size, Violations& violations) {
  if (size < 1 || size > kMaxBatch)
    violations.Add(field, "COUNT", absl::StrCat("1 to ", kMaxBatch, " elements"));
}

absl::StatusOr<std::vector<Unit>> FromRequest(const v1::BatchCreateUnitsRequest& request) {
  Violations violations;
  CheckBatch("units", request.units_size(), violations);
  std::vector<Unit> units;
  for (int i = 0; i < request.units_size(); ++i) {
    const v1::Unit& item = request.units(i);
    std::string at = absl::StrCat("units[", i, "]");
    Unit unit;
    unit.region = Parsed(at + ".region_code", RegionCode::Parse(item.region_code()), violations);
    unit.code = item.code();
    CheckLength(at + ".code", item.code(), 1, 32, violations);
    unit.title = item.title();
    CheckLength(at + ".title", item.title(), 1, 100, violations);
    unit.level = item.level();
    if (unit.level < "01" || unit.level > "07" || unit.level.size() != 2) {
      violations.Add(at + ".level", "UNKNOWN_CODE", "01 to 07");
    }
    units.push_back(std::move(unit));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return units;
}

absl::StatusOr<std::vector<Cadre>> FromRequest(const v1::BatchCreateCadresRequest& request,
                                               const crypto::Sealer& sealer) {
  Violations violations;
  CheckBatch("cadres", request.cadres_size(), violations);
  std::vector<Cadre> cadres;
  for (int i = 0; i < request.cadres_size(); ++i) {
    const v1::Cadre& item = request.cadres(i);
    std::string at = absl::StrCat("cadres[", i, "]");
    Cadre cadre;
    cadre.region = Parsed(at + ".region_code", RegionCode::Parse(item.region_code()), violations);
    cadre.unit = Parsed(at + ".unit", UnitId::Parse(item.unit()), violations);
    cadre.staff_number = item.staff_number();
    CheckLength(at + ".staff_number", item.staff_number(), 1, 32, violations);
    cadre.display_name = item.display_name();
    CheckLength(at + ".display_name", item.display_name(), 1, 50, violations);
    cadre.household_limit = item.household_limit() == 0 ? 5 : item.household_limit();
    if (cadre.household_limit < 1 || cadre.household_limit > 100) {
      violations.Add(at + ".household_limit", "RANGE", "1 to 100");
    }
    if (!item.phone().empty()) {
      bool digits = std::all_of(item.phone().begin(), item.phone().end(),
                                [](char c) { return c >= '0' && c <= '9'; });
      if (item.phone().size() != 11 || !digits)
        violations.Add(at + ".phone", "PHONE_FORMAT", "11 digits");
      JZ_ASSIGN_OR_RETURN(cadre.phone_sealed, sealer.Seal(kPhoneContext, item.phone()));
    }
    cadres.push_back(std::move(cadre));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return cadres;
}

absl::StatusOr<std::vector<Pairing>> FromRequest(const v1::BatchCreatePairingsRequest& request) {
  Violations violations;
  CheckBatch("pairings", request.pairings_size(), violations);
  std::vector<Pairing> pairings;
  for (int i = 0; i < request.pairings_size(); ++i) {
    const v1::Pairing& item = request.pairings(i);
    std::string at = absl::StrCat("pairings[", i, "]");
    Pairing pairing;
    pairing.household = HouseholdOf(at + ".household", item.household(), violations);
    pairing.cadre = Parsed(at + ".cadre", CadreId::Parse(item.cadre()), violations);
    pairing.from = DateOf(at + ".from_date", item.from_date(), violations);
    pairing.to =
        item.to_date().empty() ? kNoEnd : DateOf(at + ".to_date", item.to_date(), violations);
    if (pairing.to < pairing.from)
      violations.Add(at + ".to_date", "BEFORE_START", "not before from_date");
    pairings.push_back(pairing);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return pairings;
}

absl::StatusOr<std::vector<Plan>> FromRequest(const v1::BatchCreatePlansRequest& request) {
  Violations violations;
  CheckBatch("plans", request.plans_size(), violations);
  std::vector<Plan> plans;
  plans.reserve(request.plans_size());
  for (int i = 0; i < request.plans_size(); ++i) {
    plans.push_back(PlanOf(absl::StrCat("plans[", i, "]"), request.plans(i), violations));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return plans;
}

absl::StatusOr<Visit> ToVisit(const v1::Visit& message, Date today) {
  Visit visit;
  auto household = HouseholdId::Parse(message.household());
  if (!household.ok()) return InvalidArgument("HOUSEHOLD_NAME_FORMAT", {}, "household");
  auto cadre = CadreId::Parse(message.cadre());
  if (!cadre.ok()) return InvalidArgument("CADRE_NAME_FORMAT", {}, "cadre");
  auto date = ParseDate(message.visit_date());
  if (!date.ok()) return InvalidArgument("VISIT_DATE_FORMAT", {}, "visit_date");
  if (*date > today) return InvalidArgument("VISIT_DATE_FUTURE", {}, "visit_date");
  Violations violations;
  CheckLength("client_id", message.client_id(), 8, 64, violations);
  bool ascii = std::all_of(message.client_id().begin(), message.client_id().end(),
                           [](char c) { return c > ' ' && c < 0x7F; });
  if (!violations.empty() || !ascii) return InvalidArgument("CLIENT_ID_FORMAT", {}, "client_id");
  CheckLength("summary", message.summary(), 0, 2000, violations);
  if (!violations.empty()) return InvalidArgument("SUMMARY_LENGTH", {}, "summary");
  visit.household = household->value();
  visit.cadre = *cadre;
  visit.client_id = message.client_id();
  visit.date = *date;
  visit.summary = message.summary();
  visit.stored_at = absl::FromUnixSeconds(message.stored_at().seconds()) +
                    absl::Nanoseconds(message.stored_at().nanos());
  return visit;
}

v1::Unit ToMessage(const Unit& unit) {
  v1::Unit message;
  message.set_name(unit.id.Name());
  message.set_region_code(unit.region.ToString());
  message.set_code(unit.code);
  message.set_title(unit.title);
  message.set_level(unit.level);
  return message;
}

v1::Cadre ToMessage(const Cadre& cadre, const crypto::Sealer& sealer) {
  v1::Cadre message;
  message.set_name(cadre.id.Name());
  message.set_region_code(cadre.region.ToString());
  message.set_unit(cadre.unit.Name());
  message.set_staff_number(cadre.staff_number);
  message.set_display_name(cadre.display_name);
  message.set_household_limit(cadre.household_limit);
  if (!cadre.phone_sealed.empty()) {
    if (auto phone = sealer.Open(kPhoneContext, cadre.phone_sealed); phone.ok()) {
      message.set_phone(crypto::MaskPhone(*phone, crypto::Purpose::kList));
    }
  }
  return message;
}

v1::Pairing ToMessage(const Pairing& pairing) {
  v1::Pairing message;
  message.set_name(pairing.id.Name());
  message.set_household(HouseholdId(pairing.household).Name());
  message.set_cadre(pairing.cadre.Name());
  message.set_from_date(FormatDate(pairing.from));
  if (pairing.to != kNoEnd) message.set_to_date(FormatDate(pairing.to));
  message.set_region_code(pairing.region.ToString());
  return message;
}

v1::Measure ToMessage(const Measure& measure) {
  v1::Measure message;
  message.set_name(measure.id.Name());
  message.set_group(measure.group);
  message.set_description(measure.description);
  message.set_due_date(FormatDate(measure.due));
  if (measure.done) message.set_done_date(FormatDate(*measure.done));
  return message;
}

v1::Plan ToMessage(const Plan& plan) {
  v1::Plan message;
  message.set_name(plan.id.Name());
  message.set_household(HouseholdId(plan.household).Name());
  message.set_year(plan.year);
  message.set_region_code(plan.region.ToString());
  message.set_etag(std::to_string(plan.version));
  for (const Measure& measure : plan.measures) *message.add_measures() = ToMessage(measure);
  return message;
}

v1::Visit ToMessage(const Visit& visit) {
  v1::Visit message;
  message.set_name(visit.id.Name());
  message.set_client_id(visit.client_id);
  message.set_household(HouseholdId(visit.household).Name());
  message.set_cadre(visit.cadre.Name());
  message.set_visit_date(FormatDate(visit.date));
  message.set_summary(visit.summary);
  int64_t stored_us = absl::ToUnixMicros(visit.stored_at);
  message.mutable_stored_at()->set_seconds(stored_us / 1'000'000);
  message.mutable_stored_at()->set_nanos(static_cast<int32_t>(stored_us % 1'000'000 * 1000));
  message.set_region_code(visit.region.ToString());
  return message;
}

}  // namespace jz::assistance
