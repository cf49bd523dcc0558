#include "common/sql/split_statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jz::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SplitStatements, EndsAStatementAtEachSemicolon) {
  EXPECT_THAT(SplitStatements("A;\nB ;C"), ElementsAre("A", "B", "C"));
  EXPECT_THAT(SplitStatements("A;"), ElementsAre("A"));
}

TEST(SplitStatements, FindsNothingInBlanksCommentsAndEmptyStatements) {
  EXPECT_THAT(SplitStatements(""), IsEmpty());
  EXPECT_THAT(SplitStatements(" \n;;\t; -- none\n# none;\n/* none; */"), IsEmpty());
}

TEST(SplitStatements, DropsComments) {
  EXPECT_THAT(SplitStatements("-- It's first;\nA -- x;\n b # y;\n c /* z; ' */ d;--\nE"),
              ElementsAre("A  \n b  \n c   d", "E"));
  EXPECT_THAT(SplitStatements("A /* never closed; B"), ElementsAre("A"));
}

TEST(SplitStatements, KeepsCommentsWithAMeaningAndWhatOnlyLooksLikeOne) {
  EXPECT_THAT(SplitStatements("CREATE /*!40101 TEMPORARY */ TABLE t; SELECT 5--3"),
              ElementsAre("CREATE /*!40101 TEMPORARY */ TABLE t", "SELECT 5--3"));
}

TEST(SplitStatements, DoesNotLookIntoStringsAndQuotedNames) {
  EXPECT_THAT(SplitStatements("SELECT 'a;b', \"c;--d\", `e;#f`; B"),
              ElementsAre("SELECT 'a;b', \"c;--d\", `e;#f`", "B"));
  EXPECT_THAT(SplitStatements(R"(SELECT 'it''s;', 'it\';s', '\\'; B)"),
              ElementsAre(R"(SELECT 'it''s;', 'it\';s', '\\')", "B"));
  EXPECT_THAT(SplitStatements("SELECT 'never closed; B"), ElementsAre("SELECT 'never closed; B"));
  EXPECT_THAT(SplitStatements("SELECT '\\"), ElementsAre("SELECT '\\"));
}

}  // namespace
}  // namespace jz::sql
