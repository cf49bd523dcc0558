#include "common/base/citizen_id.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

void CitizenIdTarget(absl::string_view input) {
  auto id = CitizenId::Parse(input);
  if (!id.ok()) return;
  auto again = CitizenId::Parse(id->text());
  Expect(again.ok() && again->text() == id->text(), "a citizen id reads back");
  Expect(CitizenIdCheckDigit(id->text()) == id->Person()[17], "its check digit matches");
  Expect(id->Masked().size() == 18, "its mask hides its kind");
  Expect(id->birth_date() >= Date(1800, 1, 1) && id->birth_date() <= Date(2199, 12, 31),
         "its birth date is in range");
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::CitizenIdTarget)
