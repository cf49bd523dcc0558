// All four services in one process, and a county full of data that others must not see.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/config/service_main.h"
#include "gtest/gtest.h"
#include "tests/rpc/access/any_call.h"
#include "tests/support/service_harness.h"

namespace jz::testing {

inline constexpr char kProvince[] = "230000000000";
// The county with the data. Names of its regions start with kCountyDigits.
inline constexpr char kCounty[] = "230221000000";
inline constexpr char kCountyDigits[] = "230221";
// A village of it that has nothing to do with any of the data.
inline constexpr char kEmptyVillage[] = "230221101299";
// A county of the same city, without data.
inline constexpr char kNeighbour[] = "230222000000";

// The role that holds every permission of every service; it is in no other roles file.
inline constexpr char kEverything[] = "everything";

class Suite {
 public:
  // One for all tests of the process; what it cannot do ends the process.
  static Suite& Shared();
  // Stops the services.
  static void End();
  ~Suite();

  const TestKeys& keys() const { return *keys_; }
  // Roles of roles.json with what they hold.
  const std::map<std::string, std::set<std::string>>& roles() const { return roles_; }

  std::string Token(const std::string& region, const std::string& subject = "officer") const;

  // `text` with ${placeholders} filled in: what was made in the county, and ${request} and ${uuid},
  // which are new each time.
  std::string Expand(const std::string& text) const;

  // Calls with a token; empty: without one.
  Answer Call(const MethodDescriptor& method, const Message& request,
              const std::string& token) const;

  // Changes with every change of any row of any service; waits until nothing is under way any more.
  std::string Fingerprint() const;

  // Names and texts of the county's data in `text`, but for those in `allowed`.
  std::vector<std::string> CountyDataIn(const std::string& text, const std::string& allowed) const;

 private:
  Suite();

  void StartServices(const TestKeys& keys);
  void MakeRegister();
  void ImportHouseholds();
  void MakeCases();
  void MakeComparisons();
  void MakeDuplicates();
  void MakeQuality();
  void MakeAssistance();
  void MakeFunds();
  std::string MakeBatch(const std::string& household, const std::string& state);
  void MakeEvaluation();
  void MakeChanges();

  // Calls "package.Service.Method" in the county; ends the process when it is refused.
  std::unique_ptr<Message> Must(const std::string& method, const std::string& text,
                                const std::string& subject, const std::string& region = kCounty);
  // Repeats a reading call until its answer contains `part`.
  void Await(const std::string& method, const std::string& text, const std::string& part,
             const std::string& region = kCounty);
  // Keeps a string field of `message`, by its path ("units.name"), as ${placeholder}.
  void Keep(const std::string& placeholder, const Message& message, const std::string& path);

  // No job runs, and every consumer of a feed has come to its end.
  bool AtRest() const;
  int64_t CountOf(const std::string& service, const std::string& table_and_where) const;
  std::string CursorOf(const std::string& consumer, const std::string& source) const;
  // Whether a feed has nothing of these types behind a cursor.
  bool NothingBehind(const std::string& method, const std::string& types,
                     const std::string& cursor) const;
  std::string Checksums() const;

  std::unique_ptr<TestKeys> keys_;
  std::map<std::string, std::set<std::string>> roles_;
  std::map<std::string, std::unique_ptr<App>> apps_;
  std::map<std::string, std::unique_ptr<rpc::Channel>> channels_;
  std::map<std::string, std::unique_ptr<sql::Database>> databases_;  // beside the services
  std::map<std::string, std::string> placeholders_;
  std::set<std::string> names_;  // resource names of the county's data
};

}  // namespace jz::testing
