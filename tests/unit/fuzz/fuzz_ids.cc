#include "common/base/ids.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

void IdsTarget(absl::string_view input) {
  if (auto id = DecodeId(input); id.ok()) {
    Expect(EncodeId(*id) == input, "one id has one text");
    Expect(*id > 0, "an id is positive");
  }
  if (auto id = ParseResourceName("households", input); id.ok()) {
    Expect("households/" + EncodeId(*id) == input, "one id has one name");
  }
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::IdsTarget)
