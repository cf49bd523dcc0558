// Second pass of an import: a file that was found right is written, batch by batch.
#pragma once

#include "absl/status/statusor.h"
#include "common/jobs/jobs.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/deps.h"
#include "services/identification/import_validation.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// Goes on where `verdict.state` says. Each batch of up to 512 households is one transaction with
// its feed messages and its checkpoint, and is visible from then on. A household that somebody else
// entered since the first pass, or of which a person was, is refused with an error; the others are
// written. With `skip_errors` those that the first pass refused are left out.
absl::StatusOr<v1::ImportJobState> WriteImport(const Deps& deps, jobs::JobRun& run,
                                               const ImportVerdict& verdict, bool skip_errors);

}  // namespace jz::identification
