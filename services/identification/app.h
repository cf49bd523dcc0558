// The wiring of the identification service.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/config/service_main.h"

namespace jz::identification {

// Name, migrations and start of this service; used by main and by tests.
ServiceSpec Spec();

absl::StatusOr<std::unique_ptr<App>> StartIdentification(std::unique_ptr<Foundation> foundation);

}  // namespace jz::identification
