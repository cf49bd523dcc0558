// An identification service on a database of its own, with the regions of two counties, and what
// tests of the register need to call it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jingzhun/common/v1/feed.pb.h"
#include "jingzhun/common/v1/job.pb.h"
#include "jingzhun/identification/v1/region.pb.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "services/identification/app.h"
#include "tests/support/mariadb.h"
#include "tests/support/service_harness.h"

namespace jz::testing {

namespace idv1 = ::jingzhun::identification::v1;
namespace cv1 = ::jingzhun::common::v1;

inline constexpr char kProvince[] = "230000000000";
inline constexpr char kCounty[] = "230221000000";
inline constexpr char kTownship[] = "230221101000";
inline constexpr char kVillage[] = "230221101200";
inline constexpr char kOtherVillage[] = "230221101201";
inline constexpr char kClosedVillage[] = "230221101202";  // until 2015-12-31
inline constexpr char kNeighbour[] = "230222000000";      // county
inline constexpr char kNeighbourVillage[] = "230222101200";

struct Upload {
  std::string csv;
  std::string request_id;
  std::string region = kCounty;
  idv1::ImportMode mode = idv1::IMPORT_MODE_COMMIT;
  size_t piece = 1 << 20;
  idv1::ImportAtomicity atomicity = idv1::IMPORT_ATOMICITY_PER_FILE;
  int max_duplicate_percent = 0;
};

// One error of a job as "row column reason".
std::string ShownError(const cv1::JobError& error);

class RegisterService {
 public:
  RegisterService();

  std::string Token(const std::string& role, const std::string& region) const {
    return keys_.Token({.subject = role + "@" + region, .roles = {role}, .regions = {region}});
  }
  std::string TokenOf(const TokenSpec& spec) const { return keys_.Token(spec); }
  Client Register(const std::string& role = "county_officer",
                  const std::string& region = kCounty) const;
  Client Regions(const std::string& role = "administrator",
                 const std::string& region = kProvince) const;

  Client Statistics(const std::string& role = "county_officer",
                    const std::string& region = kCounty) const;

  // Ends the process's test when it fails.
  void ImportRegions();
  // Stops the service and starts it again on the same data and another port.
  void Restart();

  absl::StatusOr<cv1::Job> Send(const Client& client, const Upload& upload) const;
  // The job when it has ended; fails the test after a minute.
  cv1::Job Await(const Client& client, const cv1::Job& job) const;
  cv1::Job SendAndAwait(const Upload& upload) const;
  std::vector<std::string> ErrorsOf(const Client& client, const cv1::Job& job) const;

  std::vector<idv1::Household> ListAll(const Client& client) const;
  std::vector<cv1::Change> Changes(const Client& client) const;

  // Rows of a table; for what no call shows.
  int64_t CountRows(const std::string& table) const;
  // What no call does: rows that are spoilt.
  void Execute(const std::string& sql) const;
  int port() const { return app_->port(); }

 private:
  TestKeys keys_;
  sql::DatabaseOptions database_ = PrivateMariaDb::Shared().NewSchema();
  std::unique_ptr<sql::Database> db_;
  std::unique_ptr<App> app_;
};

idv1::ImportHouseholdsResult ResultOf(const cv1::Job& job);

}  // namespace jz::testing
