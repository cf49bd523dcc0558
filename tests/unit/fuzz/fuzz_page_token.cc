#include "common/base/page_token.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {

void PageTokenTarget(absl::string_view input) {
  static const PageTokens* tokens = new PageTokens("a key of the fuzzer");
  auto keys = tokens->Read("query", input);
  Expect(keys.ok() == input.empty(), "no token is found by chance");
  auto own = tokens->Read("query", tokens->Make("query", {std::string(input), ""}));
  if (input.size() < 4096) {
    Expect(own.ok() && own->size() == 2 && (*own)[0] == input, "keys read back");
  }
}

}  // namespace jz::fuzz

JZ_FUZZ_TARGET(jz::fuzz::PageTokenTarget)
