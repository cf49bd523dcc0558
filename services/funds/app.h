// The wiring of the funds service.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/config/service_main.h"

namespace jz::funds {

// Name, migrations and start of this service; used by main and by tests.
ServiceSpec Spec();

// Without an identification target it decides by the projection that it has.
absl::StatusOr<std::unique_ptr<App>> StartFunds(std::unique_ptr<Foundation> foundation);

}  // namespace jz::funds
