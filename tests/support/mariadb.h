// A MariaDB of its own for a test process: store, rpc and fault tests use a real database.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/sql/database.h"
#include "common/sql/migrate.h"

namespace jz::testing {

// One mariadbd in a temporary directory, reached by a Unix socket only. It dies with the process
// that started it, however that ends. Thread-safe, except Kill9() and Restart(). A server that does
// not come up ends the process: no test could go on.
class PrivateMariaDb {
 public:
  struct Options {
    bool durable = false;  // flush the log at every commit, as in production; slower
    std::vector<std::string> extra_arguments;
  };

  PrivateMariaDb();
  explicit PrivateMariaDb(Options options);
  ~PrivateMariaDb();
  PrivateMariaDb(const PrivateMariaDb&) = delete;
  PrivateMariaDb& operator=(const PrivateMariaDb&) = delete;

  // One for the whole process, not durable, started at the first call.
  static PrivateMariaDb& Shared();

  // A fresh, empty schema at every call.
  sql::DatabaseOptions NewSchema();
  // A fresh schema with the shared tables (owner "common") and those of `own` (owner "test").
  std::unique_ptr<sql::Database> NewDatabase(const std::vector<sql::Migration>& own = {});

  // Ends the server as a power failure would, and waits until it is gone.
  void Kill9();
  // Starts it again on the same data and the same socket; kills it first if it runs.
  void Restart();
  // Stops (and lets go on) the process: a server that hangs.
  void Freeze();
  void Thaw();

  const std::string& socket() const { return socket_; }
  const std::string& folder() const { return folder_; }

 private:
  void Start();
  std::vector<std::string> Arguments() const;

  const Options options_;
  std::string folder_;
  std::string socket_;
  int folder_lock_ = -1;  // held while the folder is in use
  pid_t pid_ = -1;
  // The kernel kills the server when the thread that forked it ends, so that thread waits for it.
  std::thread keeper_;
  std::atomic<int> schemas_ = 0;
  std::unique_ptr<sql::Database> admin_;
};

}  // namespace jz::testing
