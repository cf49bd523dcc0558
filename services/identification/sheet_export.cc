#include "services/identification/sheet_export.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "common/crypto/mask.h"
#include "common/status/status.h"
#include "services/identification/sheet_cell_text.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/export_store.h"
#include "services/identification/store/facts_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/store/region_store.h"
#include "services/identification/store/village_store.h"

namespace jz::identification {

// What a row is about; pointers that are null have empty cells.
struct ExportSubject {
  RegionCode region;
  const Household* household = nullptr;
  const Person* person = nullptr;
  std::string id_number;
  std::string person_phone;
  std::string household_phone;
  std::string identified_on;
  const v1::HouseholdFacts* facts = nullptr;
  const v1::PersonItems* person_items = nullptr;
  const google::protobuf::Message* row_items = nullptr;  // WorkItems, PlanItems or VillageItems
};

// A page of households with what belongs to them.
struct SheetExport::Loaded {
  std::vector<Household> households;
  std::vector<std::vector<Person>> members;
  std::vector<v1::HouseholdFacts> facts;
  std::vector<std::string> identified_on;
};

namespace {

constexpr int kPageUnits = 500;

std::vector<std::string> HeadersOf(const std::vector<ExportColumn>& columns) {
  std::vector<std::string> headers;
  for (const ExportColumn& column : columns) headers.push_back(column.header);
  return headers;
}

template <class List, class Value>
bool Admits(const List& list, Value value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool AdmitsMonitoring(v1::MonitoredFilter filter, const v1::HouseholdFacts& facts) {
  const bool ever = facts.monitoring().monitored_category() != 0;
  const bool eliminated = facts.monitoring().risk_eliminated() == v1::YES_NO_YES;
  switch (filter) {
    case v1::MONITORED_FILTER_EVER:
      return ever;
    case v1::MONITORED_FILTER_OPEN:
      return ever && !eliminated;
    case v1::MONITORED_FILTER_ELIMINATED:
      return ever && eliminated;
    case v1::MONITORED_FILTER_NEVER:
      return !ever;
    default:
      return true;
  }
}

bool Admits(const v1::ExportSpec& spec, const v1::HouseholdFacts& facts) {
  return Admits(spec.household_types(), facts.household().household_type()) &&
         Admits(spec.monitored_categories(), facts.monitoring().monitored_category()) &&
         AdmitsMonitoring(spec.monitored(), facts);
}

}  // namespace

TableFormat TableFormatOf(v1::ExportFormat format) {
  if (format == v1::EXPORT_FORMAT_CSV_GB18030) return TableFormat::kCsvGb18030;
  if (format == v1::EXPORT_FORMAT_NDJSON) return TableFormat::kJsonLines;
  return TableFormat::kCsvUtf8;
}

SheetExport::SheetExport(const Deps& deps, const v1::ExportSpec& spec, RegionCode region,
                         CodeBook codes, RegionNames names)
    : deps_(deps),
      spec_(spec),
      region_(region),
      codes_(std::move(codes)),
      names_(std::move(names)),
      columns_(ExportColumnsOf(spec.kind(), spec.purpose())),
      writer_(TableFormatOf(spec.format()), HeadersOf(columns_)) {}

absl::StatusOr<std::unique_ptr<SheetExport>> SheetExport::Open(const Deps& deps,
                                                               const v1::ExportSpec& spec,
                                                               absl::Time deadline) {
  JZ_ASSIGN_OR_RETURN(RegionCode region, RegionCode::Parse(spec.region_code()));
  const Date today = DateInShanghai(deps.clock.Now());
  JZ_ASSIGN_OR_RETURN(CodeBook codes, deps.db.Fetch(deadline, [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, region, today);
  }));
  JZ_ASSIGN_OR_RETURN(
      std::vector<Region> regions,
      deps.db.Fetch(deadline, [&](sql::Transaction& tx) -> absl::StatusOr<std::vector<Region>> {
        JZ_ASSIGN_OR_RETURN(std::vector<Region> all, LoadRegionsInside(tx, region));
        std::vector<RegionCode> above;
        for (RegionCode at = region; at != RegionCode(); at = at.Parent()) {
          above.push_back(at.Parent());
        }
        JZ_ASSIGN_OR_RETURN(std::vector<Region> some, LoadRegions(tx, above));
        all.insert(all.end(), some.begin(), some.end());
        return all;
      }));
  return absl::WrapUnique(
      new SheetExport(deps, spec, region, std::move(codes), RegionNames(regions, today)));
}

absl::StatusOr<int64_t> SheetExport::CountUnits(absl::Time deadline) const {
  return deps_.db.Fetch(deadline, [&](sql::Transaction& tx) {
    return CountExportUnits(tx, region_, spec_.kind() == v1::SHEET_KIND_VILLAGES);
  });
}

absl::StatusOr<ExportPage> SheetExport::Read(const ExportPosition& after,
                                             absl::Time deadline) const {
  return spec_.kind() == v1::SHEET_KIND_VILLAGES ? ReadVillages(after, deadline)
                                                 : ReadHouseholds(after, deadline);
}

absl::StatusOr<ExportPage> SheetExport::ReadVillages(const ExportPosition& after,
                                                     absl::Time deadline) const {
  JZ_ASSIGN_OR_RETURN(
      std::vector<VillageRow> rows, deps_.db.Fetch(deadline, [&](sql::Transaction& tx) {
        return ListVillages(tx, auth::RegionScope({region_}), after.region, kPageUnits);
      }));
  ExportPage page{.next = after};
  for (const VillageRow& row : rows) {
    v1::VillageItems items;
    if (!items.ParseFromString(row.facts)) {
      return Internal("FACTS_BROKEN", "the record of a village does not parse");
    }
    ExportSubject subject;
    subject.region = row.region;
    subject.row_items = &items;
    AppendRow(subject, page);
    page.next.region = row.region;
  }
  page.units = static_cast<int64_t>(rows.size());
  page.last = rows.size() < kPageUnits;
  return page;
}

absl::StatusOr<ExportPage> SheetExport::ReadHouseholds(const ExportPosition& after,
                                                       absl::Time deadline) const {
  HouseholdPage query{.states = {},
                      .after_region = after.region,
                      .after_id = HouseholdId(after.household),
                      .limit = kPageUnits};
  for (int state : spec_.states()) query.states.push_back(static_cast<HouseholdState>(state));
  Loaded loaded;
  JZ_RETURN_IF_ERROR(deps_.db.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    loaded = {};
    JZ_ASSIGN_OR_RETURN(loaded.households, ListHouseholds(tx, auth::RegionScope({region_}), query));
    std::vector<HouseholdId> ids;
    absl::flat_hash_map<HouseholdId, size_t> index;
    for (const Household& household : loaded.households) {
      index[household.id] = ids.size();
      ids.push_back(household.id);
    }
    loaded.members.resize(ids.size());
    loaded.facts.resize(ids.size());
    loaded.identified_on.resize(ids.size());
    JZ_ASSIGN_OR_RETURN(std::vector<FactsRow> facts, LoadFacts(tx, ids));
    for (const FactsRow& row : facts) {
      if (!loaded.facts[index[row.household]].ParseFromString(row.facts)) {
        return Internal("FACTS_BROKEN", "facts of a household do not parse");
      }
    }
    JZ_ASSIGN_OR_RETURN(std::vector<Person> members, LoadMembers(tx, ids));
    for (Person& person : members) {
      loaded.members[index[person.household]].push_back(std::move(person));
    }
    if (spec_.kind() != v1::SHEET_KIND_MONITORED_OBJECTS) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(std::vector<Admission> admissions, LoadAdmissions(tx, ids));
    for (const Admission& admission : admissions) {
      loaded.identified_on[index[admission.household]] = FormatDate(admission.day);
    }
    return absl::OkStatus();
  }));
  ExportPage page{.next = after};
  for (size_t i = 0; i < loaded.households.size(); ++i) {
    if (Admits(spec_, loaded.facts[i])) JZ_RETURN_IF_ERROR(AppendHousehold(loaded, i, page));
    page.next = {.region = loaded.households[i].region,
                 .household = loaded.households[i].id.value()};
  }
  page.units = static_cast<int64_t>(loaded.households.size());
  page.last = loaded.households.size() < kPageUnits;
  return page;
}

absl::Status SheetExport::AppendHousehold(const Loaded& loaded, size_t index,
                                          ExportPage& page) const {
  const Household& household = loaded.households[index];
  const v1::HouseholdFacts& facts = loaded.facts[index];
  const bool full = spec_.purpose() == v1::EXPORT_PURPOSE_REGISTER_WORK;
  const bool numbers = spec_.purpose() != v1::EXPORT_PURPOSE_PUBLICITY;
  ExportSubject subject;
  subject.region = household.region;
  subject.household = &household;
  subject.facts = &facts;
  subject.identified_on = loaded.identified_on[index];
  auto open_phone = [&](const char* context, const std::string& sealed,
                        std::string& phone) -> absl::Status {
    phone.clear();
    if (sealed.empty() || !numbers) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(phone, deps_.sealer.Open(context, sealed));
    if (!full) phone = crypto::MaskPhone(phone, crypto::Purpose::kExport);
    return absl::OkStatus();
  };
  JZ_RETURN_IF_ERROR(open_phone(kPhoneContext, household.phone_sealed, subject.household_phone));
  const v1::PersonItems no_items;
  for (const Person& person : loaded.members[index]) {
    subject.person = &person;
    subject.person_items = &no_items;
    for (const v1::PersonItems& items : facts.members()) {
      if (items.person_id() == person.id.value()) subject.person_items = &items;
    }
    if (spec_.kind() == v1::SHEET_KIND_MIGRANT_WORK && subject.person_items->works().empty()) {
      continue;
    }
    if (spec_.kind() == v1::SHEET_KIND_PLANNED_WORK && subject.person_items->plans().empty()) {
      continue;
    }
    subject.id_number.clear();
    if (numbers) {
      JZ_ASSIGN_OR_RETURN(subject.id_number,
                          deps_.sealer.Open(kCitizenIdContext, person.citizen_id_sealed));
      if (!full) {
        subject.id_number = crypto::MaskCitizenId(subject.id_number, crypto::Purpose::kExport);
      }
    }
    JZ_RETURN_IF_ERROR(open_phone(kPersonPhoneContext, person.phone_sealed, subject.person_phone));
    if (spec_.kind() == v1::SHEET_KIND_MIGRANT_WORK) {
      for (const v1::WorkItems& work : subject.person_items->works()) {
        subject.row_items = &work;
        AppendRow(subject, page);
      }
    } else if (spec_.kind() == v1::SHEET_KIND_PLANNED_WORK) {
      for (const v1::PlanItems& plan : subject.person_items->plans()) {
        subject.row_items = &plan;
        AppendRow(subject, page);
      }
    } else {
      AppendRow(subject, page);
    }
  }
  return absl::OkStatus();
}

std::string SheetExport::KeyText(SheetKey key, const ExportSubject& subject) const {
  const Household* household = subject.household;
  const Person* person = subject.person;
  switch (key) {
    case SheetKey::kRegionCode:
      return subject.region.ToString();
    case SheetKey::kCounty:
      return std::string(names_.NameOf(subject.region.AtLevel(RegionLevel::kCounty)));
    case SheetKey::kTownship:
      return std::string(names_.NameOf(subject.region.AtLevel(RegionLevel::kTownship)));
    case SheetKey::kVillage:
      return std::string(names_.NameOf(subject.region));
    case SheetKey::kGroup:
      return household == nullptr ? "" : household->group_name;
    case SheetKey::kHouseholdNo:
      return household == nullptr ? "" : household->national_no;
    case SheetKey::kPersonNo:
      return person == nullptr ? "" : person->national_no;
    case SheetKey::kName:
      if (person == nullptr) return "";
      return spec_.purpose() == v1::EXPORT_PURPOSE_STATISTICS
                 ? crypto::MaskName(person->name, crypto::Purpose::kList)
                 : person->name;
    case SheetKey::kIdNumber:
      return subject.id_number;
    case SheetKey::kPersonPhone:
      return subject.person_phone;
    case SheetKey::kHouseholdPhone:
      return subject.household_phone;
    case SheetKey::kIdentifiedOn:
      return subject.identified_on;
    case SheetKey::kExitedOn:
      break;
  }
  const bool exited = household != nullptr && household->state == HouseholdState::kExited;
  return exited ? FormatDate(household->state_since) : "";
}

void SheetExport::AppendRow(const ExportSubject& subject, ExportPage& page) const {
  std::vector<TableCell> cells;
  cells.reserve(columns_.size());
  for (const ExportColumn& column : columns_) {
    if (column.key) {
      cells.push_back({.text = KeyText(*column.key, subject)});
      continue;
    }
    const google::protobuf::Message* items = subject.row_items;
    if (column.item.group == SheetGroup::kPerson) items = subject.person_items;
    if (column.item.group == SheetGroup::kHousehold) items = &subject.facts->household();
    if (column.item.group == SheetGroup::kMonitoring) items = &subject.facts->monitoring();
    const auto& field = *column.item.field;
    const bool is_text = field.cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING;
    const bool is_code = !field.options().GetExtension(v1::column).code_list().empty();
    cells.push_back({.text = column.value < 0
                                 ? CellText(codes_, field, *items)
                                 : CellTextAt(codes_, field, *items, column.value, column.and_rest),
                     .guarded = is_text || is_code});
  }
  writer_.AppendRow(cells, page.bytes);
  ++page.rows;
}

}  // namespace jz::identification
