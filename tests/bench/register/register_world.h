// A generated province and a service that holds it, for the benches of the register: one
// identification service in this process on a durable MariaDB of its own, filled by imports through
// its API.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "jingzhun/common/v1/job.pb.h"
#include "services/identification/app.h"
#include "tests/support/mariadb.h"
#include "tests/support/service_harness.h"

namespace jz::bench {

inline constexpr char kProvince[] = "230000000000";

// Ends the process with a message unless the status is OK.
void Require(const absl::Status& status);
template <class T>
T Require(absl::StatusOr<T> result) {
  Require(result.status());
  return *std::move(result);
}

// Peak of the resident memory of this process since the last reset, in MiB.
void ResetPeak();
double PeakMb();

// CPU seconds that were spent so far.
struct CpuSeconds {
  double own = 0;     // by this process: the service, and the client that uploads
  double server = 0;  // by mariadbd
};
CpuSeconds CpuSpent(const testing::PrivateMariaDb& server);

// A register file of the counties [first, last) of a hundred, `persons` in each: households of two
// to five, village by village. `take` gets it piece by piece.
void WriteRegisterFile(int first_county, int last_county, int64_t persons_per_county,
                       const std::function<void(const std::string& piece)>& take);

class RegisterWorld {
 public:
  // A fresh schema with the regions of the province.
  explicit RegisterWorld(testing::PrivateMariaDb& server);

  // Imports a file through the API; seconds from the end of the upload to that of the job.
  double Import(int first_county, int last_county, int64_t persons_per_county);
  int64_t imported_persons() const { return imported_persons_; }

  const std::string& schema() const { return database_.schema; }
  const sql::DatabaseOptions& database() const { return database_; }
  sql::Database& db() { return *db_; }
  int port() const { return app_->port(); }
  std::string Token() const;

 private:
  testing::TestKeys keys_;
  sql::DatabaseOptions database_;
  std::unique_ptr<sql::Database> db_;
  std::unique_ptr<App> app_;
  int64_t imported_persons_ = 0;
};

// A schema as a service migrates it, without a service.
sql::DatabaseOptions NewMigratedSchema(testing::PrivateMariaDb& server);

// Prints one figure.
void PrintFigure(const char* name, double value, const char* unit, const char* baseline,
                 double baseline_value, double ratio, double goal);

}  // namespace jz::bench
