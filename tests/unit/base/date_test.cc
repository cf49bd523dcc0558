#include "common/base/date.h"

#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/status/status.h"

namespace jz {
namespace {

TEST(ParseDate, ReadsTheThreeFormsOfDepartmentalFiles) {
  for (const char* text : {"2017-06-14", "20170614", "2017/6/14", "2017/06/14"}) {
    auto date = ParseDate(text);
    ASSERT_TRUE(date.ok()) << text;
    EXPECT_EQ(*date, Date(2017, 6, 14)) << text;
  }
}

TEST(ParseDate, ReadsBackEveryDayItFormats) {
  for (Date day(1900, 1, 1); day <= Date(2199, 12, 31); day += 7) {
    ASSERT_EQ(*ParseDate(FormatDate(day)), day);
    ASSERT_EQ(*ParseDate(absl::StrFormat("%d/%d/%d", day.year(), day.month(), day.day())), day);
  }
}

TEST(ParseDate, RefusesWhatIsNoDayOfTheCalendar) {
  for (const char* text : {"",
                           "2017",
                           "2017-6-14",
                           "2017-06",
                           "2017-06-14 ",
                           " 2017-06-14",
                           "2017-06-31",
                           "2017-02-29",
                           "2017-00-10",
                           "2017-13-01",
                           "2017-01-00",
                           "1899-12-31",
                           "2200-01-01",
                           "20170631",
                           "2017614",
                           "2017-06/14",
                           "2017//14",
                           "-017-06-14",
                           "+017-06-14",
                           "2017-06-14T00:00",
                           "0x17-06-14",
                           "2017/006/1",
                           "17/6/14",
                           "9999-12-31",
                           "二〇一七"}) {
    EXPECT_EQ(ReasonOf(ParseDate(text).status()), "DATE_FORMAT") << text;
  }
  EXPECT_EQ(ReasonOf(ParseDate(absl::string_view("2017\00006-1", 9)).status()), "DATE_FORMAT");
}

TEST(FormatDate, WritesTheEndOfTime) { EXPECT_EQ(FormatDate(Date(9999, 12, 31)), kEndOfTime); }

TEST(DateInShanghai, ChangesTheDayAtSixteenHoursUtc) {
  const absl::Time before =
      absl::FromCivil(absl::CivilSecond(2017, 6, 13, 15, 59, 59), absl::UTCTimeZone());
  EXPECT_EQ(DateInShanghai(before), Date(2017, 6, 13));
  EXPECT_EQ(DateInShanghai(before + absl::Seconds(1)), Date(2017, 6, 14));
}

TEST(StartOfDay, IsTheFirstInstantOfTheDay) {
  for (Date day(2016, 1, 1); day < Date(2018, 1, 1); ++day) {
    const absl::Time start = StartOfDay(day);
    EXPECT_EQ(DateInShanghai(start), day);
    EXPECT_EQ(DateInShanghai(start - absl::Microseconds(1)), day - 1);
  }
}

TEST(FakeClock, StandsStillUntilTold) {
  FakeClock clock(absl::FromUnixSeconds(1000));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(1000));
  clock.Advance(absl::Milliseconds(1500));
  EXPECT_EQ(clock.Now(), absl::FromUnixMillis(1'001'500));
}

}  // namespace
}  // namespace jz
