// One cell of a sheet as an item of facts.proto.
#pragma once

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/identification/domain/code_book.h"

namespace jz::identification {

// Reads a trimmed cell into `field` of `items`, by the field's type and its option `column`; an
// empty cell leaves it absent. The error's reason, or "": CODE_UNKNOWN, YES_NO_FORMAT,
// NUMBER_FORMAT, NUMBER_NEGATIVE, NUMBER_RANGE, MONTH_FORMAT, DATE_FORMAT, TEXT_TOO_LONG,
// TEXT_CONTROL_CHARACTER. A measure (list `m_…`) that is in no list counts as one of its list that
// the text names, else as `supported`.
absl::string_view ReadCell(absl::string_view cell, const CodeBook& codes,
                           const google::protobuf::FieldDescriptor& field,
                           google::protobuf::Message& items);

// Clears `field` of `to`, and sets it to that of `from` when it is there.
void CopyField(const google::protobuf::FieldDescriptor& field,
               const google::protobuf::Message& from, google::protobuf::Message& to);

// The field that tells whether a phone number, whose digits `field` counts, is a mobile one; null
// for other fields.
const google::protobuf::FieldDescriptor* MobileBeside(
    const google::protobuf::FieldDescriptor& field);

}  // namespace jz::identification
