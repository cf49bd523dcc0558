// Batches of payments: the rules that a batch and its lines must pass.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/date.h"
#include "common/base/region_code.h"
#include "services/funds/domain/budget.h"
#include "services/funds/domain/ids.h"

namespace jz::funds {

// Numbers as in disbursement.proto and the tables.
enum class BatchState { kDraft = 1, kSubmitted = 2, kApproved = 3, kClosed = 4, kCancelled = 5 };
enum class PaidPer { kHousehold = 1, kPerson = 2 };
enum class LineResult { kNone = 0, kPaid = 1, kReturned = 2 };

inline constexpr int kMaxLinesOfBatch =
    5000;  // all lines of a batch are claimed in one transaction
inline constexpr int64_t kMaxLineFen = 1'000'000'000'000;  // sums of lines stay far from overflow

struct Batch {
  BatchId id;
  RegionCode region;
  std::string purpose;
  BudgetLineId budget_line;  // empty: goods only
  ProjectId project;
  AccountId paying_account;
  Date pay_date;
  int declared_count = 0;
  int64_t declared_total_fen = 0;
  std::string item;
  int64_t declared_item_total = 0;
  int64_t standard_fen = 0;
  PaidPer per = PaidPer::kHousehold;
  BatchState state = BatchState::kDraft;
  int64_t version = 1;
  TransferId pending_transfer;
  std::string reject_reason;
  std::string created_by;
  absl::Time created_at;
  std::string approved_by;
  absl::Time approved_at;

  int year() const { return static_cast<int>(pay_date.year()); }
};

struct Line {
  LineId id;
  BatchId batch;
  int number = 0;
  std::string client_line_id;
  RegionCode region;
  int64_t household = 0;  // ids of identification
  int64_t person = 0;     // 0 when the batch pays per household
  std::string payee_name;
  std::string bank_account_sealed;
  std::string bank_account_hash;
  int64_t amount_fen = 0;
  int64_t item_count = 0;
  LineResult result = LineResult::kNone;
  std::string bank_reference;
  absl::Time result_at;
};

// What lines must be in this batch: amounts, goods, payees. All violations at once, as
// `lines[<index>].<field>`.
absl::Status CheckLines(const Batch& batch, absl::Span<const Line> lines);

// Whether `asked` is a repetition of `stored`: the same payment to the same account.
bool SameContent(const Line& stored, const Line& asked);

struct BatchTotals {
  int line_count = 0;
  int64_t line_total_fen = 0;
  int64_t item_total = 0;
  int paid_count = 0;
  int64_t paid_total_fen = 0;
  int returned_count = 0;
  int64_t returned_total_fen = 0;
};
BatchTotals TotalsOf(absl::Span<const Line> lines);

// FAILED_PRECONDITION: BUDGET_PURPOSE_DIFFERS (channels are not mixed, a purpose is not changed) or
// BATCH_OUTSIDE_BUDGET_REGION.
absl::Status CheckBudgetOfBatch(const Batch& batch, const BudgetLine& line);
// FAILED_PRECONDITION: PROJECT_BUDGET_DIFFERS, or PROJECT_CLOSED.
absl::Status CheckProjectOfBatch(const Batch& batch, const Project& project);
// FAILED_PRECONDITION: PAYING_ACCOUNT_TYPE, unless an asset that people manage.
absl::Status CheckPayingAccount(const Account& account);

// FAILED_PRECONDITION: DECLARED_COUNT_DIFFERS, DECLARED_TOTAL_DIFFERS, DECLARED_ITEM_TOTAL_DIFFERS;
// the metadata says both figures.
absl::Status CheckDeclaration(const Batch& batch, const BatchTotals& totals);

// What the register and other batches say of the households and persons of a batch.
struct PaymentFacts {
  struct Household {
    RegionCode region;
    bool on_register = false;  // on the pay date
  };
  // Households that are known and that the caller may know of.
  absl::flat_hash_map<int64_t, Household> households;
  // Person -> household, on the pay date.
  absl::flat_hash_map<int64_t, int64_t> members;
  // (household, person or 0) that another batch pays for the same purpose in the same year.
  absl::flat_hash_set<std::pair<int64_t, int64_t>> paid_elsewhere;
};

struct RefusedLine {
  std::string client_line_id;
  std::string reason;
};
// In the order of the lines; each with the first reason that applies.
std::vector<RefusedLine> RefuseLines(const Batch& batch, absl::Span<const Line> lines,
                                     const PaymentFacts& facts);
// OK for none, otherwise FAILED_PRECONDITION LINES_REFUSED with the count and the first 20.
absl::Status LinesRefused(const std::vector<RefusedLine>& refused);

// FAILED_PRECONDITION BATCH_NOT_DRAFT or NOT_BATCH_MAKER.
absl::Status RequireDraftOf(const Batch& batch, const std::string& subject);
// FAILED_PRECONDITION BATCH_NOT_SUBMITTED, or BATCH_NOT_APPROVED.
absl::Status RequireSubmitted(const Batch& batch);
absl::Status RequireApproved(const Batch& batch);

}  // namespace jz::funds
