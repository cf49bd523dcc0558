// Income statements.
#include <algorithm>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "services/identification/convert_register.h"
#include "services/identification/facts.h"
#include "services/identification/income_statement.h"
#include "services/identification/record_household.h"
#include "services/identification/service_register.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/income_store.h"
#include "services/identification/store/parameter_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/write_check.h"

namespace jz::identification {
namespace {

constexpr char kRecorded[] = "INCOME_RECORDED";
constexpr size_t kMaxListed = 200;
constexpr int64_t kWhole = 10'000;

absl::Status HouseholdNotFound(HouseholdId id) {
  return NotFound("HOUSEHOLD_NOT_FOUND", {{"household", id.Name()}}, "there is no such household");
}

// A household with its statements, and what becomes of it.
struct Concerned {
  HouseholdChange change;
  std::string facts_before;               // serialized
  std::map<int, IncomeStatement> latest;  // version by year
};
using AllConcerned = std::map<int64_t, Concerned>;

absl::StatusOr<AllConcerned> LockConcerned(sql::Transaction& tx, const auth::RegionScope& scope,
                                           absl::Span<const IncomeEntry> entries) {
  std::set<HouseholdId> distinct;
  for (const IncomeEntry& entry : entries) distinct.insert(entry.household);
  const std::vector<HouseholdId> ids(distinct.begin(), distinct.end());
  JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LockHouseholds(tx, scope, ids));
  JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, ids));
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdIncome> incomes, LoadIncomes(tx, ids));
  JZ_ASSIGN_OR_RETURN(std::vector<FactsRow> facts, LoadFacts(tx, ids));
  AllConcerned all;
  for (Household& household : households) {
    HouseholdChange& change = all[household.id.value()].change;
    change.reason = kRecorded;
    change.facts.emplace();
    change.household = std::move(household);
  }
  for (HouseholdId id : ids) {
    if (!all.contains(id.value())) return HouseholdNotFound(id);
  }
  for (Person& person : members) {
    all[person.household.value()].change.members.push_back(std::move(person));
  }
  for (HouseholdIncome& income : incomes) {
    const int year = income.statement.year;
    all[income.household.value()].latest[year] = std::move(income.statement);
  }
  for (const FactsRow& row : facts) {
    if (!all[row.household.value()].change.facts->ParseFromString(row.facts)) {
      return Internal("FACTS_BROKEN", "facts of a household do not parse");
    }
    all[row.household.value()].facts_before = row.facts;
  }
  return all;
}

absl::Status CheckAgainstStored(absl::Span<const IncomeEntry> entries, const AllConcerned& all) {
  Violations violations;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Concerned& concerned = all.at(entries[i].household.value());
    const Household& household = concerned.change.household;
    if (!entries[i].household_etag.empty() && entries[i].household_etag != EtagOf(household)) {
      return Aborted("ETAG_MISMATCH", {{"household", household.id.Name()}},
                     "the household was changed meanwhile");
    }
    if (concerned.latest.contains(entries[i].year) && entries[i].reason.empty()) {
      violations.Add(absl::StrCat("entries[", i, "].reason"), "REASON_REQUIRED",
                     "the year has a statement already");
    }
  }
  return violations.ToStatus();
}

// Values of the parameters that the record names, as they hold at the end of the year or today.
class Shares {
 public:
  Shares(sql::Transaction& tx, Date today) : tx_(tx), today_(today) {}

  absl::StatusOr<std::map<std::string, int64_t>> Of(const v1::IncomeRecord& record, int year,
                                                    RegionCode region) {
    std::map<std::string, int64_t> shares;
    for (const v1::BusinessLine& line : record.lines()) {
      const std::string kind = ShareParameter(record.cost_method(), line.product());
      if (kind.empty()) continue;
      JZ_ASSIGN_OR_RETURN(shares[kind], Resolve(kind, year, region));
    }
    return shares;
  }

 private:
  absl::StatusOr<int64_t> Resolve(const std::string& kind, int year, RegionCode region) {
    auto [known, is_new] = known_.try_emplace({kind, year, region.number()}, -1);
    if (!is_new) return known->second;
    JZ_ASSIGN_OR_RETURN(
        std::optional<Parameter> parameter,
        ResolveParameter(
            tx_, {.kind = kind, .region = region, .date = std::min(Date(year, 12, 31), today_)}));
    const Metadata about = {{"kind", kind}, {"region", region.ToString()}};
    if (!parameter) {
      return FailedPrecondition("PARAMETER_NOT_FOUND", about, "no value holds in this region");
    }
    if (parameter->value < 0 || parameter->value > kWhole) {
      return FailedPrecondition("PARAMETER_RANGE", about, "a share is 0 to 10,000");
    }
    known->second = parameter->value;
    return parameter->value;
  }

  sql::Transaction& tx_;
  const Date today_;
  std::map<std::tuple<std::string, int, int64_t>, int64_t> known_;
};

// The latest statement, and the one before it, are the household's incomes.
void TakeOver(Concerned& concerned) {
  auto last = concerned.latest.rbegin();
  Household& household = concerned.change.household;
  household.net_income_per_head_fen = last->second.net_per_head_fen;
  v1::IncomeRecord record;
  if (record.ParseFromString(last->second.record) && record.has_items()) {
    *concerned.change.facts->mutable_income() = record.items();
  }
  if (++last != concerned.latest.rend()) {
    household.previous_net_income_per_head_fen = last->second.net_per_head_fen;
  }
}

absl::StatusOr<v1::RecordIncomesResponse> Record(const QualityRules& rules,
                                                 const rpc::CallContext& ctx, sql::Transaction& tx,
                                                 std::vector<IncomeEntry> entries) {
  JZ_ASSIGN_OR_RETURN(AllConcerned all, LockConcerned(tx, ctx.scope(), entries));
  JZ_RETURN_IF_ERROR(CheckAgainstStored(entries, all));
  Shares shares(tx, DateInShanghai(ctx.now));
  std::vector<HouseholdIncome> rows;
  v1::RecordIncomesResponse response;
  for (IncomeEntry& entry : entries) {
    Concerned& concerned = all[entry.household.value()];
    const Household& household = concerned.change.household;
    JZ_ASSIGN_OR_RETURN(auto applied, shares.Of(entry.record, entry.year, household.region));
    IncomeStatement statement =
        ComputeIncome(entry.year, household.member_count, applied, entry.record);
    auto before = concerned.latest.find(entry.year);
    statement.version = before == concerned.latest.end() ? 1 : before->second.version + 1;
    statement.reason = entry.reason.empty() ? kRecorded : entry.reason;
    statement.recorded_by = ctx.subject();
    statement.recorded_at = ctx.now;
    JZ_ASSIGN_OR_RETURN(*response.add_statements(), ToMessage(statement));
    rows.push_back({.household = entry.household, .statement = statement});
    concerned.latest[entry.year] = std::move(statement);
  }
  std::vector<HouseholdChange> changes;
  WriteCheck check(rules);
  for (auto& [id, concerned] : all) {
    TakeOver(concerned);
    HouseholdChange& change = concerned.change;
    RefreshFacts(change.household, change.members, *change.facts);
    JZ_RETURN_IF_ERROR(
        check.Add(change.household.id, concerned.facts_before, change.facts->SerializeAsString()));
    changes.push_back(std::move(concerned.change));
  }
  JZ_RETURN_IF_ERROR(check.Finish(tx, DateInShanghai(ctx.now), *response.mutable_warnings()));
  JZ_RETURN_IF_ERROR(InsertIncomes(tx, rows));
  JZ_RETURN_IF_ERROR(RecordHouseholds(tx, absl::MakeSpan(changes),
                                      {.recorded_by = ctx.subject(), .recorded_at = ctx.now}));
  return response;
}

}  // namespace

absl::StatusOr<v1::RecordIncomesResponse> RecordIncomes(const Deps& deps, QualityRuleCache& rules,
                                                        const rpc::CallContext& ctx,
                                                        const v1::RecordIncomesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  const Date today = DateInShanghai(ctx.now);
  JZ_ASSIGN_OR_RETURN(CodeBook codes, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, RegionCode(), today);
  }));
  JZ_ASSIGN_OR_RETURN(std::vector<IncomeEntry> entries, IncomeEntriesFrom(request, codes, today));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::RecordIncomesResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::RecordIncomesResponse> {
          JZ_ASSIGN_OR_RETURN(auto held, rules.Get(tx, ctx.now));
          return Record(*held, ctx, tx, entries);
        });
  });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::ListIncomesResponse> ListIncomes(const Deps& deps, const rpc::CallContext& ctx,
                                                    const v1::ListIncomesRequest& request) {
  JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(request.household()));
  std::vector<HouseholdIncome> incomes;
  JZ_RETURN_IF_ERROR(deps.db.Read(ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(std::vector<Household> households, LoadHouseholds(tx, ctx.scope(), {id}));
    if (households.empty()) return HouseholdNotFound(id);
    JZ_ASSIGN_OR_RETURN(incomes, LoadIncomes(tx, {id}));
    return absl::OkStatus();
  }));
  std::reverse(incomes.begin(), incomes.end());
  if (incomes.size() > kMaxListed) incomes.resize(kMaxListed);
  v1::ListIncomesResponse response;
  for (const HouseholdIncome& income : incomes) {
    JZ_ASSIGN_OR_RETURN(*response.add_statements(), ToMessage(income.statement));
  }
  return response;
}

}  // namespace jz::identification
