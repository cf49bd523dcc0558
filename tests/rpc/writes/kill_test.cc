// kill -9 of the service and of the database amid commits that calls share.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "common/status/status.h"
#include "tests/rpc/writes/items.h"
#include "tests/support/service_harness.h"

namespace jz::testing {
namespace {

constexpr int kCallers = 64;
constexpr int kItemsEach = 40;

// Its standard input is a pipe, so that it ends with this process.
class ItemProcess {
 public:
  explicit ItemProcess(const sql::DatabaseOptions& database) {
    int input[2];
    int output[2];
    EXPECT_EQ(pipe2(input, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(output, O_CLOEXEC), 0);
    const std::string program =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "item_process").string();
    pid_ = fork();
    if (pid_ == 0) {
      dup2(input[0], STDIN_FILENO);
      dup2(output[1], STDOUT_FILENO);
      execl(program.c_str(), program.c_str(), database.socket.c_str(), database.schema.c_str(),
            nullptr);
      _exit(127);
    }
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    FILE* const lines = fdopen(output[0], "r");
    char token[4096] = "";
    EXPECT_EQ(std::fscanf(lines, "%d %4095s", &port_, token), 2);
    token_ = token;
    std::fclose(lines);
  }
  ~ItemProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(input_);
  }
  ItemProcess(const ItemProcess&) = delete;
  ItemProcess& operator=(const ItemProcess&) = delete;

  Client NewClient() const { return {port_, bench::kItemService, token_}; }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int port_ = 0;
  std::string token_;
};

// Callers that repeat each request, with its request_id, until it is answered.
class Callers {
 public:
  explicit Callers(Client client) : client_(std::move(client)) {
    for (int caller = 0; caller < kCallers; ++caller) {
      threads_.emplace_back([this, caller] {
        for (int i = 0; i < kItemsEach; ++i) CreateOne(absl::StrCat(caller, "-", i));
      });
    }
  }

  void Use(Client client) {
    std::lock_guard lock(mutex_);
    client_ = std::move(client);
  }
  void WaitFor(size_t answers) {
    while (true) {
      std::lock_guard lock(mutex_);
      if (names_.size() >= answers) return;
      std::this_thread::yield();
    }
  }
  // The name of each item by its title.
  std::map<std::string, std::string> Join() {
    for (std::thread& thread : threads_) thread.join();
    return names_;
  }
  int64_t repeated() const { return repeated_; }

 private:
  void CreateOne(const std::string& title) {
    const pb::CreateItemRequest request = NewItem(absl::StrCat("request-", title), title);
    while (true) {
      const absl::StatusOr<pb::Item> item = Current().Call<pb::Item>("CreateItem", request);
      if (item.ok()) {
        EXPECT_EQ(item->title(), title);
        std::lock_guard lock(mutex_);
        names_[title] = item->name();
        return;
      }
      ++repeated_;
      ASSERT_TRUE(absl::IsUnavailable(item.status()) || absl::IsDeadlineExceeded(item.status()))
          << item.status();
    }
  }
  Client Current() {
    std::lock_guard lock(mutex_);
    return client_;
  }

  std::mutex mutex_;
  Client client_;
  std::map<std::string, std::string> names_;
  std::atomic<int64_t> repeated_ = 0;
  std::vector<std::thread> threads_;
};

class KillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sql::Migrate(*db_, "common", sql::Migrations()).ok());
    ASSERT_TRUE(sql::Migrate(*db_, "test", ItemTable()).ok());
  }

  // Every answered item is there under its name, once, and nothing else is.
  void CheckNothingIsLostOrDoubled(const std::map<std::string, std::string>& names) {
    ASSERT_EQ(names.size(), size_t{kCallers * kItemsEach});
    std::map<std::string, std::string> stored;
    ASSERT_TRUE(db_->Read(absl::Now() + absl::Minutes(1),
                          [&](sql::Transaction& tx) {
                            return tx.Query(
                                "SELECT name, id FROM item", {}, [&](const sql::Row& row) {
                                  stored[row.Text(0)] = row.IdOf<bench::ItemId>(1).Name();
                                });
                          })
                    .ok());
    EXPECT_EQ(stored, names);
    EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM item"), kCallers * kItemsEach);
    EXPECT_EQ(Number(*db_, "SELECT COUNT(*) FROM idempotency"), kCallers * kItemsEach);
  }

  PrivateMariaDb server_{{.durable = true, .extra_arguments = {}}};
  const sql::DatabaseOptions options_ = server_.NewSchema();
  const std::unique_ptr<sql::Database> db_ = *sql::Database::Open(options_);
};

TEST_F(KillTest, AKilledServiceLosesAndDoublesNothing) {
  auto service = std::make_unique<ItemProcess>(options_);
  Callers callers(service->NewClient());
  for (const size_t answers : {100, 500, 900, 1300, 1700}) {
    callers.WaitFor(answers);
    service.reset();
    service = std::make_unique<ItemProcess>(options_);
    callers.Use(service->NewClient());
  }
  CheckNothingIsLostOrDoubled(callers.Join());
  EXPECT_GT(callers.repeated(), 0);
}

TEST_F(KillTest, AKilledDatabaseLosesAndDoublesNothing) {
  const bench::ItemServer service(*db_);
  Callers callers(Client(service.port(), bench::kItemService, service.Token()));
  for (const size_t answers : {100, 700, 1300}) {
    callers.WaitFor(answers);
    server_.Kill9();
    server_.Restart();
  }
  CheckNothingIsLostOrDoubled(callers.Join());
  EXPECT_GT(callers.repeated(), 0);
}

}  // namespace
}  // namespace jz::testing
