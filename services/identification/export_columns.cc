#include "services/identification/export_columns.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/identification/sheet_cell.h"

namespace jz::identification {
namespace {

using google::protobuf::FieldDescriptor;

struct Layout {
  std::vector<std::pair<const char*, SheetKey>> first;
  std::vector<SheetGroup> groups;
  std::vector<std::pair<const char*, SheetKey>> last;
};

Layout LayoutOf(v1::SheetKind kind) {
  switch (kind) {
    case v1::SHEET_KIND_MIGRANT_WORK:
    case v1::SHEET_KIND_PLANNED_WORK:
      return {{{"县", SheetKey::kCounty},
               {"乡", SheetKey::kTownship},
               {"行政村", SheetKey::kVillage},
               {"行政区划代码", SheetKey::kRegionCode},
               {"户编号", SheetKey::kHouseholdNo},
               {"姓名", SheetKey::kName},
               {"证件号码", SheetKey::kIdNumber}},
              {kind == v1::SHEET_KIND_MIGRANT_WORK ? SheetGroup::kWork : SheetGroup::kPlan},
              {}};
    case v1::SHEET_KIND_RURAL_HOUSEHOLDS:
      return {{{"县(市、区、旗)", SheetKey::kCounty},
               {"乡(镇)", SheetKey::kTownship},
               {"行政村", SheetKey::kVillage},
               {"行政区划代码", SheetKey::kRegionCode},
               {"户编号", SheetKey::kHouseholdNo},
               {"姓名", SheetKey::kName},
               {"证件号码", SheetKey::kIdNumber}},
              {SheetGroup::kHousehold, SheetGroup::kPerson},
              {}};
    case v1::SHEET_KIND_VILLAGES:
      return {{{"县", SheetKey::kCounty},
               {"乡", SheetKey::kTownship},
               {"村", SheetKey::kVillage},
               {"行政区划代码", SheetKey::kRegionCode}},
              {SheetGroup::kVillage},
              {}};
    default:
      return {{{"县", SheetKey::kCounty},
               {"乡", SheetKey::kTownship},
               {"村", SheetKey::kVillage},
               {"行政区划代码", SheetKey::kRegionCode},
               {"村民小组", SheetKey::kGroup},
               {"户编号", SheetKey::kHouseholdNo},
               {"人编号", SheetKey::kPersonNo},
               {"姓名", SheetKey::kName},
               {"证件号码", SheetKey::kIdNumber},
               {"家庭成员联系电话", SheetKey::kPersonPhone},
               {"户联系电话", SheetKey::kHouseholdPhone}},
              {SheetGroup::kPerson, SheetGroup::kHousehold, SheetGroup::kMonitoring},
              {{"识别日期", SheetKey::kIdentifiedOn}, {"脱贫日期", SheetKey::kExitedOn}}};
  }
}

bool MayBePublished(SheetKey key) {
  switch (key) {
    case SheetKey::kCounty:
    case SheetKey::kTownship:
    case SheetKey::kVillage:
    case SheetKey::kRegionCode:
    case SheetKey::kHouseholdNo:
    case SheetKey::kName:
      return true;
    default:
      return false;
  }
}

bool MayBePublished(const FieldDescriptor& field) {
  for (const char* name : {"relation_to_head", "household_type", "monitored_category",
                           "identified_month", "risk_eliminated", "eliminated_month"}) {
    if (field.name() == name) return true;
  }
  return false;
}

// Of names and phones of collectors only derived facts are kept. An employer's presence is, because
// episodes of work are replaced as a whole.
bool IsDerived(SheetGroup group, const FieldDescriptor& field) {
  if (MobileBeside(field) != nullptr) return true;
  return group != SheetGroup::kWork && absl::StartsWith(field.name(), "has_");
}

bool EndsWithDigit(const std::string& header) { return absl::ascii_isdigit(header.back()); }

// The headers of a field: one, or one for each of its values.
std::vector<std::string> HeadersOf(v1::SheetKind kind, const FieldDescriptor& field) {
  const v1::Column& column = field.options().GetExtension(v1::column);
  if (kind == v1::SHEET_KIND_RURAL_HOUSEHOLDS && field.name() == "rc_household_type") {
    return {"户类型"};
  }
  if (column.header().empty()) return {};
  std::vector<std::string> headers = {column.header()};
  if (!field.is_repeated() || !EndsWithDigit(column.header())) return headers;
  headers.insert(headers.end(), column.aliases().begin(), column.aliases().end());
  return headers;
}

std::vector<std::string> ItemHeaders(v1::SheetKind kind, const Layout& layout) {
  std::vector<std::string> headers;
  const SheetItems items;
  for (SheetGroup group : layout.groups) {
    const auto* descriptor = ItemsOf(items, group).GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor& field = *descriptor->field(i);
      if (IsDerived(group, field)) continue;
      for (std::string& header : HeadersOf(kind, field)) {
        if (std::find(headers.begin(), headers.end(), header) == headers.end()) {
          headers.push_back(std::move(header));
        }
      }
    }
  }
  return headers;
}

}  // namespace

std::vector<ExportColumn> ExportColumnsOf(v1::SheetKind kind, v1::ExportPurpose purpose) {
  const Layout layout = LayoutOf(kind);
  const bool publicity = purpose == v1::EXPORT_PURPOSE_PUBLICITY;
  std::vector<ExportColumn> columns;
  auto add_keys = [&](const std::vector<std::pair<const char*, SheetKey>>& keys) {
    for (const auto& [header, key] : keys) {
      if (!publicity || MayBePublished(key)) columns.push_back({.header = header, .key = key});
    }
  };
  add_keys(layout.first);
  // As an import sees them: which field a header that several groups have stands for is decided
  // there.
  CsvRow header;
  header.fields = ItemHeaders(kind, layout);
  for (const auto& [name, key] : layout.first) header.fields.emplace_back(name);
  SheetColumns::Problems problems;
  const std::optional<SheetColumns> read = SheetColumns::FromHeader(kind, {}, header, problems);
  if (read) {
    for (const ItemColumn& item : read->items()) {
      if (publicity && !MayBePublished(*item.field)) continue;
      ExportColumn& column = columns.emplace_back();
      column.header = item.header;
      column.item = item;
      if (item.field->is_repeated() && EndsWithDigit(item.header)) {
        const int values = static_cast<int>(HeadersOf(kind, *item.field).size());
        column.value = item.header.back() - '1';
        column.and_rest = column.value + 1 == values;
      }
    }
  }
  add_keys(layout.last);
  return columns;
}

}  // namespace jz::identification
