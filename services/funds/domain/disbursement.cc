#include "services/funds/domain/disbursement.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::funds {
namespace {

absl::Status Differs(absl::string_view reason, int64_t declared, int64_t found) {
  return FailedPrecondition(reason,
                            {{"declared", absl::StrCat(declared)}, {"found", absl::StrCat(found)}},
                            absl::StrCat("declared ", declared, ", but the lines come to ", found));
}

absl::string_view ReasonAgainst(const Batch& batch, const Line& line, const PaymentFacts& facts) {
  auto household = facts.households.find(line.household);
  if (household == facts.households.end() || !household->second.on_register) {
    return "HOUSEHOLD_NOT_REGISTERED";
  }
  if (!batch.region.Contains(household->second.region)) return "HOUSEHOLD_OUTSIDE_REGION";
  if (batch.per == PaidPer::kPerson) {
    auto member = facts.members.find(line.person);
    if (member == facts.members.end() || member->second != line.household) {
      return "PERSON_NOT_PRESENT";
    }
  }
  if (facts.paid_elsewhere.contains({line.household, line.person})) return "ALREADY_PAID";
  return "";
}

}  // namespace

absl::Status CheckLines(const Batch& batch, absl::Span<const Line> lines) {
  Violations violations;
  const bool goods = !batch.item.empty();
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    auto require = [&](bool holds, absl::string_view field, absl::string_view rule,
                       absl::string_view text) {
      if (!holds) violations.Add(absl::StrCat("lines[", i, "].", field), rule, text);
    };
    require((batch.per == PaidPer::kPerson) == (line.person != 0), "person", "PAID_PER",
            "exactly when the batch pays per person");
    require(goods == (line.item_count > 0), "item_count", "ITEM_COUNT",
            "at least 1 when the batch hands out goods, otherwise 0");
    require(line.amount_fen > 0 || goods, "amount_fen", "REQUIRED",
            "0 only when goods are handed out");
    require(line.amount_fen == 0 || batch.declared_total_fen > 0, "amount_fen", "NO_MONEY_DECLARED",
            "the batch pays no money");
    require(batch.standard_fen == 0 || line.amount_fen == batch.standard_fen, "amount_fen",
            "NOT_THE_STANDARD", "every line has the standard of the batch");
    require(line.amount_fen == 0 || !line.bank_account_sealed.empty(), "bank_account", "REQUIRED",
            "needed to pay money");
    require(line.amount_fen == 0 || !line.payee_name.empty(), "payee_name", "REQUIRED",
            "needed to pay money");
  }
  return violations.ToStatus();
}

bool SameContent(const Line& stored, const Line& asked) {
  // The sealed form differs each time; the hash does not.
  return stored.household == asked.household && stored.person == asked.person &&
         stored.payee_name == asked.payee_name &&
         stored.bank_account_hash == asked.bank_account_hash &&
         stored.amount_fen == asked.amount_fen && stored.item_count == asked.item_count;
}

BatchTotals TotalsOf(absl::Span<const Line> lines) {
  BatchTotals totals;
  for (const Line& line : lines) {
    ++totals.line_count;
    totals.line_total_fen += line.amount_fen;
    totals.item_total += line.item_count;
    if (line.result == LineResult::kPaid) {
      ++totals.paid_count;
      totals.paid_total_fen += line.amount_fen;
    } else if (line.result == LineResult::kReturned) {
      ++totals.returned_count;
      totals.returned_total_fen += line.amount_fen;
    }
  }
  return totals;
}

absl::Status CheckBudgetOfBatch(const Batch& batch, const BudgetLine& line) {
  if (line.purpose != batch.purpose) {
    return FailedPrecondition("BUDGET_PURPOSE_DIFFERS", {{"budget_purpose", line.purpose}},
                              "the budget line is for another purpose");
  }
  if (!line.region.Contains(batch.region)) {
    return FailedPrecondition("BATCH_OUTSIDE_BUDGET_REGION", {{"region", line.region.ToString()}},
                              "the budget line is not for the batch's region");
  }
  return absl::OkStatus();
}

absl::Status CheckProjectOfBatch(const Batch& batch, const Project& project) {
  if (project.budget_line != batch.budget_line) {
    return FailedPrecondition("PROJECT_BUDGET_DIFFERS",
                              {{"budget_line", project.budget_line.Name()}},
                              "the project is paid from another budget line");
  }
  if (project.state != ProjectState::kClosed) return absl::OkStatus();
  return FailedPrecondition("PROJECT_CLOSED", {}, "nothing is paid for a closed project");
}

absl::Status CheckPayingAccount(const Account& account) {
  if (account.type == AccountType::kAsset && !account.managed) return absl::OkStatus();
  return FailedPrecondition("PAYING_ACCOUNT_TYPE", {{"account", account.id.Name()}},
                            "money is paid from an asset account");
}

absl::Status CheckDeclaration(const Batch& batch, const BatchTotals& totals) {
  if (totals.line_count != batch.declared_count) {
    return Differs("DECLARED_COUNT_DIFFERS", batch.declared_count, totals.line_count);
  }
  if (totals.line_total_fen != batch.declared_total_fen) {
    return Differs("DECLARED_TOTAL_DIFFERS", batch.declared_total_fen, totals.line_total_fen);
  }
  if (totals.item_total != batch.declared_item_total) {
    return Differs("DECLARED_ITEM_TOTAL_DIFFERS", batch.declared_item_total, totals.item_total);
  }
  return absl::OkStatus();
}

std::vector<RefusedLine> RefuseLines(const Batch& batch, absl::Span<const Line> lines,
                                     const PaymentFacts& facts) {
  std::vector<RefusedLine> refused;
  absl::flat_hash_set<std::pair<int64_t, int64_t>> seen;
  for (const Line& line : lines) {
    absl::string_view reason = ReasonAgainst(batch, line, facts);
    bool first = seen.insert({line.household, line.person}).second;
    if (reason.empty() && !first) reason = "DUPLICATE_IN_BATCH";
    if (!reason.empty()) refused.push_back({line.client_line_id, std::string(reason)});
  }
  return refused;
}

absl::Status LinesRefused(const std::vector<RefusedLine>& refused) {
  if (refused.empty()) return absl::OkStatus();
  std::string first;
  for (size_t i = 0; i < std::min<size_t>(refused.size(), 20); ++i) {
    absl::StrAppend(&first, i == 0 ? "" : ",", refused[i].client_line_id, ":", refused[i].reason);
  }
  return FailedPrecondition(
      "LINES_REFUSED", {{"refused_count", absl::StrCat(refused.size())}, {"lines", first}},
      absl::StrCat(refused.size(), " lines may not be paid; nothing was submitted"));
}

absl::Status RequireDraftOf(const Batch& batch, const std::string& subject) {
  if (batch.state != BatchState::kDraft) {
    return FailedPrecondition("BATCH_NOT_DRAFT", {}, "only a draft can be changed");
  }
  if (batch.created_by != subject) {
    return FailedPrecondition("NOT_BATCH_MAKER", {}, "a draft belongs to its maker");
  }
  return absl::OkStatus();
}

absl::Status RequireSubmitted(const Batch& batch) {
  if (batch.state == BatchState::kSubmitted) return absl::OkStatus();
  return FailedPrecondition("BATCH_NOT_SUBMITTED", {}, "the batch does not wait for a checker");
}

absl::Status RequireApproved(const Batch& batch) {
  if (batch.state == BatchState::kApproved || batch.state == BatchState::kClosed) {
    return absl::OkStatus();
  }
  return FailedPrecondition("BATCH_NOT_APPROVED", {}, "the batch was not approved");
}

}  // namespace jz::funds
