#include "services/identification/income_statement.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "services/identification/domain/csv.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

using google::protobuf::FieldDescriptor;

constexpr int kMaxEntries = 1000;
constexpr int kMaxLines = 50;
constexpr int kMaxExcluded = 20;
constexpr int kMaxNote = 200;
constexpr int kFirstYear = 2000;
constexpr int64_t kWhole = 10'000;

// The totals that the items of IncomeItems belong to, by field numbers.
struct Range {
  int first;
  int last;
};
constexpr Range kWage[] = {{2, 6}};
constexpr Range kBusiness[] = {{7, 10}};
constexpr Range kProperty[] = {{11, 15}};
constexpr Range kTransfer[] = {{16, 33}, {40, 42}};
constexpr Range kCost[] = {{34, 37}};

// The items of a total that are stated.
std::vector<const FieldDescriptor*> Stated(const v1::IncomeItems& items,
                                           absl::Span<const Range> total) {
  std::vector<const FieldDescriptor*> fields;
  items.GetReflection()->ListFields(items, &fields);
  std::erase_if(fields, [&](const FieldDescriptor* field) {
    return std::none_of(total.begin(), total.end(), [&](Range range) {
      return field->number() >= range.first && field->number() <= range.last;
    });
  });
  return fields;
}

int64_t Sum(const v1::IncomeItems& items, absl::Span<const Range> total) {
  int64_t sum = 0;
  for (const FieldDescriptor* field : Stated(items, total)) {
    sum += items.GetReflection()->GetInt64(items, field);
  }
  return sum;
}

bool InRange(int64_t fen) { return fen >= 0 && fen <= kMaxIncomeFen; }

bool IsReason(absl::string_view reason) {
  return reason.size() <= 64 && std::all_of(reason.begin(), reason.end(), [](char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

// One entry of a request.
class EntryReader {
 public:
  EntryReader(const v1::RecordIncomesRequest::Entry& from, std::string field, const CodeBook& codes,
              Violations& violations)
      : from_(from), field_(std::move(field)), codes_(codes), violations_(violations) {}

  IncomeEntry Read(int last_year) {
    IncomeEntry entry{.household = {},
                      .year = from_.year(),
                      .record = {},
                      .reason = from_.reason(),
                      .household_etag = from_.household_etag()};
    if (auto household = HouseholdId::Parse(from_.household()); household.ok()) {
      entry.household = *household;
    } else {
      Add(".household", "RESOURCE_NAME_FORMAT", "the name of a household");
    }
    if (entry.year < kFirstYear || entry.year > last_year) {
      Add(".year", "INCOME_YEAR_FORMAT", "2000 to the current year");
    }
    if (!IsReason(entry.reason))
      Add(".reason", "REASON_FORMAT", "UPPER_SNAKE, up to 64 characters");
    CheckItems();
    CheckLines();
    CheckExcluded();
    CheckMethod();
    *entry.record.mutable_items() = from_.items();
    *entry.record.mutable_lines() = from_.lines();
    *entry.record.mutable_excluded() = from_.excluded();
    entry.record.set_cost_method(Method());
    return entry;
  }

 private:
  void Add(const std::string& where, absl::string_view rule, absl::string_view description) {
    violations_.Add(field_ + where, rule, description);
  }

  v1::CostMethod Method() const {
    return from_.cost_method() == v1::COST_METHOD_UNSPECIFIED ? v1::COST_METHOD_ITEMISED
                                                              : from_.cost_method();
  }

  void CheckItems() {
    std::vector<const FieldDescriptor*> set;
    from_.items().GetReflection()->ListFields(from_.items(), &set);
    for (const FieldDescriptor* item : set) {
      if (!absl::EndsWith(item->name(), "_fen")) continue;
      if (!InRange(from_.items().GetReflection()->GetInt64(from_.items(), item))) {
        Add(absl::StrCat(".items.", item->name()), "MONEY_RANGE", "0 to 10 million yuan");
      }
    }
    if (from_.lines_size() > 0 &&
        (!Stated(from_.items(), kBusiness).empty() || !Stated(from_.items(), kCost).empty())) {
      Add(".lines", "BUSINESS_TWICE", "business and its cost are given by lines or by items");
    }
  }

  void CheckLines() {
    if (from_.lines_size() > kMaxLines) Add(".lines", "BATCH_TOO_LARGE", "at most 50");
    std::set<std::string> products;
    for (int i = 0; i < std::min(from_.lines_size(), kMaxLines); ++i) {
      const v1::BusinessLine& line = from_.lines(i);
      const std::string where = absl::StrCat(".lines[", i, "]");
      if (line.group() == v1::BUSINESS_GROUP_UNSPECIFIED ||
          !v1::BusinessGroup_IsValid(line.group())) {
        Add(where + ".group", "BUSINESS_GROUP_REQUIRED", "crops, livestock, orchard or other");
      }
      if (!IsKey("product", line.product())) {
        Add(where + ".product", "CODE_UNKNOWN", "a key of code list product");
      } else if (!products.insert(line.product()).second) {
        Add(where + ".product", "PRODUCT_DUPLICATE", "the product comes twice");
      }
      if (!InRange(line.revenue_fen())) {
        Add(where + ".revenue_fen", "MONEY_RANGE", "0 to 10 million yuan");
      }
      if (!InRange(line.cost_fen()))
        Add(where + ".cost_fen", "MONEY_RANGE", "0 to 10 million yuan");
    }
  }

  void CheckExcluded() {
    if (from_.excluded_size() > kMaxExcluded) Add(".excluded", "BATCH_TOO_LARGE", "at most 20");
    for (int i = 0; i < std::min(from_.excluded_size(), kMaxExcluded); ++i) {
      const v1::ExcludedReceipt& receipt = from_.excluded(i);
      const std::string where = absl::StrCat(".excluded[", i, "]");
      if (!IsKey("excluded_receipt", receipt.kind())) {
        Add(where + ".kind", "CODE_UNKNOWN", "a key of code list excluded_receipt");
      }
      if (!InRange(receipt.amount_fen())) {
        Add(where + ".amount_fen", "MONEY_RANGE", "0 to 10 million yuan");
      }
      if (CountCharacters(receipt.note()) > kMaxNote || HasControlCharacter(receipt.note())) {
        Add(where + ".note", "TEXT_FORMAT", "at most 200 characters, none of them a control");
      }
    }
  }

  void CheckMethod() {
    if (!v1::CostMethod_IsValid(from_.cost_method())) {
      return Add(".cost_method", "COST_METHOD_UNKNOWN", "no such method");
    }
    if (Method() == v1::COST_METHOD_ITEMISED) return;
    if (!Stated(from_.items(), kBusiness).empty() || !Stated(from_.items(), kCost).empty()) {
      Add(".lines", "LINES_REQUIRED", "shares belong to products: give business by lines");
    }
  }

  bool IsKey(absl::string_view list, absl::string_view key) const {
    for (const CodeEntry& entry : codes_.List(list)) {
      if (entry.key == key) return true;
    }
    return false;
  }

  const v1::RecordIncomesRequest::Entry& from_;
  const std::string field_;
  const CodeBook& codes_;
  Violations& violations_;
};

// Revenue and cost of a group of products as items.
void AddToItems(v1::BusinessGroup group, int64_t revenue_fen, int64_t cost_fen,
                v1::IncomeItems& items) {
  switch (group) {
    case v1::BUSINESS_GROUP_CROPS:
      items.set_crops_fen(revenue_fen);
      return items.set_crops_cost_fen(cost_fen);
    case v1::BUSINESS_GROUP_LIVESTOCK:
      items.set_livestock_fen(revenue_fen);
      return items.set_livestock_cost_fen(cost_fen);
    case v1::BUSINESS_GROUP_ORCHARD:
      items.set_orchard_fen(revenue_fen);
      return items.set_orchard_cost_fen(cost_fen);
    default:
      items.set_other_business_fen(revenue_fen);
      return items.set_other_cost_fen(cost_fen);
  }
}

// Fills the lines in; the exact cost of all of them, in 1/10000 fen.
int64_t ComputeLines(const std::map<std::string, int64_t>& shares, v1::IncomeRecord& record) {
  const v1::CostMethod method = record.cost_method();
  struct Group {
    int64_t revenue_fen = 0;
    int64_t exact_cost = 0;
  };
  std::map<v1::BusinessGroup, Group> groups;
  int64_t exact = 0;
  for (v1::BusinessLine& line : *record.mutable_lines()) {
    int64_t cost = line.cost_fen() * kWhole;
    if (method != v1::COST_METHOD_ITEMISED) {
      const int64_t share = shares.at(ShareParameter(method, line.product()));
      line.set_applied_per_10000(static_cast<int32_t>(share));
      cost = ExactCost(line.revenue_fen(),
                       method == v1::COST_METHOD_COEFFICIENTS ? kWhole - share : share);
      line.set_cost_fen(CostFen(cost));
    } else {
      line.clear_applied_per_10000();
    }
    exact += cost;
    groups[line.group()].revenue_fen += line.revenue_fen();
    groups[line.group()].exact_cost += cost;
  }
  for (const auto& [group, sum] : groups) {
    AddToItems(group, sum.revenue_fen, CostFen(sum.exact_cost), *record.mutable_items());
  }
  return exact;
}

}  // namespace

absl::StatusOr<std::vector<IncomeEntry>> IncomeEntriesFrom(const v1::RecordIncomesRequest& request,
                                                           const CodeBook& codes, Date today) {
  Violations violations;
  CheckBatch("entries", request.entries_size(), kMaxEntries, violations);
  std::set<std::pair<int64_t, int>> seen;
  std::vector<IncomeEntry> entries;
  for (int i = 0; i < std::min(request.entries_size(), kMaxEntries); ++i) {
    const std::string field = absl::StrCat("entries[", i, "]");
    EntryReader reader(request.entries(i), field, codes, violations);
    entries.push_back(reader.Read(static_cast<int>(today.year())));
    const IncomeEntry& entry = entries.back();
    if (!entry.household.empty() && !seen.emplace(entry.household.value(), entry.year).second) {
      violations.Add(field, "INCOME_DUPLICATE", "the household and year come twice");
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return entries;
}

std::string ShareParameter(v1::CostMethod method, const std::string& product) {
  if (method == v1::COST_METHOD_RATES) return "cost_rate_per_10000." + product;
  if (method == v1::COST_METHOD_COEFFICIENTS) return "income_coefficient_per_10000." + product;
  return "";
}

IncomeStatement ComputeIncome(int year, int members, const std::map<std::string, int64_t>& shares,
                              v1::IncomeRecord& record) {
  v1::IncomeItems& items = *record.mutable_items();
  items.set_year(year);
  const int64_t exact_cost = ComputeLines(shares, record);
  IncomeStatement statement;
  statement.year = year;
  statement.items = {.wage_fen = Sum(items, kWage),
                     .business_fen = Sum(items, kBusiness),
                     .property_fen = Sum(items, kProperty),
                     .transfer_fen = Sum(items, kTransfer),
                     .cost_fen = record.lines_size() > 0 ? CostFen(exact_cost) : Sum(items, kCost)};
  statement.net_fen = NetIncomeFen(statement.items);
  statement.member_count = members;
  statement.net_per_head_fen = NetPerHeadFen(statement.net_fen, members);
  statement.record = record.SerializeAsString();
  return statement;
}

}  // namespace jz::identification
