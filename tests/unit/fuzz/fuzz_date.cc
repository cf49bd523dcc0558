#include "common/base/date.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

void DateTarget(absl::string_view input) {
  auto date = ParseDate(input);
  if (!date.ok()) return;
  auto again = ParseDate(FormatDate(*date));
  Expect(again.ok() && *again == *date, "a date reads back");
  Expect(DateInShanghai(StartOfDay(*date)) == *date, "a day starts on itself");
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::DateTarget)
