// Identity numbers of persons as the registers use them: 18 characters (GB 11643), or a disability
// card of 20 (id + type 1-7 + grade 1-4) or 22 (reissued: + "B1" and so on).
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/date.h"

namespace jz {

enum class Sex { kUnstated = 9, kMale = 1, kFemale = 2 };

class CitizenId {
 public:
  // Accepts a lower-case x and the 15-digit form used before 1999, which is converted. Errors are
  // INVALID_ARGUMENT with reason CITIZEN_ID_LENGTH, _CHARACTERS, _BIRTH_DATE, _CHECK_DIGIT,
  // _DISABILITY_TYPE or _DISABILITY_GRADE. No error text contains the number.
  static absl::StatusOr<CitizenId> Parse(absl::string_view text);

  // As written, upper case: 18, 20 or 22 characters.
  const std::string& text() const { return text_; }
  // The person's 18 characters: equal for an id and the disability card made from it. Match by
  // this.
  std::string Person() const { return text_.substr(0, 18); }
  Date birth_date() const;
  Sex sex() const;
  std::optional<int> disability_type() const;

  // "110105********002X": first 6 and last 4 of the 18.
  std::string Masked() const;

 private:
  explicit CitizenId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// The check character of the first 17 digits, by GB 11643.
char CitizenIdCheckDigit(absl::string_view first17);

}  // namespace jz
