#include "services/identification/domain/code_book.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jz::identification {
namespace {

using testing::Optional;

CodeEntry Entry(int code, std::string key, std::string zh, std::vector<std::string> aliases = {}) {
  return {.list = "labour",
          .code = code,
          .key = std::move(key),
          .zh = std::move(zh),
          .en = "",
          .aliases = std::move(aliases),
          .written = "0" + std::to_string(code)};
}

TEST(CodeBook, FindsByCodeKeyLabelAndAlias) {
  const CodeBook book({Entry(4, "no_labour", "无劳动力", {"无劳动能力"}), Entry(1, "a", "普通")});
  for (const char* text : {"4", "04", "no_labour", "无劳动力", "无劳动能力", " 无劳动力\t"}) {
    EXPECT_THAT(book.Find("labour", text), Optional(4)) << text;
  }
  EXPECT_EQ(book.Find("labour", "无"), std::nullopt);
  EXPECT_EQ(book.Find("labour", ""), std::nullopt);
  EXPECT_EQ(book.Find("health", "04"), std::nullopt);
  EXPECT_THAT(book.FindWritten("labour", "4"), Optional(std::string("04")));
}

TEST(CodeBook, ListsCodesInOrder) {
  const CodeBook book({Entry(4, "c", "丙"), Entry(1, "a", "甲"), Entry(2, "b", "乙")});
  ASSERT_EQ(book.List("labour").size(), 3u);
  EXPECT_EQ(book.List("labour")[0].key, "a");
  EXPECT_EQ(book.List("labour")[2].key, "c");
  EXPECT_TRUE(book.List("none").empty());
  EXPECT_TRUE(book.HasList("labour"));
  EXPECT_FALSE(book.HasList("none"));
  EXPECT_EQ(book.Get("labour", 3), nullptr);
  ASSERT_NE(book.Get("labour", 2), nullptr);
  EXPECT_EQ(book.Get("labour", 2)->zh, "乙");
}

TEST(CodeBook, LaterEntryOfACodeHolds) {
  const CodeBook book({Entry(1, "a", "甲"), Entry(1, "a", "新甲")});
  ASSERT_EQ(book.List("labour").size(), 1u);
  EXPECT_EQ(book.List("labour")[0].zh, "新甲");
}

TEST(CodeBook, AliasDoesNotHideALabel) {
  const CodeBook book({Entry(1, "a", "甲", {"乙"}), Entry(2, "b", "乙")});
  EXPECT_THAT(book.Find("labour", "乙"), Optional(2));
}

TEST(DefaultCodes, AreUniqueAndLabelledInBothLanguages) {
  std::set<std::pair<std::string, int>> codes;
  std::set<std::pair<std::string, std::string>> keys;
  for (const DatedCode& code : DefaultCodes()) {
    const CodeEntry& entry = code.entry;
    EXPECT_TRUE(codes.emplace(entry.list, entry.code).second) << entry.list << " " << entry.code;
    EXPECT_TRUE(keys.emplace(entry.list, entry.key).second) << entry.list << " " << entry.key;
    EXPECT_FALSE(entry.zh.empty()) << entry.list << " " << entry.code;
    EXPECT_FALSE(entry.en.empty()) << entry.list << " " << entry.code;
    EXPECT_EQ(entry.code, std::stoi(entry.written));
    EXPECT_GT(code.valid_from, Date());
  }
  EXPECT_GT(codes.size(), 400u);
}

TEST(DefaultCodes, TextsOfAListStandForOneCode) {
  std::map<std::pair<std::string, std::string>, int> texts;
  for (const DatedCode& code : DefaultCodes()) {
    const CodeEntry& entry = code.entry;
    std::vector<std::string> own = entry.aliases;
    own.insert(own.end(), {entry.key, entry.zh, entry.written, std::to_string(entry.code)});
    for (const std::string& text : own) {
      auto [found, is_new] = texts.try_emplace({entry.list, text}, entry.code);
      EXPECT_EQ(found->second, entry.code) << entry.list << " " << text;
    }
  }
}

TEST(DefaultCodeBook, HoldsNationalCodes) {
  const CodeBook book = DefaultCodeBook();
  EXPECT_EQ(book.List("ethnicity").size(), 58u);  // GB/T 3304
  EXPECT_EQ(book.List("exclusion").size(), 11u);
  EXPECT_THAT(book.Find("ethnicity", "基诺族"), Optional(56));
  EXPECT_THAT(book.Find("relation", "户主"), Optional(1));
  EXPECT_THAT(book.Find("sex", "女"), Optional(2));
  EXPECT_THAT(book.FindWritten("sex", "女"), Optional(std::string("2")));
  EXPECT_THAT(book.FindWritten("fuel", "05"), Optional(std::string("99")));
}

// Spellings that the exports of the national system have.
TEST(DefaultCodeBook, KnowsOtherSpellings) {
  const CodeBook book = DefaultCodeBook();
  EXPECT_EQ(book.Find("labour", "无劳动能力"), book.Find("labour", "no_labour"));
  EXPECT_EQ(book.Find("labour", "普通劳动"), book.Find("labour", "ordinary"));
  EXPECT_EQ(book.Find("labour", "技能劳动能力"), book.Find("labour", "skilled"));
  EXPECT_EQ(book.Find("student", "高中一年级"), book.Find("student", "普通高中一年级"));
  EXPECT_EQ(book.Find("student", "硕士研究生及以上"), book.Find("student", "master_or_above"));
  EXPECT_EQ(book.Find("work_channel", "公益岗位"), book.Find("work_channel", "public_post"));
  EXPECT_EQ(book.Find("m_employment", "外出劳务补贴"), book.Find("m_employment", "外出务工补贴"));
  EXPECT_EQ(book.Find("risk", "务工就业不稳"), book.Find("risk", "unstable_work"));
  EXPECT_THAT(book.Find("dibao", "未享受"), Optional(0));
  EXPECT_THAT(book.Find("tekun", "不享受"), Optional(0));
}

}  // namespace
}  // namespace jz::identification
