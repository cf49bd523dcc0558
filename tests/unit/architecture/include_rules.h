// Which file may include what: the layers of the suite, as checks on include lines.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace jz::architecture {

// Why `file` ("services/funds/domain/ledger.cc") must not include `header`
// ("common/sql/database.h"), or an empty string when it may.
std::string WhyForbidden(absl::string_view file, absl::string_view header);

}  // namespace jz::architecture
