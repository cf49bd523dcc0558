// How personal data is shown, by purpose.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace jz::crypto {

enum class Purpose { kPublicity, kList, kDetail, kExport };

std::string MaskCitizenId(absl::string_view id, Purpose purpose);  // publicity: ""
std::string MaskPhone(absl::string_view phone, Purpose purpose);   // "138****1234"; publicity: ""
std::string MaskAccount(absl::string_view account, Purpose purpose);  // "**** 1234"; publicity: ""
// List: surname and asterisks ("张*"); publicity and detail: in full (names are published by law).
std::string MaskName(absl::string_view name, Purpose purpose);

}  // namespace jz::crypto
