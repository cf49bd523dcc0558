#pragma once

namespace jz::funds {

// Ends the process when money would not add up: nothing that follows could be trusted, and what was
// committed before is sound. `what` is a constant text for the log.
void RequireInvariant(bool holds, const char* what);

}  // namespace jz::funds
