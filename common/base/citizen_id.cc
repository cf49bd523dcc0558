#include "common/base/citizen_id.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz {
namespace {

constexpr std::array<int, 17> kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr char kCheckDigits[] = "10X98765432";

absl::Status Bad(absl::string_view what, absl::string_view message) {
  return InvalidArgument(absl::StrCat("CITIZEN_ID_", what), {}, message);
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool IsDigits(absl::string_view text) {
  for (char c : text) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

// The form before 1999 has a two-digit year and no check digit. Its numbers 996 to 999 were kept
// for people who were over a hundred by then (GB 11643-1989), that is, born in the 1800s.
std::string FromFifteen(absl::string_view old) {
  absl::string_view sequence = old.substr(12);
  const bool centenarian = sequence >= "996";
  std::string text = absl::StrCat(old.substr(0, 6), centenarian ? "18" : "19", old.substr(6));
  text += CitizenIdCheckDigit(text);
  return text;
}

// `text` is upper case, 18 characters or more.
absl::Status CheckCharacters(absl::string_view text) {
  absl::string_view suffix = text.substr(18);
  const bool id_ok =
      IsDigits(text.substr(0, 17)) && text[0] != '0' && (IsDigit(text[17]) || text[17] == 'X');
  const bool card_ok = IsDigits(suffix.substr(0, 2));
  const bool reissue_ok =
      suffix.size() < 4 || (suffix[2] == 'B' && suffix[3] >= '1' && suffix[3] <= '9');
  if (id_ok && card_ok && reissue_ok) return absl::OkStatus();
  return Bad("CHARACTERS",
             "a citizen id is 17 digits and a digit or X; a disability card adds two digits, "
             "a reissued one B1 to B9");
}

int Number(absl::string_view digits) {
  int value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

Date BirthDate(absl::string_view text) {
  return Date(Number(text.substr(6, 4)), Number(text.substr(10, 2)), Number(text.substr(12, 2)));
}

bool IsRealBirthDate(absl::string_view text) {
  const Date date = BirthDate(text);
  // CivilDay normalises 30 February into March. The standard's own sample was born in 1880.
  return date.year() == Number(text.substr(6, 4)) && date.month() == Number(text.substr(10, 2)) &&
         date.day() == Number(text.substr(12, 2)) && date.year() >= 1800 && date.year() <= 2199;
}

}  // namespace

char CitizenIdCheckDigit(absl::string_view first17) {
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) sum += kWeights[i] * (first17[i] - '0');
  return kCheckDigits[sum % 11];
}

absl::StatusOr<CitizenId> CitizenId::Parse(absl::string_view input) {
  if (input.size() != 15 && input.size() != 18 && input.size() != 20 && input.size() != 22) {
    return Bad("LENGTH", "a citizen id has 18 characters, a disability card 20 or 22");
  }
  if (input.size() == 15 && !IsDigits(input)) {
    return Bad("CHARACTERS", "a citizen id of 15 characters is digits only");
  }
  std::string text = input.size() == 15 ? FromFifteen(input) : absl::AsciiStrToUpper(input);
  JZ_RETURN_IF_ERROR(CheckCharacters(text));
  if (!IsRealBirthDate(text)) {
    return Bad("BIRTH_DATE", "the birth date in the citizen id is not a day of the calendar");
  }
  if (CitizenIdCheckDigit(text) != text[17]) {
    return Bad("CHECK_DIGIT", "the check digit of the citizen id does not match");
  }
  if (text.size() > 18 && (text[18] < '1' || text[18] > '7')) {
    return Bad("DISABILITY_TYPE", "the disability type is 1 to 7");
  }
  if (text.size() > 18 && (text[19] < '1' || text[19] > '4')) {
    return Bad("DISABILITY_GRADE", "the disability grade is 1 to 4");
  }
  return CitizenId(std::move(text));
}

Date CitizenId::birth_date() const { return BirthDate(text_); }

Sex CitizenId::sex() const { return (text_[16] - '0') % 2 == 1 ? Sex::kMale : Sex::kFemale; }

std::optional<int> CitizenId::disability_type() const {
  if (text_.size() < 20) return std::nullopt;
  return text_[18] - '0';
}

std::string CitizenId::Masked() const {
  return absl::StrCat(text_.substr(0, 6), "********", text_.substr(14, 4));
}

}  // namespace jz
