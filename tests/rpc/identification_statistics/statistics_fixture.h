// A service with a small register, and what tests of its statistics ask.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "jingzhun/identification/v1/statistics.pb.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {

// In kVillage: households H1 (head of labour 01 and spouse of labour 04), H2 and H3 of one; in
// kOtherVillage: H4 of one, which has exited. All heads are men born in 1970.
class StatisticsRpc : public ::testing::Test {
 protected:
  StatisticsRpc();

  idv1::Household Find(const std::string& national_no);
  void Leave(const idv1::Member& member);
  void Move(const idv1::Household& household, const std::string& village);

  static idv1::ComputeStatisticsRequest By(std::vector<idv1::StatisticDimension> group_by = {},
                                           const std::string& region = kCounty);
  static void Filter(idv1::StatisticDimension dimension, const std::vector<std::string>& values,
                     auto& request) {
    auto& filter = *request.add_filters();
    filter.set_dimension(dimension);
    for (const std::string& value : values) filter.add_values(value);
  }
  static void At(absl::Time at, auto& request) {
    request.mutable_as_of()->set_seconds(absl::ToUnixMicros(at) / 1'000'000);
    request.mutable_as_of()->set_nanos(static_cast<int>(absl::ToUnixMicros(at) % 1'000'000 * 1000));
  }
  absl::StatusOr<idv1::ComputeStatisticsResponse> Compute(
      const idv1::ComputeStatisticsRequest& request) {
    return statistics_.Call<idv1::ComputeStatisticsResponse>("ComputeStatistics", request);
  }
  // "total 3/4" and "REGISTERED,01 2/3" for each row; the first statistics of the answer.
  std::vector<std::string> Shown(const idv1::ComputeStatisticsRequest& request);

  RegisterService service_;
  Client officer_ = service_.Register();
  Client statistics_ = service_.Statistics();
};

}  // namespace jz::testing
