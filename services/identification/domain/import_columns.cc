// The header of a register file.
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification {
namespace {

struct ColumnSpec {
  absl::string_view name;
  bool optional = false;
};

// In the order of enum Column.
constexpr ColumnSpec kColumns[kColumnCount] = {
    {"行政区划代码"},   {"村民小组"},       {"户编号"},         {"人编号"},
    {"姓名"},           {"证件号码"},       {"人数"},           {"与户主关系"},
    {"性别", true},     {"出生日期", true}, {"民族", true},     {"文化程度"},
    {"在校生状况"},     {"健康状况"},       {"劳动技能"},       {"主要致贫原因"},
    {"住房安全"},       {"安全饮水"},       {"义务教育有保障"}, {"基本医疗有保障"},
    {"联系电话", true}, {"收入年度"},       {"工资性收入"},     {"生产经营性收入"},
    {"财产性收入"},     {"转移性收入"},     {"生产经营性支出"}, {"上年人均纯收入"},
    {"户状态"},         {"识别日期"},       {"脱贫日期"},       {"剔除情形"},
    {"开户银行", true}, {"银行账号", true},
};

std::optional<int> FindColumn(absl::string_view name) {
  for (int i = 0; i < kColumnCount; ++i) {
    if (kColumns[i].name == name) return i;
  }
  return std::nullopt;
}

// What a header cell may show of itself in an error: somebody else's file may hold anything.
std::string Shown(absl::string_view name) {
  if (name.size() > 60 || HasControlCharacter(name)) return "?";
  return std::string(name);
}

}  // namespace

absl::string_view ColumnName(Column column) { return kColumns[static_cast<int>(column)].name; }

std::optional<ColumnOrder> ColumnOrder::FromHeader(const CsvRow& header, ImportErrors& errors) {
  ColumnOrder order;
  order.position_.fill(-1);
  order.size_ = header.fields.size();
  const size_t errors_before = errors.size();
  auto add = [&](std::string column, absl::string_view reason) {
    errors.push_back({.line = header.line,
                      .column = std::move(column),
                      .reason = std::string(reason),
                      .detail = ""});
  };
  for (size_t i = 0; i < header.fields.size(); ++i) {
    absl::string_view name = absl::StripAsciiWhitespace(header.fields[i]);
    std::optional<int> column = FindColumn(name);
    if (!column) {
      add(Shown(name), "COLUMN_UNKNOWN");
    } else if (order.position_[*column] >= 0) {
      add(Shown(name), "COLUMN_DUPLICATE");
    } else {
      order.position_[*column] = static_cast<int>(i);
    }
  }
  for (int i = 0; i < kColumnCount; ++i) {
    if (order.position_[i] < 0 && !kColumns[i].optional) {
      add(std::string(kColumns[i].name), "COLUMN_MISSING");
    }
  }
  if (errors.size() > errors_before) return std::nullopt;
  return order;
}

absl::string_view ColumnOrder::Field(const CsvRow& row, Column column) const {
  int position = position_[static_cast<int>(column)];
  if (position < 0) return "";
  return absl::StripAsciiWhitespace(row.fields[position]);
}

}  // namespace jz::identification
