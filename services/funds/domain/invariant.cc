#include "services/funds/domain/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace jz::funds {

void RequireInvariant(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %s\n", what);
  std::abort();
}

}  // namespace jz::funds
