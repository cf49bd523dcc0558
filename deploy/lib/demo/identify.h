// The identification part of the main job: regions and parameters, import of the register, deaths,
// and the campaign of P1 from group assessment to effect.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/lib/demo/generator.h"
#include "deploy/lib/demo/suite.h"
#include "jingzhun/identification/v1/case.pb.h"
#include "jingzhun/identification/v1/register.pb.h"

namespace jz::demo {

namespace idv1 = ::jingzhun::identification::v1;

inline constexpr char kCounty[] = "230221000000";
inline constexpr char kPeriodStart[] = "2017-01-01";
inline constexpr char kPeriodEnd[] = "2017-12-31";

// The people of a township, as deploy/lib/secrets.sh names their tokens.
std::string TownshipClerk(const Township& township);
std::string VillageClerk(const Village& village);

absl::Status EnterRegionsAndParameters(Suite& suite, const std::vector<const Township*>& townships);
// Validates the file first, then imports it.
absl::Status ImportRegister(Suite& suite, const Township& township);
// All households of the township with their members, read back through the API.
absl::StatusOr<std::vector<idv1::Household>> ReadRegister(Suite& suite, const Township& township);
absl::Status RecordDeaths(Suite& suite, const Township& township,
                          const std::vector<idv1::Household>& households);
// The whole procedure for every case that the rules propose.
absl::Status RunCampaign(Suite& suite, const Township& township);
absl::StatusOr<idv1::Flows> ReadFlows(Suite& suite, const Township& township);

}  // namespace jz::demo
