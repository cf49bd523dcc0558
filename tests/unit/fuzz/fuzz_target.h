// One fuzz target: a function that takes any bytes and stops the process when a parser breaks its
// word.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace jz::fuzz {

void CitizenIdTarget(absl::string_view input);
void DateTarget(absl::string_view input);
void IdsTarget(absl::string_view input);
void JwtTarget(absl::string_view input);
void MoneyTarget(absl::string_view input);
void PageTokenTarget(absl::string_view input);
void RegionCodeTarget(absl::string_view input);
void RegisterRowTarget(absl::string_view input);
void RuleExpressionTarget(absl::string_view input);
void RuleFactsTarget(absl::string_view input);
void SheetTarget(absl::string_view input);

inline void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace jz::fuzz

// At the end of a target's file: makes it a libFuzzer binary when built as one.
#ifdef JZ_FUZZ_ENTRY
#define JZ_FUZZ_TARGET(target)                                              \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { \
    target(absl::string_view(reinterpret_cast<const char*>(data), size));   \
    return 0;                                                               \
  }
#else
#define JZ_FUZZ_TARGET(target)
#endif
