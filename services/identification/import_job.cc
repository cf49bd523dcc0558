#include "services/identification/import_job.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/import_validation.h"
#include "services/identification/import_writing.h"

namespace jz::identification {
namespace {

std::unique_ptr<google::protobuf::Message> ResultOf(const v1::ImportJobState& state) {
  auto result = std::make_unique<v1::ImportHouseholdsResult>();
  result->set_row_count(state.row_count());
  result->set_household_count(state.household_count());
  result->set_imported_household_count(state.imported_households());
  result->set_imported_person_count(state.imported_persons());
  result->set_refused_household_count(state.refused_households());
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunImport(const Deps& deps,
                                                                     jobs::JobRun& run) {
  v1::ImportJobParams params;
  v1::ImportJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("IMPORT_STATE_BROKEN", "params or state of an import do not parse");
  }
  if (!state.validated()) {
    JZ_ASSIGN_OR_RETURN(state, ValidateImport(deps, run, state));
  }
  if (!params.commit()) return ResultOf(state);
  if (!state.validated()) {
    return FailedPrecondition(
        "IMPORT_HAS_ERRORS", {{"errors", absl::StrCat(state.reported_errors())}},
        absl::StrCat(state.reported_errors(), " errors; nothing was imported"));
  }
  JZ_ASSIGN_OR_RETURN(state, WriteImport(deps, run, state));
  return ResultOf(state);
}

}  // namespace jz::identification
