#include "services/funds/domain/receipt.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/funds/domain/csv.h"

namespace jz::funds {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'500'000'000);

std::string Receipt(std::initializer_list<std::string> rows) {
  std::string file = absl::StrCat(kReceiptHeader, "\n");
  for (const std::string& row : rows) absl::StrAppend(&file, row, "\n");
  return file;
}

std::string Row(int64_t line, absl::string_view result, int64_t amount_fen) {
  return absl::StrCat(EncodeId(line), ",", result, ",", amount_fen, ",REF", line);
}

std::vector<Line> Lines(int count) {
  std::vector<Line> lines(count);
  for (int i = 0; i < count; ++i) {
    lines[i].id = LineId(i + 1);
    lines[i].number = i + 1;
    lines[i].amount_fen = 100 * (i + 1);
  }
  return lines;
}

TEST(ParseCsv, ReadsQuotesAndBothLineEnds) {
  auto records = ParseCsv(
      "\xEF\xBB\xBF"
      "a,\"b \"\"c\"\",\nd\",\r\n\r\nlast,",
      10);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_THAT(*records, SizeIs(2));
  EXPECT_THAT((*records)[0].fields, ElementsAre("a", "b \"c\",\nd", ""));
  EXPECT_THAT((*records)[1].fields, ElementsAre("last", ""));
  EXPECT_EQ((*records)[1].line, 4);
}

TEST(ParseCsv, RefusesWhatDoesNotClose) {
  EXPECT_EQ(ReasonOf(ParseCsv("a,\"b", 10).status()), "CSV_FORMAT");
  EXPECT_EQ(ReasonOf(ParseCsv("a,\"b\"c\n", 10).status()), "CSV_FORMAT");
  EXPECT_EQ(ReasonOf(ParseCsv("a,b\"c\n", 10).status()), "CSV_FORMAT");
  EXPECT_EQ(ReasonOf(ParseCsv("a\nb\nc\n", 2).status()), "CSV_TOO_LONG");
}

TEST(AppendCsv, WritesWhatParseCsvReads) {
  const std::vector<std::string> fields = {"plain", "", "with,comma", "with\"quote", "two\nlines"};
  std::string text;
  AppendCsv(text, fields);
  auto records = ParseCsv(text, 10);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ((*records)[0].fields, fields);
}

TEST(ParseReceipt, ReadsRows) {
  auto rows = ParseReceipt(Receipt({Row(2, "PAID", 200), Row(1, "RETURNED", 100)}));
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_THAT(*rows, SizeIs(2));
  EXPECT_EQ((*rows)[0].line, LineId(2));
  EXPECT_EQ((*rows)[0].result, LineResult::kPaid);
  EXPECT_EQ((*rows)[1].result, LineResult::kReturned);
  EXPECT_EQ((*rows)[1].amount_fen, 100);
  EXPECT_EQ((*rows)[1].bank_reference, "REF1");
}

TEST(ParseReceipt, RefusesAnotherHeaderAndAnEmptyFile) {
  EXPECT_EQ(ReasonOf(ParseReceipt("line_id,result\n").status()), "RECEIPT_HEADER");
  EXPECT_EQ(ReasonOf(ParseReceipt("").status()), "RECEIPT_EMPTY");
  EXPECT_EQ(ReasonOf(ParseReceipt(Receipt({})).status()), "RECEIPT_EMPTY");
}

TEST(ParseReceipt, TellsEveryBadRow) {
  auto rows = ParseReceipt(Receipt(
      {"x,PAID,1,", absl::StrCat(EncodeId(1), ",DONE,1,"), absl::StrCat(EncodeId(1), ",PAID,1.5,"),
       absl::StrCat(EncodeId(1), ",PAID,-1,"), "1,2", absl::StrCat(EncodeId(1), ",PAID,1,\xFF")}));
  EXPECT_EQ(rows.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(rows.status().message()), HasSubstr("6"));
}

TEST(MatchReceipt, TakesLinesInAnyOrderAndInParts) {
  std::vector<Line> lines = Lines(3);
  auto first = MatchReceipt(lines, *ParseReceipt(Receipt({Row(3, "PAID", 300)})), kNow);
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(first->paid, SizeIs(1));
  EXPECT_EQ(first->paid_fen, 300);
  EXPECT_FALSE(first->complete);
  lines[2].result = LineResult::kPaid;
  auto second = MatchReceipt(
      lines, *ParseReceipt(Receipt({Row(2, "RETURNED", 200), Row(1, "PAID", 100)})), kNow);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->complete);
  EXPECT_THAT(second->returned, SizeIs(1));
  EXPECT_EQ(second->returned[0].bank_reference, "REF2");
  EXPECT_EQ(second->returned[0].result_at, kNow);
}

TEST(MatchReceipt, CountsRepetitionsWithoutEffect) {
  std::vector<Line> lines = Lines(2);
  lines[0].result = LineResult::kPaid;
  auto effect = MatchReceipt(
      lines,
      *ParseReceipt(Receipt({Row(1, "PAID", 100), Row(2, "PAID", 200), Row(2, "PAID", 200)})),
      kNow);
  ASSERT_TRUE(effect.ok());
  EXPECT_EQ(effect->known_count, 2);
  EXPECT_EQ(effect->paid_fen, 200);
}

TEST(MatchReceipt, RefusesUnknownLinesOtherAmountsAndContradictions) {
  std::vector<Line> lines = Lines(3);
  lines[0].result = LineResult::kPaid;
  auto effect = MatchReceipt(
      lines,
      *ParseReceipt(Receipt({Row(9, "PAID", 100), Row(2, "PAID", 201), Row(1, "RETURNED", 100),
                             Row(3, "PAID", 300), Row(3, "RETURNED", 300)})),
      kNow);
  EXPECT_EQ(effect.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(effect.status().message()), HasSubstr("4"));
}

TEST(WriteBankFile, HasOneRecordALine) {
  std::vector<Line> lines = Lines(1);
  lines[0].payee_name = "张,三";
  std::string file = WriteBankFile(std::vector<BankOrder>{{&lines[0], "6222000000000001"}});
  EXPECT_EQ(file, absl::StrCat("line_id,line_number,payee_name,bank_account,amount_fen\r\n",
                               EncodeId(1), ",1,\"张,三\",6222000000000001,100\r\n"));
}

// Garbage, and good files with bytes changed: an error or rows, never a crash.
TEST(ParseReceipt, SurvivesGarbage) {
  const std::string good = Receipt({Row(1, "PAID", 100), Row(2, "RETURNED", 200)});
  int refused = 0;
  for (uint32_t seed = 0; seed < 5000; ++seed) {
    std::mt19937 random(seed);
    std::string text = good;
    if (seed % 2 == 0) {
      text.resize(random() % 200);
      const std::string alphabet = "\",\r\n\0aP1\xFF\xEF";
      for (char& c : text) c = alphabet[random() % alphabet.size()];
      text.insert(0, seed % 4 == 0 ? "" : absl::StrCat(kReceiptHeader, "\n"));
    } else {
      for (int i = 0; i < 3; ++i) text[random() % text.size()] = static_cast<char>(random());
    }
    auto rows = ParseReceipt(text);
    if (!rows.ok()) {
      ++refused;
      EXPECT_EQ(rows.status().code(), absl::StatusCode::kInvalidArgument);
      continue;
    }
    for (const ReceiptRow& row : *rows) EXPECT_NE(row.result, LineResult::kNone);
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace jz::funds
