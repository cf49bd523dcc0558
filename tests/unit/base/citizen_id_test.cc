#include "common/base/citizen_id.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/status.h"

namespace jz {
namespace {

constexpr char kWoman[] = "11010519491231002X";
constexpr char kMan[] = "440524188001010014";

std::string Complete(absl::string_view first17) {
  return absl::StrCat(first17, std::string(1, CitizenIdCheckDigit(first17)));
}

std::string ReasonFor(absl::string_view text) { return ReasonOf(CitizenId::Parse(text).status()); }

TEST(CitizenId, ReadsTheSamplesOfTheStandard) {
  auto woman = CitizenId::Parse(kWoman);
  ASSERT_TRUE(woman.ok()) << woman.status();
  EXPECT_EQ(woman->text(), kWoman);
  EXPECT_EQ(woman->birth_date(), Date(1949, 12, 31));
  EXPECT_EQ(woman->sex(), Sex::kFemale);
  EXPECT_EQ(woman->disability_type(), std::nullopt);

  auto man = CitizenId::Parse(kMan);
  ASSERT_TRUE(man.ok()) << man.status();
  EXPECT_EQ(man->birth_date(), Date(1880, 1, 1));
  EXPECT_EQ(man->sex(), Sex::kMale);
}

TEST(CitizenId, RefusesEverySingleChangedCharacter) {
  for (const std::string text : {kWoman, kMan}) {
    for (size_t at = 0; at < text.size(); ++at) {
      for (char c : absl::string_view("0123456789X")) {
        if (c == text[at]) continue;
        std::string changed = text;
        changed[at] = c;
        EXPECT_FALSE(CitizenId::Parse(changed).ok()) << changed;
      }
    }
  }
}

TEST(CitizenId, RefusesEverySwapOfNeighbours) {
  for (const std::string text : {kWoman, kMan}) {
    for (size_t at = 0; at + 1 < text.size(); ++at) {
      if (text[at] == text[at + 1]) continue;
      std::string changed = text;
      std::swap(changed[at], changed[at + 1]);
      EXPECT_FALSE(CitizenId::Parse(changed).ok()) << changed;
    }
  }
}

TEST(CitizenId, AcceptsWhatItsOwnCheckDigitCompletes) {
  std::mt19937 random(20170614);
  std::uniform_int_distribution<int> region(100000, 999999), day(0, 146000), sequence(0, 999);
  for (int i = 0; i < 5000; ++i) {
    const Date birth = Date(1800, 1, 1) + day(random);
    const std::string text =
        Complete(absl::StrFormat("%06d%04d%02d%02d%03d", region(random), birth.year(),
                                 birth.month(), birth.day(), sequence(random)));
    auto id = CitizenId::Parse(text);
    ASSERT_TRUE(id.ok()) << text << id.status();
    EXPECT_EQ(id->birth_date(), birth);
    EXPECT_EQ(id->text(), text);
  }
}

TEST(CitizenId, MakesALowerCaseCheckDigitUpperCase) {
  auto id = CitizenId::Parse("11010519491231002x");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->text(), kWoman);
}

TEST(CitizenId, ConvertsTheFormBefore1999) {
  auto id = CitizenId::Parse("110105491231002");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->text(), kWoman);
  EXPECT_EQ(ReasonFor("1101054912310O2"), "CITIZEN_ID_CHARACTERS");
  EXPECT_EQ(ReasonFor("110105490231002"), "CITIZEN_ID_BIRTH_DATE");
}

TEST(CitizenId, TakesTheOldFormsNumbersFrom996ForCentenarians) {
  auto id = CitizenId::Parse("110105800101996");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->birth_date(), Date(1880, 1, 1));
  EXPECT_EQ(CitizenId::Parse("110105800101995")->birth_date(), Date(1980, 1, 1));
}

TEST(CitizenId, ReadsDisabilityCardsAsTheSamePerson) {
  const auto card = CitizenId::Parse(absl::StrCat(kWoman, "42"));
  ASSERT_TRUE(card.ok()) << card.status();
  EXPECT_EQ(card->text(), absl::StrCat(kWoman, "42"));
  EXPECT_EQ(card->Person(), kWoman);
  EXPECT_EQ(card->disability_type(), 4);
  const auto reissued = CitizenId::Parse("11010519491231002x71b1");
  ASSERT_TRUE(reissued.ok()) << reissued.status();
  EXPECT_EQ(reissued->text(), "11010519491231002X71B1");
  EXPECT_EQ(reissued->Person(), kWoman);
  EXPECT_EQ(reissued->disability_type(), 7);
}

TEST(CitizenId, SaysWhatIsWrong) {
  EXPECT_EQ(ReasonFor(""), "CITIZEN_ID_LENGTH");
  EXPECT_EQ(ReasonFor("11010519491231002"), "CITIZEN_ID_LENGTH");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "4")), "CITIZEN_ID_LENGTH");
  EXPECT_EQ(ReasonFor(std::string(1 << 20, '1')), "CITIZEN_ID_LENGTH");
  EXPECT_EQ(ReasonFor("1101051949123100-X"), "CITIZEN_ID_CHARACTERS");
  EXPECT_EQ(ReasonFor("X1010519491231002X"), "CITIZEN_ID_CHARACTERS");
  EXPECT_EQ(ReasonFor(Complete("01010519491231002")), "CITIZEN_ID_CHARACTERS");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "4X")), "CITIZEN_ID_CHARACTERS");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "42B0")), "CITIZEN_ID_CHARACTERS");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "42C1")), "CITIZEN_ID_CHARACTERS");
  EXPECT_EQ(ReasonFor("110105194912310021"), "CITIZEN_ID_CHECK_DIGIT");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "02")), "CITIZEN_ID_DISABILITY_TYPE");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "82")), "CITIZEN_ID_DISABILITY_TYPE");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "40")), "CITIZEN_ID_DISABILITY_GRADE");
  EXPECT_EQ(ReasonFor(absl::StrCat(kWoman, "45")), "CITIZEN_ID_DISABILITY_GRADE");
}

TEST(CitizenId, RefusesBirthDatesThatAreNoDays) {
  for (const char* date : {"19490230", "19490431", "19491301", "19490001", "19490100", "19000229",
                           "22000101", "17991231", "00000000"}) {
    EXPECT_EQ(ReasonFor(Complete(absl::StrCat("110105", date, "002"))), "CITIZEN_ID_BIRTH_DATE")
        << date;
  }
  EXPECT_TRUE(CitizenId::Parse(Complete("11010520000229002")).ok());
}

TEST(CitizenId, NeverShowsTheNumberInAnError) {
  for (const char* text : {"110105194912310021", "110105194902300021", "1101051949123100-X"}) {
    const absl::Status status = CitizenId::Parse(text).status();
    EXPECT_FALSE(absl::StrContains(status.ToString(), "110105")) << status;
  }
}

TEST(CitizenId, MasksAllButTheFirstSixAndLastFour) {
  EXPECT_EQ(CitizenId::Parse(kWoman)->Masked(), "110105********002X");
  EXPECT_EQ(CitizenId::Parse(absl::StrCat(kWoman, "42"))->Masked(), "110105********002X");
}

}  // namespace
}  // namespace jz
