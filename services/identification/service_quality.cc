// Rules, their preview and runs, and the check of one record.
#include "services/identification/service_quality.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/quality_storage.pb.h"
#include "services/identification/convert_quality.h"
#include "services/identification/quality_job.h"
#include "services/identification/quality_rules.h"
#include "services/identification/request_checks.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/village_store.h"

namespace jz::identification {
namespace {

constexpr int kMaxRules = 500;
constexpr int kMaxCodes = 500;
constexpr int kDefaultPreview = 5000;
constexpr int kMaxPreview = 50'000;
constexpr int kPreviewPage = 500;
constexpr int kMaxSamples = 20;
// Left of a call's time to answer with what was seen.
constexpr absl::Duration kAnswerTime = absl::Seconds(1);

// What is wrong with a rule's condition, as a violation of the request.
void AddRefusal(const absl::Status& refusal, const std::string& field, Violations& violations) {
  violations.Add(absl::StrCat(field, ".expression"), ReasonOf(refusal), refusal.message());
}

absl::StatusOr<CodeBook> CodesToday(const Deps& deps, const rpc::CallContext& ctx) {
  return deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, RegionCode(), DateInShanghai(ctx.now));
  });
}

// The rows that a request asks for, without id and version.
absl::StatusOr<std::vector<QualityRuleRow>> RowsFrom(const Deps& deps, const rpc::CallContext& ctx,
                                                     const v1::PutRulesRequest& request) {
  Violations violations;
  CheckBatch("rules", request.rules_size(), kMaxRules, violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_ASSIGN_OR_RETURN(const CodeBook codes, CodesToday(deps, ctx));
  std::vector<QualityRuleRow> rows;
  std::set<std::pair<std::string, RegionCode>> seen;
  for (int i = 0; i < request.rules_size(); ++i) {
    const std::string field = absl::StrCat("rules[", i, "]");
    const v1::QualityRule& message = request.rules(i);
    rules::RuleText text = RuleTextFrom(message, field, violations);
    auto compiled = rules::Compile(text, codes);
    if (!compiled.ok()) AddRefusal(compiled.status(), field, violations);
    rows.push_back(RuleRowFrom(message, text, field, DateInShanghai(ctx.now), violations));
    QualityRuleRow& row = rows.back();
    row.created_by = ctx.subject();
    row.created_at = ctx.now;
    if (!seen.insert({row.key, row.region}).second) {
      violations.Add(field, "BATCH_REPEATS", "the rule is given twice");
    }
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  for (const QualityRuleRow& row : rows) JZ_RETURN_IF_ERROR(ctx.scope().Require(row.region));
  return rows;
}

// Gives each row its version; a code belongs to one rule.
absl::Status NumberVersions(absl::Span<const QualityRuleRow> known,
                            std::vector<QualityRuleRow>& rows) {
  Violations violations;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].version = 1;
    auto check = [&](const QualityRuleRow& other) {
      if (other.key == rows[i].key) return;
      for (const std::string& code : rows[i].codes) {
        if (std::count(other.codes.begin(), other.codes.end(), code) == 0) continue;
        violations.Add(absl::StrCat("rules[", i, "].variants"), "QUALITY_CODE_TAKEN",
                       absl::StrCat("another rule has code ", code));
      }
    };
    for (const QualityRuleRow& other : known) {
      check(other);
      if (other.key == rows[i].key && other.region == rows[i].region) {
        rows[i].version = std::max(rows[i].version, other.version + 1);
      }
    }
    for (size_t j = 0; j < i; ++j) check(rows[j]);
  }
  return violations.ToStatus();
}

absl::StatusOr<v1::PutRulesResponse> PutRules(const Deps& deps, const rpc::CallContext& ctx,
                                              const v1::PutRulesRequest& request) {
  using Response = v1::PutRulesResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<QualityRuleRow> rows, RowsFrom(deps, ctx, request));
  std::vector<std::string> codes;
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids,
                      deps.ids.Next(RegionCode(), static_cast<int>(rows.size()), ctx.deadline));
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].id = QualityRuleId(ids[i]);
    codes.insert(codes.end(), rows[i].codes.begin(), rows[i].codes.end());
  }
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(std::vector<QualityRuleRow> known, LockQualityRules(tx, codes));
      JZ_RETURN_IF_ERROR(NumberVersions(known, rows));
      JZ_RETURN_IF_ERROR(InsertQualityRules(tx, rows));
      Response response;
      for (const QualityRuleRow& row : rows) {
        JZ_ASSIGN_OR_RETURN(*response.add_rules(), ToMessage(row));
      }
      return response;
    });
  });
}

absl::StatusOr<v1::QualityRule> GetRule(const Deps& deps, const rpc::CallContext& ctx,
                                        const v1::GetRuleRequest& request) {
  JZ_ASSIGN_OR_RETURN(QualityRuleId id, QualityRuleId::Parse(request.name()));
  JZ_ASSIGN_OR_RETURN(auto row, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return LoadQualityRule(tx, ctx.scope(), id);
  }));
  if (!row) {
    return NotFound("QUALITY_RULE_NOT_FOUND", {{"rule", id.Name()}}, "there is no such rule");
  }
  return ToMessage(*row);
}

absl::StatusOr<v1::ListRulesResponse> ListRules(const Deps& deps, const rpc::CallContext& ctx,
                                                const v1::ListRulesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auto scope, rpc::NarrowScope(ctx, request.region_code()));
  QualityRulePage page;
  page.code = request.code();
  page.scope = request.scope();
  page.severity = request.severity();
  if (!request.as_of().empty()) {
    JZ_ASSIGN_OR_RETURN(page.as_of, ParseDate(request.as_of()));
  }
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  page.after_id = QualityRuleId(pages.Number(0));
  page.limit = pages.limit();
  JZ_ASSIGN_OR_RETURN(auto rows, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return ListQualityRules(tx, scope, page);
  }));
  v1::ListRulesResponse response;
  response.set_next_page_token(pages.Next(rows, rpc::ById));
  for (const QualityRuleRow& row : rows) {
    JZ_ASSIGN_OR_RETURN(*response.add_rules(), ToMessage(row));
  }
  return response;
}

// One preview: counts hits and keeps the first ones.
class Preview {
 public:
  Preview(rules::CompiledRule rule, CodeBook codes, Date today)
      : village_(rule.scope == rules::Scope::kVillage),
        codes_(std::move(codes)),
        today_(today),
        set_(SetOf(std::move(rule))),
        evaluator_(set_) {}

  // Over at most `limit` records, in pages, while there is time.
  absl::StatusOr<v1::PreviewRuleResponse> Run(const Deps& deps, const rpc::CallContext& ctx,
                                              RegionCode region, int limit) {
    bool more = true;
    while (more && response_.checked_count() < limit && absl::Now() + kAnswerTime < ctx.deadline) {
      const auto left = limit - static_cast<int>(response_.checked_count());
      const int page = std::min(kPreviewPage, left);
      JZ_ASSIGN_OR_RETURN(more, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
        return village_ ? CheckVillages(tx, region, page) : CheckHouseholds(tx, region, page);
      }));
    }
    response_.set_complete(!more);
    return response_;
  }

 private:
  static rules::RuleSet SetOf(rules::CompiledRule rule) {
    rules::RuleSet set;
    set.Add(std::move(rule), {.region = RegionCode(), .except = {}});
    return set;
  }

  void OnHit(const rules::Hit& hit) {
    response_.set_hit_count(response_.hit_count() + 1);
    if (response_.samples_size() == kMaxSamples) return;
    QualityFinding finding;
    finding.hit = QualityHitFrom(set_.entries()[0], hit, evaluator_.Explain(hit, codes_));
    *response_.add_samples() = ToMessage(finding);
  }

  // Whether there may be more. Records that do not parse are not hit.
  absl::StatusOr<bool> CheckHouseholds(sql::Transaction& tx, RegionCode region, int limit) {
    JZ_ASSIGN_OR_RETURN(std::vector<FactsRow> rows,
                        ListFacts(tx, {.region = region,
                                       .after_region = after_,
                                       .after_household = after_household_,
                                       .limit = limit}));
    for (const FactsRow& row : rows) {
      auto sink = [&](const rules::Hit& hit) { OnHit(hit); };
      if (!evaluator_.RunHousehold(row.facts, today_, sink).ok()) continue;
      response_.set_checked_person_count(response_.checked_person_count() + evaluator_.members());
    }
    if (!rows.empty()) {
      after_ = rows.back().region;
      after_household_ = rows.back().household;
    }
    response_.set_checked_count(response_.checked_count() + static_cast<int64_t>(rows.size()));
    return rows.size() == static_cast<size_t>(limit);
  }

  absl::StatusOr<bool> CheckVillages(sql::Transaction& tx, RegionCode region, int limit) {
    JZ_ASSIGN_OR_RETURN(std::vector<VillageRow> rows,
                        ListVillages(tx, auth::RegionScope({region}), after_, limit));
    for (const VillageRow& row : rows) {
      auto sink = [&](const rules::Hit& hit) { OnHit(hit); };
      if (!evaluator_.RunVillage(row.facts, today_, sink).ok()) continue;
    }
    if (!rows.empty()) after_ = rows.back().region;
    response_.set_checked_count(response_.checked_count() + static_cast<int64_t>(rows.size()));
    return rows.size() == static_cast<size_t>(limit);
  }

  const bool village_;
  const CodeBook codes_;
  const Date today_;
  const rules::RuleSet set_;
  rules::Evaluator evaluator_;
  RegionCode after_;
  HouseholdId after_household_;
  v1::PreviewRuleResponse response_;
};

absl::StatusOr<v1::PreviewRuleResponse> PreviewRule(const Deps& deps, const rpc::CallContext& ctx,
                                                    const v1::PreviewRuleRequest& request) {
  Violations violations;
  const RegionCode region = RegionFrom(request.region_code(), "region_code", violations);
  if (request.limit() < 0 || request.limit() > kMaxPreview) {
    violations.Add("limit", "LIMIT_RANGE", absl::StrCat("1 to ", kMaxPreview));
  }
  const rules::RuleText text = RuleTextFrom(request.rule(), "rule", violations);
  JZ_ASSIGN_OR_RETURN(CodeBook codes, CodesToday(deps, ctx));
  auto compiled = rules::Compile(text, codes);
  if (!compiled.ok()) AddRefusal(compiled.status(), "rule", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  Preview preview(*std::move(compiled), std::move(codes), DateInShanghai(ctx.now));
  return preview.Run(deps, ctx, region, request.limit() == 0 ? kDefaultPreview : request.limit());
}

// Every code must be that of a rule that holds in the region, or in a part of it.
absl::Status RequireCodes(const QualityRules& rules, const v1::RunRulesRequest& request,
                          RegionCode region) {
  std::set<std::string> known;
  for (const rules::RuleSet::Entry& entry : rules.set.entries()) {
    if (!entry.applies.region.Contains(region) && !region.Contains(entry.applies.region)) continue;
    for (const rules::Variant& variant : entry.rule.variants) known.insert(variant.code);
  }
  Violations violations;
  for (int i = 0; i < request.codes_size(); ++i) {
    if (known.contains(request.codes(i))) continue;
    violations.Add(absl::StrCat("codes[", i, "]"), "QUALITY_CODE_UNKNOWN",
                   "no rule that holds there today has this code");
  }
  if (request.codes_size() > kMaxCodes) {
    violations.Add("codes", "BATCH_TOO_LARGE", absl::StrCat("at most ", kMaxCodes));
  }
  return violations.ToStatus();
}

absl::StatusOr<common::v1::Job> RunRules(const Deps& deps, QualityRuleCache& cache,
                                         const rpc::CallContext& ctx,
                                         const v1::RunRulesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  const RegionCode region = RegionFrom(request.region_code(), "region_code", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  return deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<common::v1::Job>(tx, ctx, request, [&]() -> absl::StatusOr<common::v1::Job> {
      JZ_ASSIGN_OR_RETURN(auto rules, cache.Get(tx, ctx.now));
      JZ_RETURN_IF_ERROR(RequireCodes(*rules, request, region));
      v1::QualityJobParams params;
      *params.mutable_codes() = request.codes();
      params.set_asked_at_us(absl::ToUnixMicros(ctx.now));
      JZ_ASSIGN_OR_RETURN(jobs::JobId id, deps.jobs.Add(tx,
                                                        {.kind = kQualityJob,
                                                         .region = region,
                                                         .params = params.SerializeAsString(),
                                                         .created_by = ctx.subject()},
                                                        ctx.now));
      common::v1::Job job;
      job.set_name(id.Name());
      job.set_kind(kQualityJob);
      job.set_region_code(region.ToString());
      job.set_state(common::v1::JOB_STATE_QUEUED);
      job.set_created_by(ctx.subject());
      *job.mutable_created_at() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(ctx.now));
      return job;
    });
  });
}

absl::StatusOr<v1::CheckFactsResponse> CheckFacts(const Deps& deps, QualityRuleCache& cache,
                                                  const rpc::CallContext& ctx,
                                                  const v1::CheckFactsRequest& request) {
  Violations violations;
  const RegionCode region = RegionFrom(request.region_code(), "region_code", violations);
  if (request.record_case() == v1::CheckFactsRequest::RECORD_NOT_SET) {
    violations.Add("record", "FIELD_REQUIRED", "give a household or a village");
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  JZ_ASSIGN_OR_RETURN(auto rules, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
    return cache.Get(tx, ctx.now);
  }));
  if (request.has_village()) {
    v1::VillageItems village = request.village();
    village.set_region_code(region.number());
    return CheckVillageOnWrite(*rules, village.SerializeAsString());
  }
  v1::HouseholdFacts household = request.household();
  household.set_region_code(region.number());
  return CheckOnWrite(*rules, household.SerializeAsString());
}

}  // namespace

rpc::Router QualityRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.QualityService");
  auto cache = std::make_shared<QualityRuleCache>();
  router.Unary<v1::PutRulesRequest, v1::PutRulesResponse>(
      "PutRules",
      [&deps](const auto& ctx, const auto& request) { return PutRules(deps, ctx, request); });
  router.Unary<v1::GetRuleRequest, v1::QualityRule>(
      "GetRule",
      [&deps](const auto& ctx, const auto& request) { return GetRule(deps, ctx, request); });
  router.Unary<v1::ListRulesRequest, v1::ListRulesResponse>(
      "ListRules",
      [&deps](const auto& ctx, const auto& request) { return ListRules(deps, ctx, request); });
  router.Unary<v1::PreviewRuleRequest, v1::PreviewRuleResponse>(
      "PreviewRule",
      [&deps](const auto& ctx, const auto& request) { return PreviewRule(deps, ctx, request); });
  router.Unary<v1::RunRulesRequest, common::v1::Job>(
      "RunRules", [&deps, cache](const auto& ctx, const auto& request) {
        return RunRules(deps, *cache, ctx, request);
      });
  router.Unary<v1::CheckFactsRequest, v1::CheckFactsResponse>(
      "CheckFacts", [&deps, cache](const auto& ctx, const auto& request) {
        return CheckFacts(deps, *cache, ctx, request);
      });
  AddQualityFindings(router, deps);
  AddQualityExemptions(router, deps);
  return router;
}

}  // namespace jz::identification
