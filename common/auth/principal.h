// Who calls, what the caller may do, and where.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/region_code.h"

namespace jz::auth {

// The regions that a caller may see and change. Store functions take one; there is no way to query
// without it. Empty: nothing.
class RegionScope {
 public:
  RegionScope() = default;
  explicit RegionScope(std::vector<RegionCode> regions);  // nested regions are folded; at most 64

  // Everything; for the wiring of a service's own background work only.
  static RegionScope Everything() { return RegionScope({RegionCode()}); }

  bool Contains(RegionCode region) const;
  // What of `region` lies inside this scope: {region}, or the scope's regions below it, or nothing.
  RegionScope Intersect(RegionCode region) const;
  bool empty() const { return regions_.empty(); }
  absl::Span<const RegionCode> regions() const { return regions_; }

  // PERMISSION_DENIED, reason REGION_OUT_OF_SCOPE, metadata region, unless Contains(region).
  absl::Status Require(RegionCode region) const;

 private:
  std::vector<RegionCode> regions_;
};

struct Principal {
  std::string subject;  // user or service, for logs and for maker-checker rules
  std::vector<std::string> roles;
  absl::flat_hash_set<std::string> permissions;
  RegionScope scope;

  bool Holds(absl::string_view permission) const { return permissions.contains(permission); }
};

// Separation of duties: FAILED_PRECONDITION, reason SAME_PERSON, when `checker` made the entry.
absl::Status RequireDifferentPerson(absl::string_view maker, absl::string_view checker);

}  // namespace jz::auth
