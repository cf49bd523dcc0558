#include "services/identification/import_job.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "services/identification/import_validation.h"
#include "services/identification/import_writing.h"

namespace jz::identification {
namespace {

std::unique_ptr<google::protobuf::Message> ResultOf(const v1::ImportJobParams& params,
                                                    const v1::ImportJobState& state) {
  auto result = std::make_unique<v1::ImportHouseholdsResult>();
  result->set_row_count(state.row_count());
  result->set_household_count(state.household_count());
  result->set_imported_household_count(state.imported_households());
  result->set_imported_person_count(state.imported_persons());
  result->set_refused_household_count(state.refused_households());
  result->set_duplicates_in_file(state.duplicates_in_file());
  result->set_duplicates_in_register(state.duplicates_in_register());
  if (params.skip_errors()) result->set_left_out_row_count(state.left_out_rows());
  return result;
}

absl::Status Refused(const v1::ImportJobParams& params, const v1::ImportJobState& state) {
  if (HasTooManyDuplicates(params, state)) {
    return FailedPrecondition("IMPORT_TOO_MANY_DUPLICATES",
                              {{"in_file", absl::StrCat(state.duplicates_in_file())},
                               {"in_register", absl::StrCat(state.duplicates_in_register())}},
                              "too many rows are duplicates; nothing was imported");
  }
  return FailedPrecondition("IMPORT_HAS_ERRORS",
                            {{"errors", absl::StrCat(state.reported_errors())}},
                            absl::StrCat(state.reported_errors(), " errors; nothing was imported"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunImport(const Deps& deps,
                                                                     jobs::JobRun& run) {
  v1::ImportJobParams params;
  v1::ImportJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("IMPORT_STATE_BROKEN", "params or state of an import do not parse");
  }
  ImportVerdict verdict{.state = state, .refused = {}};
  if (!state.validated() || (params.commit() && params.skip_errors())) {
    JZ_ASSIGN_OR_RETURN(verdict, ValidateImport(deps, run, params, state));
  }
  if (!params.commit()) return ResultOf(params, verdict.state);
  if (!verdict.state.validated()) return Refused(params, verdict.state);
  JZ_ASSIGN_OR_RETURN(state, WriteImport(deps, run, verdict, params.skip_errors()));
  return ResultOf(params, state);
}

}  // namespace jz::identification
