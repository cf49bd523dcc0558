#include "services/gateway/route_table.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz::gateway {

struct RouteTable::Node {
  absl::flat_hash_map<std::string, std::unique_ptr<Node>> literals;
  std::unique_ptr<Node> one;
  std::unique_ptr<Node> rest;
  std::vector<const Route*> routes;  // that end here
};

// One look-up. Goes back to a less literal branch when a more literal one has not the method asked
// for.
struct RouteTable::Search {
  absl::string_view method;
  absl::InlinedVector<absl::string_view, 12> segments;
  absl::string_view verb;
  Found found;

  bool Descend(const Node& node, size_t depth) {
    if (depth == segments.size()) return Take(node);
    auto literal = node.literals.find(segments[depth]);
    if (literal != node.literals.end() && Descend(*literal->second, depth + 1)) return true;
    if (node.one != nullptr && !segments[depth].empty() && Descend(*node.one, depth + 1)) {
      return true;
    }
    return node.rest != nullptr && Take(*node.rest);
  }

  bool Take(const Node& node) {
    for (const Route* route : node.routes) {
      if (route->path.verb != verb) continue;
      if (route->http_method == method) {
        found.route = route;
        return true;
      }
      found.allowed.push_back(route->http_method);
    }
    return false;
  }

  void SetValues() {
    for (const PathTemplate::Variable& variable : found.route->path.variables) {
      const absl::string_view first = segments[variable.first];
      const absl::string_view last =
          variable.last < 0 ? segments.back() : segments[variable.last - 1];
      found.values.emplace_back(first.data(), last.data() + last.size() - first.data());
    }
  }
};

RouteTable::RouteTable() : root_(std::make_unique<Node>()) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

absl::StatusOr<RouteTable> RouteTable::Make(std::vector<Route> routes) {
  RouteTable table;
  table.routes_ = std::move(routes);  // never changed again: the tree points into it
  for (const Route& route : table.routes_) JZ_RETURN_IF_ERROR(table.Add(route));
  return table;
}

absl::Status RouteTable::Add(const Route& route) {
  Node* node = root_.get();
  for (const PathTemplate::Segment& segment : route.path.segments) {
    std::unique_ptr<Node>* next = nullptr;
    switch (segment.match) {
      case PathTemplate::Match::kLiteral:
        next = &node->literals[segment.literal];
        break;
      case PathTemplate::Match::kOne:
        next = &node->one;
        break;
      case PathTemplate::Match::kRest:
        next = &node->rest;
        break;
    }
    if (*next == nullptr) *next = std::make_unique<Node>();
    node = next->get();
  }
  for (const Route* other : node->routes) {
    if (other->path.verb != route.path.verb || other->http_method != route.http_method) continue;
    return FailedPrecondition(
        "HTTP_RULE", {{"method", route.method->full_name()}},
        absl::StrCat(route.method->full_name(), " and ", other->method->full_name(),
                     " have the same path ", route.http_method, " ", route.path.text));
  }
  node->routes.push_back(&route);
  return absl::OkStatus();
}

RouteTable::Found RouteTable::Find(absl::string_view method, absl::string_view path) const {
  Search search;
  search.method = method;
  if (!path.empty()) path.remove_prefix(1);
  for (absl::string_view segment : absl::StrSplit(path, '/')) search.segments.push_back(segment);

  const absl::string_view last = search.segments.back();
  const size_t colon = last.rfind(':');
  bool matched = false;
  if (colon != absl::string_view::npos && colon > 0) {
    search.verb = last.substr(colon + 1);
    search.segments.back() = last.substr(0, colon);
    matched = !search.verb.empty() && search.Descend(*root_, 0);
  }
  if (!matched) {
    search.verb = absl::string_view();
    search.segments.back() = last;
    matched = search.Descend(*root_, 0);
  }
  if (matched) {
    search.SetValues();
    search.found.allowed.clear();
  }
  std::vector<std::string>& allowed = search.found.allowed;
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  return std::move(search.found);
}

}  // namespace jz::gateway
