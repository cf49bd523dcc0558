// One effect and one answer per request_id (design decision 10).
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/sql/database.h"

namespace jz::sql {

struct RequestKey {
  std::string subject;     // who
  std::string method;      // full RPC method
  std::string request_id;  // 1 to 64 characters, chosen by the caller
};

// Runs `effect` once for a key, inside `tx`, and keeps its answer in the same transaction. A
// repetition gets the kept answer, without running `effect`; concurrent repetitions wait for the
// first. Another `request` under the same key: INVALID_ARGUMENT, reason REQUEST_ID_REUSED. An
// effect that fails keeps nothing. `request` and the answer are serialized messages (deterministic
// serialization, with request_id); answers are kept for 30 days at least.
absl::StatusOr<std::string> RunOnce(Transaction& tx, const RequestKey& key,
                                    absl::string_view request, absl::Time now,
                                    absl::FunctionRef<absl::StatusOr<std::string>()> effect);

// Forgets up to 5,000 answers kept before `before`; how many. For a service's cleaning; call it
// until 0.
absl::StatusOr<int64_t> ForgetAnswers(Database& db, absl::Time before, absl::Time deadline);

// INVALID_ARGUMENT, reason REQUEST_ID_REQUIRED or REQUEST_ID_FORMAT.
absl::Status CheckRequestId(absl::string_view request_id);

}  // namespace jz::sql
