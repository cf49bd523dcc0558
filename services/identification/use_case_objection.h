// Objections (异议) to posted cases. Inside the caller's transaction.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "common/sql/database.h"
#include "services/identification/domain/case.h"

namespace jz::identification {

// `objection` has id, case, text and objector; the rest is filled in. NOT_FOUND CASE_NOT_FOUND,
// FAILED_PRECONDITION NOT_IN_PUBLICITY.
absl::StatusOr<Objection> FileObjection(sql::Transaction& tx, const rpc::CallContext& ctx,
                                        Objection objection);

// Upheld: the case is rejected. NOT_FOUND OBJECTION_NOT_FOUND, FAILED_PRECONDITION
// OBJECTION_ANSWERED or SAME_PERSON.
absl::StatusOr<Objection> AnswerObjection(sql::Transaction& tx, const rpc::CallContext& ctx,
                                          ObjectionId id, ObjectionState outcome,
                                          const std::string& answer);

}  // namespace jz::identification
