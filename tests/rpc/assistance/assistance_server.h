// The assistance service on a free port with a database of its own, and what its tests ask of it.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/service_main.h"
#include "gtest/gtest.h"
#include "jingzhun/assistance/v1/assistance.pb.h"
#include "jingzhun/identification/v1/changes.pb.h"
#include "tests/support/service_harness.h"

namespace jz::testing {

namespace av1 = ::jingzhun::assistance::v1;
namespace idv1 = ::jingzhun::identification::v1;

inline constexpr char kCity[] = "230700000000";
inline constexpr char kCounty[] = "230712000000";
inline constexpr char kVillage[] = "230712101201";
inline constexpr char kNeighbourVillage[] = "230713101201";

class AssistanceServer {
 public:
  // With so many connections to the database.
  explicit AssistanceServer(int pool_size = 16);
  ~AssistanceServer();

  // May enter and read everything in `region`.
  Client Officer(const std::string& region = kCounty) const;
  sql::Database& db() { return *db_; }

 private:
  TestKeys keys_;
  std::unique_ptr<sql::Database> db_;  // of the test, beside the service's own
  std::unique_ptr<App> app_;
};

// One server for all tests; each test uses cadres and households of its own.
class AssistanceTest : public ::testing::Test {
 protected:
  static AssistanceServer& server();
  Client officer_ = server().Officer();
};

std::string NewId();  // a UUID: request or client id

template <class Work>
void InThreads(int count, Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

// Households in the projection, as identification's feed brings them: on the register from a day,
// and off it from a day.
std::vector<std::string> Admit(AssistanceServer& server, int count,
                               const std::string& from_date = "2017-01-01",
                               const std::string& region = kVillage);
void Remove(AssistanceServer& server, const std::string& household, const std::string& from_date,
            const std::string& region = kVillage);

// New cadres of a unit of their own; what fails ends the test.
std::vector<std::string> MakeCadres(const Client& client, int count, int household_limit = 5,
                                    const std::string& region = kCounty);

av1::Pairing Paired(const std::string& household, const std::string& cadre,
                    const std::string& from_date = "2017-01-01", const std::string& to_date = "");
absl::StatusOr<av1::BatchCreatePairingsResponse> Pair(const Client& client,
                                                      const std::vector<av1::Pairing>& pairings,
                                                      const std::string& request_id = NewId());
absl::Status End(const Client& client, const av1::Pairing& pairing, const std::string& to_date);
std::vector<av1::Pairing> PairingsOf(const Client& client, const std::string& household);
absl::StatusOr<av1::BatchCreatePlansResponse> Plan(const Client& client,
                                                   const std::string& household, int year);

// A visit with a client id of its own.
av1::Visit Visited(const std::string& household, const std::string& cadre, const std::string& date);
absl::StatusOr<av1::UploadVisitsResponse> Upload(const Client& client,
                                                 const std::vector<av1::Visit>& visits,
                                                 const std::string& request_id = NewId());
std::vector<av1::Visit> VisitsOf(const Client& client, const std::string& household);

}  // namespace jz::testing
