// Table parameter. SQL only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/base/region_code.h"
#include "common/sql/database.h"

namespace jz::identification {

// A policy value that holds in a region from a day on, until a later one begins.
struct Parameter {
  std::string kind;
  RegionCode region;
  Date valid_from;
  int64_t value = 0;
  std::string text_value;
  std::string reason;
  std::string recorded_by;
  absl::Time recorded_at;
};

struct ParameterQuery {
  std::string kind;
  RegionCode region;
  Date date;
  // Only what had been entered by then: an old decision replays with what was known.
  absl::Time known_at = absl::InfiniteFuture();
};
// The value that holds: of the most specific region that has one, the last that began by `date`; of
// corrections the newest.
absl::StatusOr<std::optional<Parameter>> ResolveParameter(sql::Transaction& tx,
                                                          const ParameterQuery& query);

// Which of `parameters` have a row of the same kind, region and day already; one flag each.
absl::StatusOr<std::vector<bool>> AreCorrections(sql::Transaction& tx,
                                                 absl::Span<const Parameter> parameters);
absl::Status InsertParameters(sql::Transaction& tx, absl::Span<const Parameter> parameters);

// Rows inside `scope` or of a region that contains one of it, in key order, behind `after`.
struct ParameterPage {
  std::string kind;                // empty: all
  std::optional<Parameter> after;  // only its key is read
  int limit = 50;
};
absl::StatusOr<std::vector<Parameter>> ListParameters(sql::Transaction& tx,
                                                      const auth::RegionScope& scope,
                                                      const ParameterPage& page);

}  // namespace jz::identification
