// One effect and one answer per request_id of a caller and method.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
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
// serialization, with request_id); answers are kept until ForgetAnswers, see
// common/config/housekeeping.h.
absl::StatusOr<std::string> RunOnce(Transaction& tx, const RequestKey& key,
                                    absl::string_view request, absl::Time now,
                                    absl::FunctionRef<absl::StatusOr<std::string>()> effect);

// One of several requests that share a transaction.
struct OnceRequest {
  RequestKey key;
  std::string request;  // serialized, as for RunOnce
  // The answer as it will most likely be (serialized), which saves a second write; or empty.
  std::string expected_answer = {};
  absl::StatusOr<std::string> answer = std::string();  // out
};

// RunOnce for many requests in a few statements: for the `write` of a CoalescingWriter. Fills in
// every `answer`. `effect` runs at most once, with those requests (in their order) that are not
// repetitions; where the answer is not the expected one it sets it. A request that it refuses must
// have had no effect in `tx`, and nothing is kept of it. The same key twice in `requests` has one
// effect. ALREADY_EXISTS when one of several requests is a repetition: then nothing is known of the
// others, and CoalescingWriter runs halves until the repetition is alone.
absl::Status RunOnceEach(Transaction& tx, absl::Span<OnceRequest* const> requests, absl::Time now,
                         absl::FunctionRef<absl::Status(absl::Span<OnceRequest* const>)> effect);

// Forgets up to 5,000 answers kept before `before`; how many. For a service's cleaning; call it
// until 0.
absl::StatusOr<int64_t> ForgetAnswers(Database& db, absl::Time before, absl::Time deadline);

// INVALID_ARGUMENT, reason REQUEST_ID_REQUIRED or REQUEST_ID_FORMAT.
absl::Status CheckRequestId(absl::string_view request_id);

}  // namespace jz::sql
