// Finds the route of a request: a tree over path segments, literals before "*" before "**".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/gateway/route.h"

namespace jz::gateway {

// Immutable once made, so thread-safe.
class RouteTable {
 public:
  struct Found {
    // Null when nothing matches. Then `allowed` holds the methods that the path does have, if any.
    const Route* route = nullptr;
    // Values of route->path.variables, still percent-encoded; views into the path.
    std::vector<absl::string_view> values;
    std::vector<std::string> allowed;
  };

  // FAILED_PRECONDITION, reason HTTP_RULE, when two routes have the same method and path.
  static absl::StatusOr<RouteTable> Make(std::vector<Route> routes);
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // `path` begins with '/' and has no query.
  Found Find(absl::string_view method, absl::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node;
  struct Search;

  RouteTable();
  absl::Status Add(const Route& route);

  std::vector<Route> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace jz::gateway
