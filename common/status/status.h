// Errors of the suite. Every error is an absl::Status that carries one google.rpc.ErrorInfo (a
// reason in UPPER_SNAKE and metadata) and, for bad input, all field violations as
// google.rpc.BadRequest. common/rpc turns it into a google.rpc.Status at the edge; nothing is lost
// on the way.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#define JZ_STATUS_CONCAT_INNER(a, b) a##b
#define JZ_STATUS_CONCAT(a, b) JZ_STATUS_CONCAT_INNER(a, b)

// Returns from the function when `expr` (an absl::Status) is not OK.
#define JZ_RETURN_IF_ERROR(expr)                                            \
  do {                                                                      \
    if (absl::Status jz_status = (expr); !jz_status.ok()) return jz_status; \
  } while (false)

// Assigns the value of `expr` (an absl::StatusOr) to `lhs`, or returns its status.
#define JZ_ASSIGN_OR_RETURN(lhs, expr) \
  JZ_ASSIGN_OR_RETURN_INNER(JZ_STATUS_CONCAT(jz_status_or_, __LINE__), lhs, expr)
#define JZ_ASSIGN_OR_RETURN_INNER(tmp, lhs, expr) \
  auto tmp = (expr);                              \
  if (!tmp.ok()) return std::move(tmp).status();  \
  lhs = *std::move(tmp)

namespace jz {

using Metadata = std::vector<std::pair<std::string, std::string>>;

// An error with a reason. `metadata` never holds personal data, `message` is for a developer to
// read.
absl::Status MakeError(absl::StatusCode code, absl::string_view reason, Metadata metadata,
                       absl::string_view message);

absl::Status InvalidArgument(absl::string_view reason, Metadata metadata,
                             absl::string_view message);
absl::Status FailedPrecondition(absl::string_view reason, Metadata metadata,
                                absl::string_view message);
absl::Status NotFound(absl::string_view reason, Metadata metadata, absl::string_view message);
absl::Status AlreadyExists(absl::string_view reason, Metadata metadata, absl::string_view message);
absl::Status PermissionDenied(absl::string_view reason, Metadata metadata,
                              absl::string_view message);
absl::Status Unauthenticated(absl::string_view reason, absl::string_view message);
absl::Status Aborted(absl::string_view reason, Metadata metadata, absl::string_view message);
absl::Status ResourceExhausted(absl::string_view reason, Metadata metadata,
                               absl::string_view message);
absl::Status Unavailable(absl::string_view reason, absl::string_view message);
absl::Status DeadlineExceeded(absl::string_view reason, absl::string_view message);
// The message goes to the log only; the caller sees "internal error" and the trace id.
absl::Status Internal(absl::string_view reason, absl::string_view message);

// Collects every violation of a request, so that a caller sees all of them at once.
class Violations {
 public:
  // `field` is the proto path (`households[3].region_code`), `rule` an UPPER_SNAKE reason.
  void Add(absl::string_view field, absl::string_view rule, absl::string_view description);
  bool empty() const { return items_.empty(); }
  // OK, or INVALID_ARGUMENT with reason INVALID_REQUEST and one field violation each. At most 100
  // are listed; the message says how many there are.
  absl::Status ToStatus() const;

 private:
  struct Item {
    std::string field;
    std::string rule;
    std::string description;
  };
  std::vector<Item> items_;
};

// The reason of an error, or an empty string for OK and for errors made elsewhere.
std::string ReasonOf(const absl::Status& status);
// A metadata value of an error, or an empty string.
std::string MetadataOf(const absl::Status& status, absl::string_view key);

}  // namespace jz
