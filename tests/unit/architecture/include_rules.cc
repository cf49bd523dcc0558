#include "tests/unit/architecture/include_rules.h"

#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace jz::architecture {
namespace {

using Texts = std::vector<std::string>;

// What a folder of common may include of common, besides itself.
const std::map<std::string, Texts>& CommonLayers() {
  static const auto* layers = new std::map<std::string, Texts>{
      {"status", {}},
      {"base", {"status"}},
      {"crypto", {"base", "status"}},
      {"auth", {"base", "status"}},
      {"telemetry", {"base", "status"}},
      {"sql", {"base", "status", "auth"}},
      {"rpc", {"base", "status", "auth", "telemetry", "sql"}},
      {"feed", {"base", "status", "auth", "telemetry", "sql", "rpc"}},
      {"jobs", {"base", "status", "auth", "telemetry", "sql", "rpc"}},
      // service_main, the boot of a service, stands on everything.
      {"config", {"base", "status", "auth", "telemetry", "sql", "rpc", "crypto", "feed", "jobs"}},
  };
  return *layers;
}

// A library and the folders that hide it from the rest.
struct Hidden {
  const char* header;
  Texts folders;
};
const std::vector<Hidden>& HiddenLibraries() {
  static const auto* libraries = new std::vector<Hidden>{
      {"grpc/", {"common/rpc/", "common/status/"}},
      {"grpcpp/", {"common/rpc/", "common/status/"}},
      {"grpc++/", {"common/rpc/", "common/status/"}},
      {"cppconn/", {"common/sql/"}},
      {"mysql", {"common/sql/"}},
      {"mariadb", {"common/sql/"}},
      {"jwt.h", {"common/auth/"}},
      {"spdlog/", {"common/telemetry/"}},
      {"prometheus/", {"common/telemetry/"}},
      {"boost/", {"services/gateway/"}},
  };
  return *libraries;
}

bool StartsWithAny(absl::string_view text, const Texts& prefixes) {
  for (const std::string& prefix : prefixes) {
    if (absl::StartsWith(text, prefix)) return true;
  }
  return false;
}

// A file or header of the suite, taken apart: services/funds/domain/ledger.cc.
struct Place {
  std::string top;     // "services"
  std::string module;  // "funds"
  std::string
      layer;  // "domain", or the file name's stem when the file lies in the module's own folder
};

Place PlaceOf(absl::string_view path) {
  const Texts parts = absl::StrSplit(path, '/');
  if (parts.size() < 3) return {};
  const Texts stem = absl::StrSplit(parts[2], absl::MaxSplits('.', 1));
  return {parts[0], parts[1], parts.size() > 3 ? parts[2] : stem[0]};
}

std::string CheckCommon(const Place& file, const Place& header) {
  if (header.top == "services") return "common includes no service";
  if (header.top != "common" || header.module == file.module) return "";
  auto layers = CommonLayers().find(file.module);
  if (layers == CommonLayers().end()) return "a folder of common has a layer";
  for (const std::string& below : layers->second) {
    if (below == header.module) return "";
  }
  return "common/" + file.module + " does not stand on common/" + header.module;
}

bool IsEdge(absl::string_view layer) {
  return layer == "app" || layer == "main" || absl::StartsWith(layer, "service") ||
         absl::StartsWith(layer, "convert");
}

std::string CheckDomain(const Place& file, const Place& header, absl::string_view name) {
  if (absl::EndsWith(name, ".pb.h") || absl::StartsWith(name, "google/")) {
    return "domain knows no proto";
  }
  if (name == "common/base/clock.h" || name == "absl/time/clock.h" || name == "chrono" ||
      name == "ctime" || name == "time.h") {
    return "time comes into domain as an argument";
  }
  if (name == "common/base/uuid.h" || name == "random") return "ids come into domain as arguments";
  if (header.top == "common" && header.module != "base" && header.module != "status") {
    return "domain stands on common/base and common/status only";
  }
  if (header.top == "services" && header.layer != file.layer)
    return "domain includes no other layer";
  return "";
}

// A language of rules that a service has: it knows messages, but neither database nor call.
std::string CheckRules(const Place& header, absl::string_view name) {
  if (header.top == "services" && header.layer != "rules" && header.layer != "domain") {
    return "rules stand on domain only";
  }
  if (header.top == "common" && header.module != "base" && header.module != "status") {
    return "rules stand on common/base and common/status only";
  }
  return name == "common/base/clock.h" || name == "absl/time/clock.h"
             ? "time comes into rules as an argument"
             : "";
}

std::string CheckStore(const Place& header, absl::string_view name) {
  if (header.top == "services" && header.layer != "store" && header.layer != "domain") {
    return "store stands on domain only";
  }
  return absl::StartsWith(name, "common/rpc/") ? "store knows no call" : "";
}

std::string CheckService(const Place& file, const Place& header, absl::string_view name) {
  if (header.top == "services" && header.module != file.module) {
    return "services never include each other";
  }
  if (file.layer == "domain") return CheckDomain(file, header, name);
  if (file.layer == "rules") return CheckRules(header, name);
  if (file.layer == "store") return CheckStore(header, name);
  const bool own = header.top == "services";
  if (absl::StartsWith(file.layer, "use_case") && own && IsEdge(header.layer)) {
    return "a use case knows no edge";
  }
  return "";
}

}  // namespace

std::string WhyForbidden(absl::string_view file, absl::string_view header) {
  for (const Hidden& library : HiddenLibraries()) {
    if (absl::StartsWith(header, library.header) && !StartsWithAny(file, library.folders)) {
      return std::string(library.header) + " is hidden in " + library.folders[0];
    }
  }
  if (absl::StartsWith(header, "tests/")) return "the product includes no test";
  const Place from = PlaceOf(file);
  const Place to = PlaceOf(header);
  if (from.top == "common") return CheckCommon(from, to);
  if (from.top == "services") return CheckService(from, to, header);
  return "";
}

}  // namespace jz::architecture
