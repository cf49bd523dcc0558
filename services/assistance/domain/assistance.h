// What the assistance service knows: units, cadres, pairings, plans and visits as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/date.h"
#include "common/base/ids.h"
#include "common/base/region_code.h"

namespace jz::assistance {

struct UnitTag {
  static constexpr char kCollection[] = "units";
};
struct CadreTag {
  static constexpr char kCollection[] = "cadres";
};
struct PairingTag {
  static constexpr char kCollection[] = "pairings";
};
struct PlanTag {
  static constexpr char kCollection[] = "plans";
};
struct MeasureTag {
  static constexpr char kCollection[] = "measures";
};
struct VisitTag {
  static constexpr char kCollection[] = "visits";
};
using UnitId = Id<UnitTag>;
using CadreId = Id<CadreTag>;
using PairingId = Id<PairingTag>;
using PlanId = Id<PlanTag>;
using MeasureId = Id<MeasureTag>;
using VisitId = Id<VisitTag>;

struct Unit {
  UnitId id;
  RegionCode region;
  std::string code;
  std::string title;
  std::string level;
};

struct Cadre {
  CadreId id;
  RegionCode region;
  UnitId unit;
  std::string staff_number;
  std::string display_name;
  std::string phone_sealed;
  int household_limit = 0;
};

struct Pairing {
  PairingId id;
  RegionCode region;
  int64_t household = 0;
  CadreId cadre;
  Date from;
  Date to;  // kNoEnd while it goes on
  int64_t version = 1;
};
inline constexpr Date kNoEnd{9999, 12, 31};

struct Measure {
  MeasureId id;
  PlanId plan;
  std::string group;
  std::string description;
  Date due;
  std::optional<Date> done;
};

struct Plan {
  PlanId id;
  RegionCode region;
  int64_t household = 0;
  int year = 0;
  int64_t version = 1;
  std::vector<Measure> measures;
};

struct Visit {
  VisitId id;
  RegionCode region;
  CadreId cadre;
  std::string client_id;
  int64_t household = 0;
  Date date;
  std::string summary;
  absl::Time stored_at;
};
// Same contents, whenever and as whatever they were stored.
bool SameVisit(const Visit& a, const Visit& b);

// Whether all `added` pairings may stand beside the `existing` ones of the same households and
// cadres: a household has one helper on any day, a cadre helps at most its limit at a time. The
// first violation, or OK.
absl::Status CheckPairings(const std::vector<Pairing>& existing, const std::vector<Pairing>& added,
                           const absl::flat_hash_map<int64_t, int>& cadre_limits);

// The 14 groups of measures of the national sheets.
bool KnownMeasureGroup(absl::string_view group);

}  // namespace jz::assistance
