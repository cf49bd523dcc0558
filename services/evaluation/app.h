// The wiring of the evaluation service.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/config/service_main.h"

namespace jz::evaluation {

// Name, migrations and start of this service; used by main and by tests.
ServiceSpec Spec();

// A source without a target is not consumed; the rest works.
absl::StatusOr<std::unique_ptr<App>> StartEvaluation(std::unique_ptr<Foundation> foundation);

}  // namespace jz::evaluation
