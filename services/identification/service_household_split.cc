// Households that become several (分户).
#include <set>

#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "services/identification/facts.h"
#include "services/identification/regroup.h"
#include "services/identification/request_checks.h"
#include "services/identification/service_household.h"

namespace jz::identification {
namespace {

constexpr int kMaxParts = 10;
constexpr int kMaxGroupName = 100;
constexpr int kMaxNumber = 32;
constexpr char kSplit[] = "SPLIT";

// What is divided between the households and nobody has measured.
void ClearDivided(v1::HouseholdFacts& facts) {
  facts.clear_members();
  facts.clear_former_members();
  facts.clear_income();
  v1::HouseholdItems& items = *facts.mutable_household();
  items.clear_phone_digits();
  items.clear_phone_mobile();
  items.clear_house_area_hundredths();
  items.clear_arable_area_hundredths();
  items.clear_forest_area_hundredths();
  items.clear_returned_forest_area_hundredths();
  items.clear_orchard_area_hundredths();
  items.clear_pasture_area_hundredths();
  items.clear_water_area_hundredths();
  items.clear_wage_income_fen();
  items.clear_business_income_fen();
  items.clear_property_income_fen();
  items.clear_transfer_income_fen();
  items.clear_business_cost_fen();
  items.clear_tekun_payment_fen();
  items.clear_dibao_payment_fen();
  items.clear_claims_income_fen();
  items.clear_own_medical_spending_fen();
}

class Splitting {
 public:
  Splitting(const Deps& deps, const QualityRules& rules, const rpc::CallContext& ctx,
            const v1::SplitHouseholdRequest& request, absl::Span<const int64_t> ids)
      : deps_(deps), rules_(rules), ctx_(ctx), request_(request), ids_(ids) {}

  absl::StatusOr<v1::SplitHouseholdResponse> Run(sql::Transaction& tx) {
    Violations violations;
    regrouping_.kind = kHouseholdSplit;
    regrouping_.day = CheckRegrouping(request_.effective_date(), request_.reason(),
                                      DateInShanghai(ctx_.now), violations);
    CheckBatch("parts", request_.parts_size(), kMaxParts, violations);
    JZ_RETURN_IF_ERROR(violations.ToStatus());
    JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(request_.household()));
    JZ_ASSIGN_OR_RETURN(
        drafts_,
        LockDrafts(tx, ctx_.scope(), {{.id = id, .etag = request_.etag(), .etag_field = "etag"}}));
    JZ_RETURN_IF_ERROR(CheckMayRegroup(tx, drafts_, regrouping_));
    JZ_RETURN_IF_ERROR(Divide());
    v1::SplitHouseholdResponse response;
    JZ_RETURN_IF_ERROR(
        WriteDrafts(tx, rules_, ctx_, absl::MakeSpan(drafts_), *response.mutable_warnings()));
    JZ_RETURN_IF_ERROR(InsertHouseholdLinks(tx, Links()));
    for (const HouseholdDraft& draft : drafts_) {
      JZ_ASSIGN_OR_RETURN(*response.add_households(), ToMessage(draft, deps_.sealer));
    }
    return response;
  }

 private:
  HouseholdDraft& whole() { return drafts_.front(); }

  absl::Status Divide() {
    const PersonId old_head = whole().household().head;
    const Person* head = whole().Find(old_head);
    const Sex old_head_sex = head == nullptr ? Sex::kUnstated : head->sex;
    drafts_.reserve(request_.parts_size() + 1);
    Violations violations;
    std::set<PersonId> taken;
    for (int i = 0; i < request_.parts_size(); ++i) {
      JZ_RETURN_IF_ERROR(TakePart(i, taken, violations));
    }
    if (whole().members().empty()) {
      violations.Add("parts", "NOBODY_STAYS", "at least one member stays where all are now");
    }
    JZ_RETURN_IF_ERROR(violations.ToStatus());
    for (size_t i = 0; i < drafts_.size(); ++i) {
      const bool rest = i == 0;
      const v1::NewHead& given =
          rest ? request_.head() : request_.parts(static_cast<int>(i) - 1).head();
      const std::string path = rest ? "" : absl::StrCat("parts[", i - 1, "].");
      NameHead(given, rest && !request_.has_head(), old_head, old_head_sex, path, drafts_[i],
               violations);
    }
    JZ_RETURN_IF_ERROR(violations.ToStatus());
    for (HouseholdDraft& draft : drafts_) JZ_RETURN_IF_ERROR(draft.Recount(deps_.sealer));
    Tell();
    return absl::OkStatus();
  }

  absl::Status TakePart(int index, std::set<PersonId>& taken, Violations& violations) {
    const v1::SplitHouseholdRequest::Part& part = request_.parts(index);
    const std::string path = absl::StrCat("parts[", index, "]");
    CheckText(part.group_name(), kMaxGroupName, path + ".group_name", nullptr, violations);
    CheckText(part.national_no(), kMaxNumber, path + ".national_no", nullptr, violations);
    CheckPhone(part.phone(), path + ".phone", violations);
    CheckBatch(path + ".persons", part.persons_size(), static_cast<int>(kMaxMembers), violations);
    JZ_ASSIGN_OR_RETURN(HouseholdDraft made, NewHousehold(index));
    for (int i = 0; i < part.persons_size(); ++i) {
      const std::string field = absl::StrCat(path, ".persons[", i, "]");
      auto id = PersonId::Parse(part.persons(i));
      if (id.ok() && taken.contains(*id)) {
        violations.Add(field, "PERSON_DUPLICATE", "the person comes twice");
      } else if (!id.ok() || whole().Find(*id) == nullptr) {
        violations.Add(field, "PERSON_NOT_PRESENT", "a present member of the household");
      } else {
        taken.insert(*id);
        JZ_RETURN_IF_ERROR(GoOver(*id, regrouping_, whole(), made));
      }
    }
    drafts_.push_back(std::move(made));
    return absl::OkStatus();
  }

  absl::StatusOr<HouseholdDraft> NewHousehold(int index) {
    const v1::SplitHouseholdRequest::Part& part = request_.parts(index);
    HouseholdDraft made;
    made.is_new = true;
    made.change.facts = *whole().change.facts;
    ClearDivided(made.facts());
    Household& household = made.household();
    household = whole().household();
    household.id = HouseholdId(ids_[index]);
    household.head = PersonId();
    household.national_no = part.national_no();
    if (!part.group_name().empty()) household.group_name = part.group_name();
    household.bank.clear();
    household.bank_account_sealed.clear();
    household.import_job = 0;
    household.version = 1;
    household.created_by = household.updated_by = ctx_.subject();
    household.created_at = household.updated_at = ctx_.now;
    JZ_RETURN_IF_ERROR(SetPhone(deps_.sealer, part.phone(), kPhoneContext, household.phone_sealed));
    if (!part.phone().empty()) {
      const PhoneFacts phone = PhoneFactsOf(part.phone());
      made.facts().mutable_household()->set_phone_digits(phone.digits);
      made.facts().mutable_household()->set_phone_mobile(phone.mobile);
    }
    return made;
  }

  // `optional`: the present head may go on.
  void NameHead(const v1::NewHead& given, bool optional, PersonId old_head, Sex old_head_sex,
                const std::string& path, HouseholdDraft& draft, Violations& violations) const {
    if (optional && draft.Find(old_head) != nullptr) return;
    auto id = PersonId::Parse(given.person());
    if (!id.ok() || draft.Find(*id) == nullptr) {
      return violations.Add(path + "head", "HEAD_REQUIRED",
                            "one of the members of each household is its head (户主)");
    }
    ChangeHead({.new_head = *id, .old_head = old_head, .old_head_sex = old_head_sex, .settled = {}},
               given, rules_.codes, path + "head", draft, violations);
    CheckComposition(draft, path.empty() ? "household" : path, violations);
  }

  // History, adjustments and feed.
  void Tell() {
    for (size_t i = 0; i < drafts_.size(); ++i) {
      HouseholdChange& change = drafts_[i].change;
      change.reason = kSplit;
      if (i == 0) continue;
      change.related.push_back(whole().household().id);
      whole().change.related.push_back(change.household.id);
      if (!OnRegister(change.household.state)) continue;
      change.adjustment = Adjustment{.kind = AdjustmentKind::kNaturalIncrease,
                                     .reason = kSplit,
                                     .effective_date = regrouping_.day,
                                     .state_before = HouseholdState::kCandidate,
                                     .state_after = change.household.state,
                                     .member_count = change.household.member_count,
                                     .case_id = 0};
    }
  }

  std::vector<HouseholdLink> Links() {
    std::vector<HouseholdLink> links;
    for (size_t i = 1; i < drafts_.size(); ++i) {
      links.push_back({.kind = HouseholdLinkKind::kSplit,
                       .from = whole().household().id,
                       .to = drafts_[i].household().id,
                       .effective_date = regrouping_.day,
                       .person_count = drafts_[i].household().member_count,
                       .reason = request_.reason(),
                       .recorded_by = ctx_.subject(),
                       .recorded_at = ctx_.now});
    }
    return links;
  }

  const Deps& deps_;
  const QualityRules& rules_;
  const rpc::CallContext& ctx_;
  const v1::SplitHouseholdRequest& request_;
  const absl::Span<const int64_t> ids_;
  Regrouping regrouping_;
  std::vector<HouseholdDraft> drafts_;  // the one that is split, then the new ones
};

}  // namespace

absl::StatusOr<v1::SplitHouseholdResponse> SplitHousehold(
    const Deps& deps, QualityRuleCache& rules, const rpc::CallContext& ctx,
    const v1::SplitHouseholdRequest& request) {
  using Response = v1::SplitHouseholdResponse;
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(HouseholdId id, HouseholdId::Parse(request.household()));
  const int parts = std::min(request.parts_size(), kMaxParts);
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids, NewIds(deps, id, parts, ctx.deadline));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<Response>(tx, ctx, request, [&]() -> absl::StatusOr<Response> {
      JZ_ASSIGN_OR_RETURN(auto held, rules.Get(tx, ctx.now));
      return Splitting(deps, *held, ctx, request, ids).Run(tx);
    });
  });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

}  // namespace jz::identification
