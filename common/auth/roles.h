// What each role may do, read from roles.json.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jz::auth {

class Roles {
 public:
  // {"roles": [{"name": "viewer", "permissions": ["funds.account.get"]}]}. INVALID_ARGUMENT, reason
  // ROLES_FORMAT, for anything else: a spelling mistake must not silently take or give a right.
  static absl::StatusOr<Roles> FromText(absl::string_view json);
  static absl::StatusOr<Roles> FromFile(const std::string& path);

  // The union of what the roles may do. A role that this file does not know adds nothing.
  absl::flat_hash_set<std::string> PermissionsOf(const std::vector<std::string>& roles) const;

 private:
  absl::flat_hash_map<std::string, std::vector<std::string>> permissions_;
};

}  // namespace jz::auth
