#pragma once

#include <string>

namespace jz {

// A random (version 4) UUID in lower case. Thread-safe.
std::string RandomUuid();
// `size` random bytes from the system.
std::string RandomBytes(int size);

}  // namespace jz
