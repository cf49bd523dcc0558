#include "services/identification/domain/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace jz::identification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Problem = CsvRow::Problem;

std::vector<CsvRow> Read(absl::string_view text, size_t piece = std::string::npos) {
  std::vector<CsvRow> rows;
  auto keep = [&](CsvRow& row) { rows.push_back(row); };
  CsvReader reader;
  for (size_t at = 0; at < text.size(); at += piece) {
    reader.Feed(text.substr(at, piece), keep);
    if (piece > text.size()) break;
  }
  reader.Finish(keep);
  return rows;
}

TEST(CsvReader, ReadsQuotesLineEndsAndEmptyFields) {
  std::vector<CsvRow> rows = Read("a,\"b,\"\"c\"\"\",\r\n\"\",\"two\nlines\",x\nlast,,");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b,\"c\"", ""));
  EXPECT_THAT(rows[1].fields, ElementsAre("", "two\nlines", "x"));
  EXPECT_THAT(rows[2].fields, ElementsAre("last", "", ""));
  EXPECT_EQ(rows[0].line, 1);
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_EQ(rows[2].line, 4);
}

TEST(CsvReader, LeavesOutTheByteOrderMarkAlsoBeforeAQuote) {
  EXPECT_THAT(Read("\xEF\xBB\xBFname,x\n").front().fields, ElementsAre("name", "x"));
  EXPECT_THAT(Read("\xEF\xBB\xBF\"na,me\",x\n").front().fields, ElementsAre("na,me", "x"));
  EXPECT_THAT(Read("\xEF\xBB\xBF\"na,me\",x\n", 1).front().fields, ElementsAre("na,me", "x"));
}

TEST(CsvReader, SkipsBlankLinesAndAnEmptyFile) {
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read("\xEF\xBB\xBF"), IsEmpty());
  std::vector<CsvRow> rows = Read("\n\r\na\n\n\nb\n\n");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].line, 3);
  EXPECT_EQ(rows[1].line, 6);
}

TEST(CsvReader, ReportsTextThatIsNotUtf8ForThatRowOnly) {
  std::vector<CsvRow> rows = Read("a,b\n\xBB\xA7,c\nd,e\n");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[1].problem, Problem::kEncoding);
  EXPECT_THAT(rows[1].fields, IsEmpty());
  EXPECT_EQ(rows[2].problem, Problem::kNone);
}

TEST(CsvReader, ReportsQuotesInTheWrongPlace) {
  EXPECT_EQ(Read("a\"b,c\n").front().problem, Problem::kQuote);
  EXPECT_EQ(Read("\"a\"b,c\n").front().problem, Problem::kQuote);
  EXPECT_EQ(Read("\"never closed,c").front().problem, Problem::kQuote);
}

TEST(CsvReader, ReportsALineOfTenMegabytesOnceAndGoesOnBehindIt) {
  std::string text = absl::StrCat("a,b\n", std::string(10 << 20, 'x'), "\nc,d\n");
  std::vector<CsvRow> rows = Read(text, 4096);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[1].problem, Problem::kTooLong);
  EXPECT_THAT(rows[1].fields, IsEmpty());
  EXPECT_THAT(rows[2].fields, ElementsAre("c", "d"));
  EXPECT_EQ(rows[2].line, 3);
}

TEST(CsvReader, AQuoteThatIsNeverClosedDoesNotSwallowTheWholeFile) {
  std::string text = "a,b\n\"open,b\n";
  for (int i = 0; i < 100'000; ++i) text += "c,d\n";
  std::vector<CsvRow> rows = Read(text);
  ASSERT_GT(rows.size(), 80'000u);
  EXPECT_EQ(rows[1].problem, Problem::kTooLong);
  EXPECT_THAT(rows.back().fields, ElementsAre("c", "d"));
}

TEST(CsvReader, ARowOfTheGreatestLengthIsRead) {
  std::string longest(kMaxCsvRowBytes - 1, 'x');
  EXPECT_EQ(Read(longest + "\n").front().problem, Problem::kNone);
  EXPECT_EQ(Read("y" + longest + "\n").front().problem, Problem::kTooLong);
}

TEST(CsvReader, GoesOnFromTheOffsetOfAnyRow) {
  const std::string text = "\xEF\xBB\xBF\"head\",er\n1,\"a\nb\"\n\n2,c\r\n3,d";
  const std::vector<CsvRow> all = Read(text);
  for (const CsvRow& start : all) {
    if (start.offset == 0) continue;
    std::vector<std::vector<std::string>> rest;
    std::vector<int64_t> lines;
    CsvReader reader(start.offset, start.line);
    auto keep = [&](CsvRow& row) {
      rest.push_back(row.fields);
      lines.push_back(row.line);
    };
    reader.Feed(absl::string_view(text).substr(start.offset), keep);
    reader.Finish(keep);
    ASSERT_FALSE(rest.empty());
    EXPECT_EQ(rest.front(), start.fields);
    EXPECT_EQ(lines.front(), start.line);
    EXPECT_EQ(rest.back(), all.back().fields);
    EXPECT_EQ(lines.back(), all.back().line);
  }
}

// Whatever fields are written by the rules come back, however the bytes are cut.
TEST(CsvReader, ReadsBackRandomFieldsInRandomPieces) {
  std::mt19937 random(20170614);
  const std::vector<std::string> atoms = {"a", ",", "\"", "\n", "户", " ", "\r\n", "9", "𠮷"};
  for (int round = 0; round < 500; ++round) {
    std::vector<std::vector<std::string>> table(1 + random() % 5);
    std::string text = random() % 2 == 0 ? "\xEF\xBB\xBF" : "";
    for (std::vector<std::string>& fields : table) {
      std::vector<std::string> written;
      for (size_t i = 0; i < 2 + random() % 4; ++i) {
        std::string field = "x";  // never a blank line
        for (size_t j = random() % 6; j > 0; --j) field += atoms[random() % atoms.size()];
        fields.push_back(field);
        written.push_back("\"" + absl::StrReplaceAll(field, {{"\"", "\"\""}}) + "\"");
      }
      absl::StrAppend(&text, absl::StrJoin(written, ","), random() % 2 == 0 ? "\n" : "\r\n");
    }
    std::vector<CsvRow> rows = Read(text, 1 + random() % 7);
    ASSERT_EQ(rows.size(), table.size()) << text;
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].problem, Problem::kNone);
      EXPECT_EQ(rows[i].fields, table[i]);
    }
  }
}

// Any bytes at all: the reader ends, its rows lie in order and inside the file, and how the bytes
// are cut does not matter.
TEST(CsvReader, TakesRandomBytes) {
  std::mt19937 random(621);
  const std::string likely =
      ",\"\n\r\xEF\xBB\xBF\xE6\x88\xB7"
      "ab\0";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (size_t i = random() % 200; i > 0; --i) {
      text += random() % 3 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
    }
    std::vector<CsvRow> whole = Read(text);
    std::vector<CsvRow> cut = Read(text, 1 + random() % 5);
    ASSERT_EQ(whole.size(), cut.size());
    int64_t offset = -1;
    for (size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(whole[i].fields, cut[i].fields);
      EXPECT_EQ(whole[i].problem, cut[i].problem);
      EXPECT_GT(whole[i].offset, offset);
      EXPECT_LT(whole[i].offset, static_cast<int64_t>(text.size()));
      EXPECT_EQ(whole[i].line, 1 + std::count(text.begin(), text.begin() + whole[i].offset, '\n'));
      offset = whole[i].offset;
    }
  }
}

TEST(ControlCharacters, AreFoundInUtf8) {
  EXPECT_FALSE(HasControlCharacter("王 国强"));
  EXPECT_TRUE(HasControlCharacter("王\n国强"));
  EXPECT_TRUE(HasControlCharacter(absl::string_view("a\0b", 3)));
  EXPECT_TRUE(HasControlCharacter("\xC2\x85"));
  EXPECT_EQ(CountCharacters("王𠮷a"), 3);
}

}  // namespace
}  // namespace jz::identification
