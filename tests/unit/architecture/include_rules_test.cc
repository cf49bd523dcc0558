#include "tests/unit/architecture/include_rules.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

namespace jz::architecture {
namespace {

namespace fs = std::filesystem;

constexpr char kLedger[] = "services/funds/domain/ledger.cc";
constexpr char kStore[] = "services/funds/store/account_store.cc";

TEST(IncludeRules, KeepServicesApart) {
  EXPECT_NE(WhyForbidden("common/sql/database.cc", "services/funds/app.h"), "");
  EXPECT_NE(WhyForbidden("services/funds/app.cc", "services/identification/app.h"), "");
  EXPECT_EQ(WhyForbidden("services/funds/app.cc", "services/funds/service.h"), "");
  EXPECT_EQ(WhyForbidden("services/funds/app.cc", "jingzhun/identification/v1/changes.pb.h"), "");
}

TEST(IncludeRules, HideLibrariesInOneFolder) {
  EXPECT_NE(WhyForbidden("services/funds/service.cc", "grpcpp/server.h"), "");
  EXPECT_NE(WhyForbidden("common/feed/consumer.cc", "grpcpp/grpcpp.h"), "");
  EXPECT_EQ(WhyForbidden("common/rpc/server.cc", "grpcpp/server.h"), "");
  EXPECT_NE(WhyForbidden(kStore, "cppconn/driver.h"), "");
  EXPECT_NE(WhyForbidden(kStore, "mysql/mysql.h"), "");
  EXPECT_EQ(WhyForbidden("common/sql/connection.cc", "cppconn/driver.h"), "");
  EXPECT_NE(WhyForbidden("common/rpc/adaptor.cc", "jwt.h"), "");
}

TEST(IncludeRules, KeepDomainPure) {
  for (const char* header :
       {"jingzhun/funds/v1/funds.pb.h", "google/protobuf/message.h", "common/sql/database.h",
        "common/rpc/context.h", "common/telemetry/telemetry.h", "common/base/clock.h",
        "absl/time/clock.h", "chrono", "random", "services/funds/store/account_store.h",
        "services/funds/convert.h"}) {
    EXPECT_NE(WhyForbidden(kLedger, header), "") << header;
  }
  for (const char* header : {"services/funds/domain/account.h", "common/base/money.h",
                             "common/status/status.h", "absl/time/time.h", "vector"}) {
    EXPECT_EQ(WhyForbidden(kLedger, header), "") << header;
  }
}

TEST(IncludeRules, KeepStoresBelowTheEdge) {
  for (const char* header :
       {"services/funds/service.h", "services/funds/convert.h", "services/funds/deps.h",
        "services/funds/use_case_pay.h", "common/rpc/context.h"}) {
    EXPECT_NE(WhyForbidden(kStore, header), "") << header;
  }
  EXPECT_EQ(WhyForbidden(kStore, "services/funds/domain/account.h"), "");
  EXPECT_EQ(WhyForbidden(kStore, "common/sql/database.h"), "");
  EXPECT_NE(WhyForbidden("services/funds/use_case_pay.cc", "services/funds/service.h"), "");
  EXPECT_NE(WhyForbidden("services/funds/use_case_pay.cc", "services/funds/convert_money.h"), "");
  EXPECT_EQ(WhyForbidden("services/funds/use_case_pay.cc", "services/funds/store/account_store.h"),
            "");
}

TEST(IncludeRules, KeepRulesPure) {
  const char* machine = "services/identification/rules/machine.cc";
  for (const char* header :
       {"services/identification/store/facts_store.h", "common/sql/database.h",
        "services/identification/deps.h", "common/rpc/context.h", "absl/time/clock.h"}) {
    EXPECT_NE(WhyForbidden(machine, header), "") << header;
  }
  for (const char* header : {"services/identification/domain/code_book.h", "common/base/date.h",
                             "jingzhun/identification/v1/facts.pb.h"}) {
    EXPECT_EQ(WhyForbidden(machine, header), "") << header;
  }
}

TEST(IncludeRules, KeepCommonInLayers) {
  EXPECT_NE(WhyForbidden("common/status/status.cc", "common/base/money.h"), "");
  EXPECT_NE(WhyForbidden("common/base/money.cc", "common/sql/value.h"), "");
  EXPECT_NE(WhyForbidden("common/sql/database.cc", "common/rpc/server.h"), "");
  EXPECT_NE(WhyForbidden("common/new/thing.cc", "common/base/money.h"), "");
  EXPECT_EQ(WhyForbidden("common/base/money.cc", "common/status/status.h"), "");
  EXPECT_EQ(WhyForbidden("common/feed/outbox.cc", "common/sql/database.h"), "");
  EXPECT_NE(WhyForbidden("common/base/money.cc", "tests/support/mariadb.h"), "");
}

struct Scan {
  int files = 0;
  int includes = 0;
  std::string forbidden;
};

void ScanFile(const fs::path& path, const std::string& name, Scan& scan) {
  static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  ++scan.files;
  std::ifstream in(path);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    std::smatch match;
    if (line.find('#') == std::string::npos || !std::regex_search(line, match, include)) continue;
    ++scan.includes;
    const std::string why = WhyForbidden(name, match[1].str());
    if (why.empty()) continue;
    scan.forbidden +=
        name + ":" + std::to_string(number) + " includes " + match[1].str() + ": " + why + "\n";
  }
}

TEST(SourceTree, HasNoForbiddenInclude) {
  const char* source = getenv("JZ_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  Scan scan;
  for (const char* top : {"common", "services"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(source) / top)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      ScanFile(entry.path(), fs::relative(entry.path(), source).generic_string(), scan);
    }
  }
  EXPECT_EQ(scan.forbidden, "");
  EXPECT_GT(scan.files, 50);
  EXPECT_GT(scan.includes, 200);
}

TEST(SourceTree, HasNothingElseAtTheTop) {
  const std::set<std::string> folders = {"proto", "common", "services", "deploy", "k8s", "tests"};
  // Made by building and running; see .gitignore.
  const std::set<std::string> made = {"build", "var"};
  const char* source = getenv("JZ_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  for (const auto& entry : fs::directory_iterator(source)) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory() || name[0] == '.' || made.contains(name)) continue;
    EXPECT_TRUE(folders.contains(name)) << name;
  }
}

}  // namespace
}  // namespace jz::architecture
