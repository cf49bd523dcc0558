// The evaluation service and its three sources, which tell what the township's feeds hold.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/config/service_main.h"
#include "jingzhun/evaluation/v1/evaluation.pb.h"
#include "tests/support/service_harness.h"
#include "tests/support/township/township.h"

namespace jz::testing {

namespace ev1 = ::jingzhun::evaluation::v1;

class FourServices {
 public:
  // With everything projected.
  FourServices();
  ~FourServices();

  // As the source would, in a transaction of its own.
  void Publish(const std::string& source, const std::vector<common::v1::Change>& changes);
  // The process of a source ends; evaluation goes on.
  void End(const std::string& service);

  Client Evaluator(const std::string& region = "230221000000") const;
  ev1::ProjectionStatus Status(const std::string& region = kTownship) const;
  // Until the status of the township is so; false after a while.
  bool Comes(const std::function<bool(const ev1::ProjectionStatus&)>& so) const;

 private:
  TestKeys keys_;
  std::map<std::string, sql::DatabaseOptions> schemas_;
  std::map<std::string, std::unique_ptr<App>> apps_;
};

ev1::CreateEvaluationRequest OfTheYear(int year, const std::string& region = kTownship);
absl::StatusOr<ev1::Evaluation> Evaluate(const Client& client,
                                         const ev1::CreateEvaluationRequest& request);

}  // namespace jz::testing
