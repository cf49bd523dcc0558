// The assistance part of the main job: every household on the closing register gets a cadre, a plan
// and a visit.
#pragma once

#include <vector>

#include "deploy/lib/demo/identify.h"

namespace jz::demo {

absl::Status AssistHouseholds(Suite& suite, const Township& township,
                              const std::vector<idv1::Household>& registered);

}  // namespace jz::demo
