// Messages of CodeListService to values and back; every problem of a request is reported at once.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jingzhun/identification/v1/code_list.pb.h"
#include "services/identification/domain/code_list_plan.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// `author` and `now` become recorded_by and recorded_at.
std::vector<StoredCode> CodesFrom(const v1::PutCodesRequest& request, absl::string_view author,
                                  absl::Time now, Violations& violations);
v1::CodeListEntry ToMessage(const StoredCode& code);
// "labour": 1 to 64 lower-case letters, digits and underscores, a letter first.
bool IsCodeName(absl::string_view name);

}  // namespace jz::identification
