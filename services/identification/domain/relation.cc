#include "services/identification/domain/relation.h"

namespace jz::identification {
namespace {

constexpr absl::string_view kHead = "01";
constexpr absl::string_view kSpouse = "02";
constexpr absl::string_view kSon = "03";
constexpr absl::string_view kDaughter = "04";
constexpr absl::string_view kFather = "11";
constexpr absl::string_view kMother = "12";
constexpr absl::string_view kSibling = "21";

// By the sex of whoever is named; nothing where it is not stated.
std::optional<std::string> BySex(Sex sex, absl::string_view male, absl::string_view female) {
  if (sex == Sex::kMale) return std::string(male);
  if (sex == Sex::kFemale) return std::string(female);
  return std::nullopt;
}

bool IsChild(absl::string_view relation) { return relation == kSon || relation == kDaughter; }
bool IsParent(absl::string_view relation) { return relation == kFather || relation == kMother; }
// 之孙子, 之孙女, 之外孙子, 之外孙女, 之曾孙子, 之曾孙女 belong to both of a couple.
bool IsDescendant(absl::string_view relation) {
  return relation >= "03" && (relation <= "10" || relation == "26" || relation == "27");
}

// The old head's husband or wife heads the household.
std::optional<std::string> ToSpouse(const Relative& member, Sex new_head_sex) {
  if (member.relation == kHead) return std::string(kSpouse);
  if (IsDescendant(member.relation)) return member.relation;
  struct Exchange {
    absl::string_view of_husband;  // the head is a woman
    absl::string_view of_wife;
    absl::string_view own;
  };
  constexpr Exchange kParents[] = {{"15", "13", "11"}, {"16", "14", "12"}};
  for (const Exchange& parent : kParents) {
    if (member.relation == parent.own) {
      return BySex(new_head_sex, parent.of_wife, parent.of_husband);
    }
    if (member.relation == parent.of_husband || member.relation == parent.of_wife) {
      return std::string(parent.own);
    }
  }
  return std::nullopt;
}

// A son or daughter of the old head heads the household.
std::optional<std::string> ToChild(const Relative& member, Sex old_head_sex) {
  if (member.relation == kHead || member.relation == kSpouse) {
    return BySex(member.sex, kFather, kMother);
  }
  if (IsChild(member.relation)) return std::string(kSibling);
  if (member.relation == kFather) return BySex(old_head_sex, "17", "19");
  if (member.relation == kMother) return BySex(old_head_sex, "18", "20");
  return std::nullopt;
}

// The father or mother of the old head heads the household.
std::optional<std::string> ToParent(const Relative& member, Sex old_head_sex) {
  if (member.relation == kHead) return BySex(member.sex, kSon, kDaughter);
  if (member.relation == kSpouse) return BySex(member.sex, "06", "05");
  if (IsParent(member.relation)) return std::string(kSpouse);
  if (member.relation == kSibling) return BySex(member.sex, kSon, kDaughter);
  if (member.relation == kSon) return BySex(old_head_sex, "07", "09");
  if (member.relation == kDaughter) return BySex(old_head_sex, "08", "10");
  return std::nullopt;
}

}  // namespace

std::optional<std::string> RelationToNewHead(const Relative& member, const Relative& new_head,
                                             Sex old_head_sex) {
  if (member.relation.empty()) return std::nullopt;
  if (new_head.relation == kHead) return member.relation;
  if (new_head.relation == kSpouse) return ToSpouse(member, new_head.sex);
  if (IsChild(new_head.relation)) return ToChild(member, old_head_sex);
  if (IsParent(new_head.relation)) return ToParent(member, old_head_sex);
  return std::nullopt;
}

}  // namespace jz::identification
