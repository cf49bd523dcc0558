#include "common/sql/database.h"

namespace jz::sql {
namespace {

size_t PaddedCount(size_t count) {
  size_t padded = 1;
  while (padded < count) padded *= 2;
  return padded;
}

}  // namespace

std::string InList(size_t count) {
  std::string list = "?";
  for (size_t i = 1; i < PaddedCount(count); ++i) list += ",?";
  return list;
}

void PadInList(Values& values, size_t count) {
  // `IN (NULL)` is never true: what an empty list means.
  if (count == 0) values.emplace_back();
  for (size_t i = std::max<size_t>(count, 1); i < PaddedCount(count); ++i) {
    values.push_back(Value(values.back()));
  }
}

}  // namespace jz::sql
