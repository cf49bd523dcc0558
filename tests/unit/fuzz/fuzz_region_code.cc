#include "common/base/region_code.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

void RegionCodeTarget(absl::string_view input) {
  auto code = RegionCode::Parse(input);
  if (!code.ok()) return;
  Expect(code->ToString() == input, "one region has one text");
  Expect(code->Parent().Contains(*code), "a region lies in its parent");
  Expect(RegionCode::Parse(code->Parent().ToString()).ok(), "a region's parent is a region");
  Expect(code->Last() >= code->number(), "a region has codes");
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::RegionCodeTarget)
