#include "tests/unit/identification/register_file.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/citizen_id.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification::testing {
namespace {

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  return "\"" + absl::StrReplaceAll(text, {{"\"", "\"\""}}) + "\"";
}

}  // namespace

std::string IdOf(int birth_yyyymmdd, int serial, int area) {
  std::string first17 = absl::StrFormat("%06d%08d%03d", area, birth_yyyymmdd, serial);
  return first17 + CitizenIdCheckDigit(first17);
}

Fields GoodRow() {
  return {
      {"行政区划代码", "230221101200"},
      {"村民小组", "1组"},
      {"户编号", "2302210001"},
      {"人编号", "230221000101"},
      {"姓名", "王国强"},
      {"证件号码", IdOf(19700101, 1)},
      {"人数", "1"},
      {"与户主关系", "01"},
      {"性别", "1"},
      {"出生日期", "1970-01-01"},
      {"民族", "汉族"},
      {"文化程度", "02"},
      {"在校生状况", "01"},
      {"健康状况", "02;04"},
      {"劳动技能", "01"},
      {"主要致贫原因", "因病"},
      {"住房安全", "02"},
      {"安全饮水", "是"},
      {"义务教育有保障", "是"},
      {"基本医疗有保障", "否"},
      {"联系电话", "13812345678"},
      {"收入年度", "2016"},
      {"工资性收入", "1000.50"},
      {"生产经营性收入", "2,000"},
      {"财产性收入", ""},
      {"转移性收入", "300"},
      {"生产经营性支出", "800"},
      {"上年人均纯收入", "2400"},
      {"户状态", "在册"},
      {"识别日期", "2014-06-30"},
      {"脱贫日期", ""},
      {"剔除情形", "03;01"},
      {"开户银行", ""},
      {"银行账号", ""},
  };
}

Fields RowWith(const Fields& changes) {
  Fields row = GoodRow();
  for (const auto& [column, text] : changes) row[column] = text;
  return row;
}

std::vector<Fields> Singles(int count, int first) {
  std::vector<Fields> rows;
  for (int i = first; i < first + count; ++i) {
    // Some 900 serials a day of birth.
    int birth = 19500101 + i / 900 % 28 + 10000 * (i / 25200 % 50);
    rows.push_back(RowWith({{"户编号", absl::StrCat("H", i)},
                            {"人编号", absl::StrCat("P", i)},
                            {"证件号码", IdOf(birth, i % 900)},
                            {"性别", ""},
                            {"出生日期", ""}}));
  }
  return rows;
}

std::vector<std::string> ColumnNames() {
  std::vector<std::string> names;
  for (int i = kColumnCount - 1; i >= 0; --i) {
    names.emplace_back(ColumnName(static_cast<Column>(i)));
  }
  return names;
}

std::string Csv(const std::vector<Fields>& rows) {
  const std::vector<std::string> names = ColumnNames();
  std::string csv = absl::StrCat(absl::StrJoin(names, ","), "\n");
  for (const Fields& row : rows) {
    std::vector<std::string> fields;
    for (const std::string& name : names) fields.push_back(Quoted(row.at(name)));
    absl::StrAppend(&csv, absl::StrJoin(fields, ","), "\n");
  }
  return csv;
}

}  // namespace jz::identification::testing
