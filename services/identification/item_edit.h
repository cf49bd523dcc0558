// Corrections of single items of facts.proto by a field mask: which may be corrected, to what, and
// the correcting.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/status/status.h"
#include "google/protobuf/message.h"
#include "services/identification/domain/code_book.h"

namespace jz::identification {

// Whether a person may correct the item: it has a place in the national forms, and follows neither
// from other items nor from a decision.
bool IsEditable(const google::protobuf::FieldDescriptor& field);

// Adds what is wrong with the value of `field` in `items`, also within its messages, under `path`:
// CODE_UNKNOWN, CODE_DUPLICATE, TOO_MANY, YES_NO_UNKNOWN, NUMBER_NEGATIVE, NUMBER_RANGE,
// MONTH_FORMAT, DATE_FORMAT, TEXT_FORMAT.
void CheckItem(const google::protobuf::Message& items,
               const google::protobuf::FieldDescriptor& field, const CodeBook& codes,
               const std::string& path, Violations& violations);

// Checks item `name` of `from` and, when nothing is wrong with it, puts it in the place of that of
// `to`. Adds ITEM_UNKNOWN and ITEM_NOT_EDITABLE beside the above.
void EditItem(const google::protobuf::Message& from, absl::string_view name, const CodeBook& codes,
              const std::string& path, google::protobuf::Message& to, Violations& violations);

// Every item that is set in `from`, likewise; items that are not set stay.
void EditItemsThatAreSet(const google::protobuf::Message& from, const CodeBook& codes,
                         const std::string& path, google::protobuf::Message& to,
                         Violations& violations);

}  // namespace jz::identification
