// The wiring of the assistance service.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/config/service_main.h"

namespace jz::assistance {

// Name, migrations and start of this service; used by main and by tests.
ServiceSpec Spec();

// Without an identification target it serves from the projection that it has.
absl::StatusOr<std::unique_ptr<App>> StartAssistance(std::unique_ptr<Foundation> foundation);

}  // namespace jz::assistance
