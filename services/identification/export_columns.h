// The columns of an exported sheet: those that ImportSheet reads, in the order of the national
// sheets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jingzhun/identification/v1/export.pb.h"
#include "services/identification/sheet_columns.h"

namespace jz::identification {

struct ExportColumn {
  std::string header;
  std::optional<SheetKey> key;
  ItemColumn item = {};  // without a key
  // The value that a column of its own holds (致贫/返贫风险1 to 5); -1: all of them.
  int value = -1;
  bool and_rest = false;  // the last of such columns
};

// Places and names first, then the items in the order of facts.proto. Items of which the register
// keeps only what rules need (names and phones of collectors) have no column, so that an import
// leaves them alone.
std::vector<ExportColumn> ExportColumnsOf(v1::SheetKind kind, v1::ExportPurpose purpose);

}  // namespace jz::identification
