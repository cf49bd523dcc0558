#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/telemetry/log_line.h"
#include "tests/support/time_factor.h"

namespace jz::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Quoted(absl::string_view text) {
  std::string out;
  AppendJsonText(text, out);
  return out;
}

TEST(LogLine, IsJsonWithTypedFields) {
  const std::vector<Field> fields = {
      {"rows", int64_t{-42}}, {"done", true}, {"place", absl::string_view("贵州")}};
  const std::string line = ToJson({.at = absl::FromUnixMicros(1'700'000'000'000'042),
                                   .severity = Severity::kWarning,
                                   .service = "funds",
                                   .message = "import \"done\"",
                                   .fields = fields});
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["time"], "2023-11-14T22:13:20.000042Z");
  EXPECT_EQ(json["severity"], "warning");
  EXPECT_EQ(json["service"], "funds");
  EXPECT_EQ(json["message"], "import \"done\"");
  EXPECT_EQ(json["rows"], -42);
  EXPECT_EQ(json["done"], true);
  EXPECT_EQ(json["place"], "贵州");
}

TEST(LogLine, ChangesTheSecondOfItsTime) {
  const auto time_of = [](int64_t micros) {
    return nlohmann::json::parse(ToJson({.at = absl::FromUnixMicros(micros)}))["time"];
  };
  EXPECT_EQ(time_of(1'709'164'799'999'999), "2024-02-28T23:59:59.999999Z");
  EXPECT_EQ(time_of(1'709'164'800'000'000), "2024-02-29T00:00:00.000000Z");
  EXPECT_EQ(time_of(1'709'164'799'000'001), "2024-02-28T23:59:59.000001Z");
}

TEST(LogLine, EscapesWhatJsonForbids) {
  EXPECT_EQ(Quoted("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(Quoted(absl::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(Quoted("精准扶贫 😀"), "\"精准扶贫 😀\"");
}

TEST(LogLine, ReplacesBytesThatAreNotUtf8) {
  constexpr char kReplaced[] = "\"\xEF\xBF\xBD\"";
  EXPECT_EQ(Quoted("\xFF"), kReplaced);
  EXPECT_EQ(Quoted("\x80"), kReplaced);
  EXPECT_EQ(Quoted("\xE4"), kReplaced);                                // cut short
  EXPECT_THAT(Quoted("\xC0\x80"), HasSubstr("\xEF\xBF\xBD"));          // overlong
  EXPECT_THAT(Quoted("\xED\xA0\x80"), HasSubstr("\xEF\xBF\xBD"));      // surrogate
  EXPECT_THAT(Quoted("\xF4\x90\x80\x80"), HasSubstr("\xEF\xBF\xBD"));  // beyond Unicode
}

TEST(LogLine, IsJsonForAnyBytes) {
  std::string bytes;
  unsigned state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 1664525 + 1013904223;
    bytes += static_cast<char>(state >> 24);
  }
  for (size_t size = 0; size < 300; ++size) {
    const std::string text = bytes.substr(size * 7, size);
    EXPECT_TRUE(nlohmann::json::accept(Quoted(text)));
  }
  EXPECT_TRUE(nlohmann::json::accept(Quoted(bytes)));
}

TEST(Log, WritesEveryLineOnceAndWholeFromManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kLines = 200;  // fewer than the queue holds
  ::testing::internal::CaptureStderr();
  StartLogging("logger", Severity::kInfo);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < kLines; ++i) {
        Log(Severity::kInfo, "line", {{"thread", int64_t{t}}, {"number", int64_t{i}}});
        Log(Severity::kDebug, "not wanted");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();

  std::vector<int> next(kThreads, 0);
  int lines = 0;
  for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    const auto json = nlohmann::json::parse(std::string(line));
    EXPECT_EQ(json["service"], "logger");
    EXPECT_EQ(json["number"], next[json["thread"].get<size_t>()]++);  // in order per thread
    ++lines;
  }
  EXPECT_EQ(lines, kThreads * kLines);
}

TEST(Log, DropsTheOldestLinesUnderOverloadAndSaysHowMany) {
  ::testing::internal::CaptureStderr();
  StartLogging("logger", Severity::kInfo);
  constexpr int64_t kLines = 4 * jz::testing::Rounds(50'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int64_t i = 0; i < kLines / 4; ++i) Log(Severity::kInfo, "flood");
    });
  }
  for (std::thread& thread : threads) thread.join();
  FlushLog();
  Log(Severity::kInfo, "afterwards");
  FlushLog();
  const std::string log = ::testing::internal::GetCapturedStderr();
  int64_t written = 0;
  int64_t dropped = 0;
  for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    const auto json = nlohmann::json::parse(std::string(line));
    if (json["message"] == "flood") ++written;
    if (json.contains("dropped")) dropped += json["dropped"].get<int64_t>();
  }
  EXPECT_EQ(written + dropped, kLines);
  EXPECT_THAT(log, HasSubstr("afterwards"));
}

}  // namespace
}  // namespace jz::telemetry
