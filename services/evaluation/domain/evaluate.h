// The judgement over a region's year, from what the projections hold: pure functions.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/evaluation/domain/figure.h"

namespace jz::evaluation {

struct Count {
  int64_t households = 0;
  int64_t persons = 0;
};

// Households that are alike: state at both ends of the period, and the last change of state up to
// its end.
struct HouseholdGroup {
  int opening_state = 0;  // HouseholdState; 0: not known then
  int closing_state = 0;
  int kind = 0;  // AdjustmentKind of the last change of state
  std::string reason;
  int64_t households = 0;
  int64_t members_at_opening = 0;
  int64_t members_at_closing = 0;
  int64_t members_at_both = 0;
};

struct Flows {
  Count opening, opening_exited, removed_wrongly_admitted, closed_by_death, closed_otherwise,
      retained, exited, reverted_exit, relapsed, newly_admitted, members_left, members_joined,
      closing, closing_exited;
};
// A broken identity (opening - … = closing) is an INTERNAL error: it cannot happen by construction.
absl::StatusOr<Flows> ComputeFlows(const std::vector<HouseholdGroup>& groups);
// "opening" … with their counts, in the order of the message.
std::vector<std::pair<std::string, Count>> NamedFlows(const Flows& flows);

struct FundTotal {
  std::string purpose;
  int64_t payment_count = 0;
  int64_t household_count = 0;
  int64_t total_fen = 0;
  int64_t standard_fen = 0;
  int64_t off_standard_count = 0;
  int64_t item_count = 0;
};

struct Coverage {
  int64_t households = 0;
  int64_t paired = 0;
  int64_t planned = 0;
  int64_t visited = 0;
};

struct Rate {
  std::string name;
  int64_t numerator = 0;
  int64_t denominator = 0;
  std::string denominator_name;
};
std::vector<Rate> ComputeRates(const Flows& flows, const Coverage& coverage);

Figures CollectFigures(const Flows& flows, const std::vector<Rate>& rates,
                       const std::vector<FundTotal>& funds);

struct Published {
  std::string figure;
  std::string value;
  std::string source;
  std::vector<std::string> terms;
};
struct Check {
  std::string figure;
  std::string computed;
  std::string published;
  bool equal = false;
};
struct Finding {
  std::string reason;
  std::string subject;
  std::string text_zh;
  std::string text_en;
};
struct Judgement {
  std::vector<Check> checks;
  std::vector<Finding> findings;
};
// All published figures that cannot be read are reported at once.
absl::StatusOr<Judgement> Judge(const Figures& figures, const std::vector<Published>& published,
                                const std::vector<FundTotal>& funds, const Coverage& coverage);

}  // namespace jz::evaluation
