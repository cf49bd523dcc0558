#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/status/status.h"

namespace jz::config {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Values {
  std::string listen;
  std::string host;
  std::string password;
  int port = 0;
  absl::Duration grace;
  bool migrate = false;
};

class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    options_.Text("listen", &values_.listen, "127.0.0.1:0", "address to serve on");
    options_.Required("db-host", &values_.host, "database host");
    options_.Secret("db-password", &values_.password, "database password");
    options_.Number("db-port", &values_.port, 3306, 1, 65535, "database port");
    options_.Duration("grace", &values_.grace, absl::Seconds(10), absl::ZeroDuration(),
                      absl::Minutes(10), "time to drain");
    options_.Switch("migrate", &values_.migrate, "migrate and exit");
  }
  ~OptionsTest() override {
    for (const char* name : {"JZ_DB_HOST", "JZ_DB_PORT", "JZ_DB_PASSWORD", "JZ_MIGRATE"})
      unsetenv(name);
  }

  absl::Status Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "funds");
    return options_.Parse(static_cast<int>(arguments.size()), arguments.data());
  }

  Values values_;
  Options options_{"funds"};
};

TEST_F(OptionsTest, HaveDefaults) {
  ASSERT_TRUE(Parse({"--db-host=db"}).ok());
  EXPECT_EQ(values_.listen, "127.0.0.1:0");
  EXPECT_EQ(values_.host, "db");
  EXPECT_EQ(values_.password, "");
  EXPECT_EQ(values_.port, 3306);
  EXPECT_EQ(values_.grace, absl::Seconds(10));
  EXPECT_FALSE(values_.migrate);
}

TEST_F(OptionsTest, AreReadWithEqualsSignOrAsTheNextWord) {
  const absl::Status status = Parse({"--db-host", "db", "--db-port=3307", "--grace", "1m30s",
                                     "--migrate", "--listen=", "--db-password", "-a=b"});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(values_.host, "db");
  EXPECT_EQ(values_.port, 3307);
  EXPECT_EQ(values_.grace, absl::Seconds(90));
  EXPECT_TRUE(values_.migrate);
  EXPECT_EQ(values_.listen, "");
  EXPECT_EQ(values_.password, "-a=b");
}

TEST_F(OptionsTest, ComeFromTheEnvironmentUnlessAFlagIsGiven) {
  setenv("JZ_DB_HOST", "from-environment", 1);
  setenv("JZ_DB_PORT", "4000", 1);
  setenv("JZ_DB_PASSWORD", "secret", 1);
  setenv("JZ_MIGRATE", "yes", 1);
  ASSERT_TRUE(Parse({"--db-port=5000", "--migrate=false"}).ok());
  EXPECT_EQ(values_.host, "from-environment");
  EXPECT_EQ(values_.port, 5000);
  EXPECT_EQ(values_.password, "secret");
  EXPECT_FALSE(values_.migrate);
}

TEST_F(OptionsTest, ReportEveryErrorAtOnce) {
  const absl::Status status =
      Parse({"stray", "--no-such", "value", "--db-port=70000", "--grace=soon", "--migrate=maybe",
             "--listen=a", "--listen=b", "--db-password"});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "CONFIG_INVALID");
  for (const char* expected :
       {"argument 1 is not an option", "--no-such is not known",
        "--db-port is a whole number from 1 to 65535", "--grace is a duration",
        "--migrate is true or false", "--listen is given twice", "--db-password has no value",
        "--db-host is required"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(expected));
  }
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("stray")));
}

TEST_F(OptionsTest, RefuseNumbersAndDurationsOutOfBounds) {
  for (const char* flag : {"--db-port=0", "--db-port=65536", "--db-port=1.5",
                           "--db-port=", "--db-port=1e3", "--db-port=99999999999999999999",
                           "--grace=-1s", "--grace=11m", "--grace=10", "--grace=", "--grace=inf"}) {
    EXPECT_EQ(ReasonOf(Parse({"--db-host=db", flag})), "CONFIG_INVALID") << flag;
  }
}

TEST_F(OptionsTest, RefuseAnEmptyRequiredValueAndAMissingValueBeforeTheNextFlag) {
  EXPECT_THAT(Parse({"--db-host="}).ToString(), HasSubstr("--db-host is required"));
  EXPECT_THAT(Parse({"--db-host", "--migrate"}).ToString(), HasSubstr("--db-host has no value"));
}

TEST_F(OptionsTest, RefuseBadValuesOfTheEnvironment) {
  setenv("JZ_DB_PORT", "many", 1);
  EXPECT_THAT(Parse({"--db-host=db"}).ToString(), HasSubstr("--db-port is a whole number"));
}

TEST_F(OptionsTest, ArePrintedAsJsonWithoutSecrets) {
  ASSERT_TRUE(Parse({"--db-host=a\"b\\c\n", "--db-password=hunter2"}).ok());
  EXPECT_EQ(options_.Printed(),
            R"({"listen":"127.0.0.1:0","db-host":"a\"b\\c\u000a","db-password":"***",)"
            R"("db-port":3306,"grace":"10s","migrate":false})");
}

TEST_F(OptionsTest, PrintHelpAndExit) {
  EXPECT_EXIT(
      {
        dup2(2, 1);  // a death test matches what is written to stderr
        (void)Parse({"--no-such", "--help"});
      },
      testing::ExitedWithCode(0), "--db-port VALUE .*database port \\(1 to 65535, default 3306\\)");
}

}  // namespace
}  // namespace jz::config
