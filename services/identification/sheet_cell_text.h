// An item of facts.proto as the cell of a sheet: what ReadCell (sheet_cell.h) reads back.
#pragma once

#include <string>

#include "google/protobuf/message.h"
#include "services/identification/domain/code_book.h"

namespace jz::identification {

// Codes by their Chinese labels, yes and no as 是 and 否, amounts with their decimals; absent: "".
// Of a name of which only its presence is kept: 有 or "".
std::string CellText(const CodeBook& codes, const google::protobuf::FieldDescriptor& field,
                     const google::protobuf::Message& items);
// The value at `index` of a repeated field whose values have columns of their own; with
// `and_rest` also those behind it.
std::string CellTextAt(const CodeBook& codes, const google::protobuf::FieldDescriptor& field,
                       const google::protobuf::Message& items, int index, bool and_rest);

// value / 10^scale without superfluous decimals: 1205 with scale 2 is "12.05".
std::string ScaledText(int64_t value, int scale);

}  // namespace jz::identification
