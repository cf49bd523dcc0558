// Register files for tests: rows that are right, to be spoilt field by field.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace jz::identification::testing {

using Fields = std::map<std::string, std::string>;  // column name -> text

// A right row: the only member and head of household 2302210001 in village 230221101200.
Fields GoodRow();
// GoodRow with some fields replaced.
Fields RowWith(const Fields& changes);

// A citizen id with its check digit: the serial's last digit says the sex (odd: male).
std::string IdOf(int birth_yyyymmdd, int serial, int area = 230221);

// Households with one member each: 户编号 from `first` on, ids that differ.
std::vector<Fields> Singles(int count, int first = 1);

std::vector<std::string> ColumnNames();
// With a header of all columns, in an order of no meaning.
std::string Csv(const std::vector<Fields>& rows);

}  // namespace jz::identification::testing
