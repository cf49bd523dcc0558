#include "services/identification/sheet_columns.h"

#include <algorithm>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "services/identification/domain/csv.h"
#include "services/identification/domain/sheet_text.h"
#include "services/identification/sheet_cell.h"

namespace jz::identification {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct KeyNames {
  SheetKey key;
  std::vector<absl::string_view> names;  // the national one first
};

const std::vector<KeyNames>& Keys() {
  static const auto& keys = *new std::vector<KeyNames>{
      {SheetKey::kRegionCode, {"行政区划代码", "村代码", "行政村代码"}},
      {SheetKey::kCounty, {"县", "县(市、区、旗)", "县（市、区、旗）", "区县", "县名"}},
      {SheetKey::kTownship, {"乡", "乡(镇)", "乡（镇）", "乡镇", "镇", "乡名"}},
      {SheetKey::kVillage, {"村", "行政村", "行政村名称", "村名"}},
      {SheetKey::kGroup, {"村民小组", "组"}},
      {SheetKey::kHouseholdNo, {"户编号"}},
      {SheetKey::kPersonNo, {"人编号", "人口编号"}},
      {SheetKey::kName, {"姓名", "家庭成员姓名"}},
      {SheetKey::kIdNumber, {"证件号码", "身份证号", "身份证号码"}},
      {SheetKey::kPersonPhone, {"家庭成员联系电话"}},
      {SheetKey::kHouseholdPhone, {"户联系电话", "联系电话"}},
      {SheetKey::kIdentifiedOn, {"识别日期", "首次识别时间"}},
      {SheetKey::kExitedOn, {"脱贫日期", "脱贫时间"}},
  };
  return keys;
}

struct Needs {
  std::vector<SheetGroup> groups;  // an earlier one wins a header that several have
  std::vector<SheetKey> keys;
};

Needs NeedsOf(v1::SheetKind kind) {
  switch (kind) {
    case v1::SHEET_KIND_MIGRANT_WORK:
      return {{SheetGroup::kWork}, {SheetKey::kIdNumber}};
    case v1::SHEET_KIND_PLANNED_WORK:
      return {{SheetGroup::kPlan}, {SheetKey::kIdNumber}};
    case v1::SHEET_KIND_RURAL_HOUSEHOLDS:
      return {{SheetGroup::kHousehold, SheetGroup::kPerson}, {SheetKey::kIdNumber}};
    case v1::SHEET_KIND_VILLAGES:
      return {{SheetGroup::kVillage}, {SheetKey::kVillage}};
    default:
      return {{SheetGroup::kPerson, SheetGroup::kHousehold, SheetGroup::kMonitoring},
              {SheetKey::kIdNumber, SheetKey::kHouseholdNo}};
  }
}

// Every name of every item of a group.
absl::flat_hash_map<std::string, ItemColumn> ItemsByName(v1::SheetKind kind) {
  absl::flat_hash_map<std::string, ItemColumn> by_name;
  SheetItems prototypes;
  for (SheetGroup group : NeedsOf(kind).groups) {
    const auto* descriptor = ItemsOf(prototypes, group).GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const v1::Column& column = field->options().GetExtension(v1::column);
      const ItemColumn item{
          .group = group, .field = field, .position = 0, .header = column.header()};
      if (!column.header().empty()) by_name.try_emplace(column.header(), item);
      for (const std::string& alias : column.aliases()) by_name.try_emplace(alias, item);
    }
  }
  if (kind == v1::SHEET_KIND_RURAL_HOUSEHOLDS) {
    // Its 户类型 is kept apart from that of the register.
    by_name["户类型"].field =
        v1::HouseholdItems::descriptor()->FindFieldByName("rc_household_type");
  }
  return by_name;
}

std::optional<SheetKey> KeyNamed(absl::string_view name) {
  for (const KeyNames& key : Keys()) {
    for (absl::string_view known : key.names) {
      if (known == name) return key.key;
    }
  }
  return std::nullopt;
}

std::string HeaderCell(absl::string_view cell, const std::map<std::string, std::string>& renamed) {
  std::string name(TrimCell(cell));
  auto other = renamed.find(name);
  return other == renamed.end() ? name : other->second;
}

std::string Shown(absl::string_view name) {
  if (CountCharacters(name) > 60 || HasControlCharacter(name)) return "?";
  return std::string(name);
}

}  // namespace

absl::string_view SheetKeyName(SheetKey key) { return Keys()[static_cast<int>(key)].names.front(); }

const Message& ItemsOf(const SheetItems& items, SheetGroup group) {
  switch (group) {
    case SheetGroup::kPerson:
      return items.person;
    case SheetGroup::kHousehold:
      return items.household;
    case SheetGroup::kMonitoring:
      return items.monitoring;
    case SheetGroup::kWork:
      return items.work;
    case SheetGroup::kPlan:
      return items.plan;
    case SheetGroup::kVillage:
      break;
  }
  return items.village;
}

Message& ItemsOf(SheetItems& items, SheetGroup group) {
  return const_cast<Message&>(ItemsOf(static_cast<const SheetItems&>(items), group));
}

std::optional<SheetColumns> SheetColumns::FromHeader(
    v1::SheetKind kind, const std::map<std::string, std::string>& renamed, const CsvRow& header,
    Problems& problems) {
  const absl::flat_hash_map<std::string, ItemColumn> known = ItemsByName(kind);
  SheetColumns columns;
  columns.keys_.fill(-1);
  columns.size_ = header.fields.size();
  std::set<std::string> seen;
  for (size_t i = 0; i < header.fields.size(); ++i) {
    const std::string name = HeaderCell(header.fields[i], renamed);
    if (name.empty()) continue;
    const int position = static_cast<int>(i);
    if (std::optional<SheetKey> key = KeyNamed(name)) {
      int& at = columns.keys_[static_cast<int>(*key)];
      if (at >= 0) problems.twice.push_back(Shown(name));
      at = position;
    } else if (auto item = known.find(name); item != known.end()) {
      if (!seen.insert(name).second) problems.twice.push_back(Shown(name));
      columns.items_.push_back(item->second);
      columns.items_.back().position = position;
      columns.items_.back().header = name;
    } else {
      columns.ignored_.push_back(Shown(name));
      continue;
    }
    ++problems.known;
  }
  for (SheetKey key : NeedsOf(kind).keys) {
    const bool by_code = key == SheetKey::kVillage && columns.Has(SheetKey::kRegionCode);
    if (!columns.Has(key) && !by_code) problems.missing.emplace_back(SheetKeyName(key));
  }
  if (!problems.missing.empty() || !problems.twice.empty()) return std::nullopt;
  return columns;
}

bool SheetColumns::HasItem(absl::string_view name) const {
  return std::any_of(items_.begin(), items_.end(), [&](const ItemColumn& column) {
    return absl::string_view(column.field->name()) == name;
  });
}

absl::string_view SheetColumns::Cell(const CsvRow& row, SheetKey key) const {
  const int position = keys_[static_cast<int>(key)];
  if (position < 0 || static_cast<size_t>(position) >= row.fields.size()) return "";
  return TrimCell(row.fields[position]);
}

void SheetColumns::ReadItems(const CsvRow& row, const CodeBook& codes, SheetItems& items,
                             ImportErrors& errors) const {
  for (const ItemColumn& column : items_) {
    if (static_cast<size_t>(column.position) >= row.fields.size()) continue;
    const absl::string_view problem = ReadCell(TrimCell(row.fields[column.position]), codes,
                                               *column.field, ItemsOf(items, column.group));
    if (problem.empty()) continue;
    errors.push_back(
        {.line = row.line, .column = column.header, .reason = std::string(problem), .detail = ""});
  }
}

void SheetColumns::CopyItems(SheetGroup group, const SheetItems& from, Message& to) const {
  const Message& source = ItemsOf(from, group);
  for (const ItemColumn& column : items_) {
    if (column.group != group) continue;
    CopyField(*column.field, source, to);
    if (const FieldDescriptor* mobile = MobileBeside(*column.field)) CopyField(*mobile, source, to);
  }
}

}  // namespace jz::identification
