#include "tests/support/mariadb.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace jz::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kTemplatePrefix[] = "jz_mariadb_template_";
constexpr char kFolderPrefix[] = "jz_mariadb.";
constexpr char kLogFileSize[] = "--innodb-log-file-size=16M";
constexpr absl::Duration kStartLimit = absl::Seconds(60);

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "private MariaDB: %s\n", what.c_str());
  std::abort();
}

template <class T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Die(value.status().ToString());
  return *std::move(value);
}

void Must(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

int LockFile(const fs::path& path, int operation) {
  int fd = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  if (flock(fd, operation) == 0) return fd;
  close(fd);
  return -1;
}

std::string Server() {
  for (const char* path : {"/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/bin/mariadbd"}) {
    if (access(path, X_OK) == 0) return path;
  }
  Die("mariadbd is not installed");
}

// A data folder as mariadb-install-db leaves it, made once per machine, user and server version.
fs::path Template() {
  auto version = fs::last_write_time(Server()).time_since_epoch().count() / 1'000'000'000;
  fs::path folder =
      fs::temp_directory_path() / absl::StrCat(kTemplatePrefix, getuid(), "_", version);
  int lock = LockFile(folder.string() + ".lock", LOCK_EX);
  if (lock < 0) Die("cannot lock the template folder");
  if (!fs::exists(folder)) {
    fs::path unfinished = folder.string() + ".unfinished";
    fs::remove_all(unfinished);
    std::string command = absl::StrCat(
        "mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db ",
        getuid() == 0 ? "--user=root " : "", kLogFileSize, " --datadir='", unfinished.string(),
        "' >/dev/null");
    if (std::system(command.c_str()) != 0) Die(command + " failed");
    fs::rename(unfinished, folder);
  }
  close(lock);
  return folder;
}

// Folders of test processes that were killed: nobody holds their lock.
void RemoveAbandonedFolders() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
    if (entry.path().filename().string().rfind(kFolderPrefix, 0) != 0) continue;
    if (!fs::exists(entry.path() / "lock", ignored)) continue;  // being made just now
    int lock = LockFile(entry.path() / "lock", LOCK_EX | LOCK_NB);
    if (lock < 0) continue;
    fs::remove_all(entry.path(), ignored);
    close(lock);
  }
}

// In the child between fork and exec: nothing but system calls.
[[noreturn]] void BecomeServer(pid_t parent, int log, char* const* arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execvp(arguments[0], arguments);
  _exit(127);
}

}  // namespace

PrivateMariaDb::PrivateMariaDb() : PrivateMariaDb(Options{}) {}

PrivateMariaDb::PrivateMariaDb(Options options) : options_(std::move(options)) {
  RemoveAbandonedFolders();
  const fs::path source = Template();
  std::string pattern =
      (fs::temp_directory_path() / absl::StrCat(kFolderPrefix, "XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) Die("cannot make " + pattern);
  folder_ = pattern;
  socket_ = folder_ + "/socket";
  folder_lock_ = LockFile(folder_ + "/lock", LOCK_EX);
  std::string copy =
      absl::StrCat("cp -a --sparse=always '", source.string(), "' '", folder_, "/data'");
  if (std::system(copy.c_str()) != 0) Die(copy + " failed");
  Start();
}

PrivateMariaDb::~PrivateMariaDb() {
  admin_.reset();
  Kill9();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  close(folder_lock_);
}

PrivateMariaDb& PrivateMariaDb::Shared() {
  static PrivateMariaDb shared;
  return shared;
}

std::vector<std::string> PrivateMariaDb::Arguments() const {
  std::vector<std::string> arguments = {
      Server(),
      "--no-defaults",
      absl::StrCat("--datadir=", folder_, "/data"),
      absl::StrCat("--socket=", socket_),
      absl::StrCat("--pid-file=", folder_, "/pid"),
      "--skip-networking",
      "--skip-log-bin",
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_bin",
      "--innodb-buffer-pool-size=128M",
      kLogFileSize,
      "--aria-pagecache-buffer-size=8M",
      "--key-buffer-size=1M",
      "--performance-schema=OFF",
      "--max-connections=600",
      "--max-prepared-stmt-count=200000",
      absl::StrCat("--innodb-flush-log-at-trx-commit=", options_.durable ? 1 : 0),
  };
  if (!options_.durable) {
    arguments.push_back("--skip-innodb-doublewrite");
    arguments.push_back("--debug-no-sync");
  }
  if (getuid() == 0) arguments.push_back("--user=root");
  arguments.insert(arguments.end(), options_.extra_arguments.begin(),
                   options_.extra_arguments.end());
  return arguments;
}

void PrivateMariaDb::Start() {
  std::vector<std::string> arguments = Arguments();
  std::vector<char*> raw;
  raw.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  const std::string log_path = folder_ + "/log";
  int log = open(log_path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  fs::remove(socket_);

  std::promise<pid_t> started;
  auto exited = std::make_shared<std::atomic<bool>>(false);
  keeper_ = std::thread([&started, &raw, log, exited] {
    const pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) BecomeServer(parent, log, raw.data());
    started.set_value(pid);
    if (pid > 0) waitpid(pid, nullptr, 0);
    *exited = true;
  });
  pid_ = started.get_future().get();
  close(log);
  if (pid_ < 0) Die("fork failed");

  sql::DatabaseOptions options;
  options.socket = socket_;
  options.user = "root";
  options.pool_size = 4;
  absl::Time limit = absl::Now() + kStartLimit;
  while (true) {
    if (access(socket_.c_str(), F_OK) == 0) {
      auto admin = sql::Database::Open(options);
      if (admin.ok()) {
        admin_ = *std::move(admin);
        return;
      }
    }
    if (*exited || absl::Now() > limit) Die("the server did not start, see " + log_path);
    absl::SleepFor(absl::Milliseconds(10));
  }
}

void PrivateMariaDb::Kill9() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  keeper_.join();
  pid_ = -1;
}

void PrivateMariaDb::Restart() {
  Kill9();
  admin_.reset();
  Start();
}

void PrivateMariaDb::Freeze() { kill(pid_, SIGSTOP); }

void PrivateMariaDb::Thaw() { kill(pid_, SIGCONT); }

sql::DatabaseOptions PrivateMariaDb::NewSchema() {
  std::string name = absl::StrCat("test_", getpid(), "_", ++schemas_);
  Must(admin_->Run(absl::Now() + absl::Minutes(1), [&](sql::Transaction& tx) {
    return tx
        .Execute(
            absl::StrCat("CREATE DATABASE ", name, " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
        .status();
  }));
  sql::DatabaseOptions options;
  options.socket = socket_;
  options.user = "root";
  options.schema = name;
  return options;
}

std::unique_ptr<sql::Database> PrivateMariaDb::NewDatabase(const std::vector<sql::Migration>& own) {
  std::unique_ptr<sql::Database> db = Must(sql::Database::Open(NewSchema()));
  Must(sql::Migrate(*db, "common", sql::Migrations()));
  Must(sql::Migrate(*db, "test", own));
  return db;
}

}  // namespace jz::testing
