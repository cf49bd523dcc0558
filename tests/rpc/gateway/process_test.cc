// The binary itself: flags, log, SIGTERM.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/rpc/gateway/gateway_under_test.h"

namespace jz::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A child whose standard error is read line by line. It dies with the test.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), absl::StrCat(std::getenv("JZ_BIN_DIR"), "/jz_gateway"));
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      close(ends[1]);
      std::vector<char*> argv;
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    errors_ = fdopen(ends[0], "r");
  }

  ~Process() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    Wait();
    fclose(errors_);
  }

  // The next line that contains `text`; all lines are kept.
  std::string ReadUntil(absl::string_view text) {
    char* line = nullptr;
    size_t size = 0;
    std::string found;
    while (found.empty() && getline(&line, &size, errors_) > 0) {
      log_ += line;
      if (absl::StrContains(line, text)) found = line;
    }
    free(line);
    return found;
  }

  void Signal(int signal) { kill(pid_, signal); }

  int Wait() {
    if (pid_ <= 0) return exit_code_;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return exit_code_;
  }

  const std::string& log() const { return log_; }

 private:
  pid_t pid_ = -1;
  int exit_code_ = -1;
  FILE* errors_ = nullptr;
  std::string log_;
};

TEST(GatewayProcess, ServesUntilSigtermAndLogsNoQueries) {
  SampleServer backend;
  Process process({absl::StrCat("--descriptors=", JZ_SAMPLE_DESCRIPTORS),
                   absl::StrCat("--targets=sample=127.0.0.1:", backend.port())});
  const nlohmann::json serving = nlohmann::json::parse(process.ReadUntil("\"serving\""));
  HttpConnection connection(serving["port"].get<int>());
  const HttpReply reply =
      connection.Call({.target = "/v1/sample/everything?string_value=110105194912310021",
                       .headers = {{"Authorization", "Bearer " + backend.Token()}}});
  EXPECT_EQ(reply.status, 200);
  process.Signal(SIGTERM);
  EXPECT_NE(process.ReadUntil("draining"), "");
  process.ReadUntil("nothing that is there");
  EXPECT_EQ(process.Wait(), 0);
  EXPECT_THAT(process.log(), HasSubstr("GET /v1/sample/everything"));
  EXPECT_THAT(process.log(), HasSubstr(reply.Header("X-Trace-Id")));
  EXPECT_THAT(process.log(), Not(HasSubstr("110105194912310021")));
  EXPECT_THAT(process.log(), Not(HasSubstr("Bearer")));
}

TEST(GatewayProcess, RefusesToStartWithWhatCannotWork) {
  const std::string descriptors = absl::StrCat("--descriptors=", JZ_SAMPLE_DESCRIPTORS);
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--targets=sample=127.0.0.1:1"}, "descriptors"},
      {{descriptors}, "targets"},
      {{descriptors, "--targets=sample"}, "TARGETS_INVALID"},
      {{descriptors, "--targets=smaple=127.0.0.1:1"}, "TARGET_UNKNOWN"},
      {{"--descriptors=/nowhere", "--targets=sample=127.0.0.1:1"}, "DESCRIPTORS_UNREADABLE"},
      {{descriptors, "--targets=sample=127.0.0.1:1", "--listen=nonsense"}, "ADDRESS_INVALID"},
      {{descriptors, "--targets=sample=127.0.0.1:1", "--threads=0"}, "threads"},
  };
  for (const auto& [arguments, reason] : cases) {
    Process process(arguments);
    EXPECT_NE(process.ReadUntil(reason), "") << reason << process.log();
    EXPECT_EQ(process.Wait(), 1) << reason;
  }
}

TEST(GatewayProcess, ATakenPortIsAClearError) {
  GatewayUnderTest gateway;
  auto second = SampleConfig(1);
  second.http.listen = absl::StrCat("127.0.0.1:", gateway.port());
  const auto app = gateway::App::Start(second);
  ASSERT_FALSE(app.ok());
  EXPECT_THAT(std::string(app.status().message()), HasSubstr(second.http.listen));
}

}  // namespace
}  // namespace jz::testing
