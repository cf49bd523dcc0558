#include "common/base/money.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

void MoneyTarget(absl::string_view input) {
  auto money = Money::ParseYuan(input);
  if (!money.ok()) return;
  Expect(money->fen() >= -Money::kMaxFen && money->fen() <= Money::kMaxFen, "money is in range");
  auto again = Money::ParseYuan(money->ToYuanString());
  Expect(again.ok() && *again == *money, "money reads back");
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::MoneyTarget)
