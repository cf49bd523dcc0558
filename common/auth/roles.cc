#include "common/auth/roles.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz::auth {
namespace {

using Json = nlohmann::json;

absl::Status Bad(absl::string_view message) {
  return InvalidArgument("ROLES_FORMAT", {}, absl::StrCat("roles file: ", message));
}

// "<service>.<resource>.<verb>" of lower-case letters, digits and underscores.
bool IsPermission(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 3) return false;
  for (absl::string_view part : parts) {
    if (part.empty()) return false;
    for (char c : part) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') return false;
    }
  }
  return true;
}

absl::StatusOr<std::vector<std::string>> ReadPermissions(const Json& role) {
  std::vector<std::string> permissions;
  for (const Json& item : role.at("permissions")) {
    if (!item.is_string() || !IsPermission(item.get_ref<const std::string&>())) {
      return Bad(absl::StrCat("not a permission: ", item.dump()));
    }
    permissions.push_back(item.get<std::string>());
  }
  return permissions;
}

bool IsRole(const Json& role) {
  return role.is_object() && role.size() == 2 && role.contains("name") &&
         role.at("name").is_string() && role.contains("permissions") &&
         role.at("permissions").is_array();
}

}  // namespace

absl::StatusOr<Roles> Roles::FromText(absl::string_view json) {
  const Json document = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("roles") || !document.at("roles").is_array()) {
    return Bad("not an object with a list `roles`");
  }
  Roles roles;
  for (const Json& role : document.at("roles")) {
    if (!IsRole(role)) return Bad("a role is {\"name\", \"permissions\"}");
    JZ_ASSIGN_OR_RETURN(std::vector<std::string> permissions, ReadPermissions(role));
    const std::string name = role.at("name").get<std::string>();
    if (!roles.permissions_.emplace(name, std::move(permissions)).second) {
      return Bad(absl::StrCat("role ", name, " appears twice"));
    }
  }
  return roles;
}

absl::StatusOr<Roles> Roles::FromFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return FailedPrecondition("FILE_UNREADABLE", {{"path", path}}, "cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return FromText(text.str());
}

absl::flat_hash_set<std::string> Roles::PermissionsOf(const std::vector<std::string>& roles) const {
  absl::flat_hash_set<std::string> all;
  for (const std::string& role : roles) {
    auto found = permissions_.find(role);
    if (found != permissions_.end()) all.insert(found->second.begin(), found->second.end());
  }
  return all;
}

}  // namespace jz::auth
