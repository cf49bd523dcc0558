#include "services/identification/domain/code_list.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace jz::identification {
namespace {

TEST(CodeLists, HaveEachCodeAndLabelOnce) {
  for (CodeList list : {CodeList::kRelation, CodeList::kEthnicity, CodeList::kEducation,
                        CodeList::kStudent, CodeList::kHealth, CodeList::kLabour, CodeList::kCause,
                        CodeList::kHousing, CodeList::kExclusion, CodeList::kMemberChange}) {
    std::set<std::string> codes;
    std::set<std::string> labels;
    for (const Code& code : CodesOf(list)) {
      EXPECT_TRUE(codes.insert(std::string(code.code)).second) << code.code;
      EXPECT_TRUE(labels.insert(std::string(code.zh)).second) << code.zh;
      EXPECT_EQ(code.code.size(), 2u);
      EXPECT_FALSE(code.en.empty());
    }
    EXPECT_FALSE(codes.empty());
  }
  EXPECT_EQ(CodesOf(CodeList::kExclusion).size(), 11u);
  EXPECT_EQ(CodesOf(CodeList::kEthnicity).size(), 58u);
}

TEST(CodeLists, AreFoundByCodeAndByLabel) {
  EXPECT_EQ(FindCode(CodeList::kRelation, "户主"), "01");
  EXPECT_EQ(FindCode(CodeList::kRelation, "02"), "02");
  EXPECT_EQ(FindCode(CodeList::kRelation, "2"), std::nullopt);
  EXPECT_EQ(FindCode(CodeList::kEthnicity, "基诺族"), "56");
}

TEST(CodeLists, TellDeparturesFromArrivals) {
  EXPECT_TRUE(IsDeparture("01"));
  EXPECT_TRUE(IsDeparture("08"));
  EXPECT_FALSE(IsDeparture("06"));
  EXPECT_FALSE(IsDeparture(""));
}

}  // namespace
}  // namespace jz::identification
