#include "services/identification/rules/layout.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "jingzhun/identification/v1/facts.pb.h"

namespace jz::identification::rules {
namespace {

namespace v1 = ::jingzhun::identification::v1;
using google::protobuf::FieldDescriptor;

Type ScalarType(const FieldDescriptor& field) {
  const v1::Column& column = field.options().GetExtension(v1::column);
  Type type;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    type.kind = Kind::kText;
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    type.kind = Kind::kBool;  // YesNo is the only one
  } else if (!column.code_list().empty()) {
    type.kind = field.is_repeated() ? Kind::kCodeSet : Kind::kCode;
    type.list = column.code_list();
  } else if (column.kind() == v1::COLUMN_KIND_MONTH) {
    type.unit = Unit::kMonth;
  } else if (column.kind() == v1::COLUMN_KIND_DAY) {
    type.unit = Unit::kDay;
  }
  return type;
}

}  // namespace

std::string Describe(const Type& type) {
  switch (type.kind) {
    case Kind::kInt:
      return type.unit == Unit::kDay ? "a day" : type.unit == Unit::kMonth ? "a month" : "a number";
    case Kind::kBool:
      return "yes or no";
    case Kind::kCode:
      return "a code of list " + type.list;
    case Kind::kCodeSet:
      return "codes of list " + type.list;
    case Kind::kText:
      return "text";
    case Kind::kRecords:
      return "a list of " + type.message->name;
    case Kind::kRecord:
      return type.message->name;
    case Kind::kString:
      return "a literal";
    case Kind::kInts:
    case Kind::kStrings:
      return "a list of literals";
  }
  return "";
}

const FieldLayout* MessageLayout::Find(absl::string_view field) const {
  for (const FieldLayout& one : fields) {
    if (one.name == field) return &one;
  }
  return nullptr;
}

MessageLayout* Catalogue::Add(const google::protobuf::Descriptor& descriptor) {
  for (const auto& known : messages_) {
    if (known->name == descriptor.name()) return known.get();
  }
  messages_.push_back(std::make_unique<MessageLayout>());
  MessageLayout& layout = *messages_.back();
  layout.name = descriptor.name();
  layout.index = static_cast<int>(messages_.size()) - 1;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    FieldLayout one{.name = field.name(),
                    .number = field.number(),
                    .slot = layout.row_slots,
                    .type = {},
                    .zero_is_value = field.has_presence()};
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      one.type.kind = field.is_repeated() ? Kind::kRecords : Kind::kRecord;
      one.type.message = Add(*field.message_type());
      layout.row_slots += field.is_repeated() ? 1 : one.type.message->row_slots;
      if (one.name == "works") layout.latest_slot = layout.row_slots++;
    } else {
      one.type = ScalarType(field);
      ++layout.row_slots;
    }
    const size_t needed = static_cast<size_t>(one.number) + 1;
    layout.by_number.resize(std::max(layout.by_number.size(), needed), -1);
    layout.by_number[one.number] = static_cast<int>(layout.fields.size());
    layout.fields.push_back(std::move(one));
  }
  return &layout;
}

Catalogue::Catalogue()
    : household_(Add(*v1::HouseholdFacts::descriptor())),
      village_(Add(*v1::VillageItems::descriptor())),
      person_(Add(*v1::PersonItems::descriptor())) {}

const Catalogue& Catalogue::Get() {
  static const Catalogue* catalogue = new Catalogue();
  return *catalogue;
}

}  // namespace jz::identification::rules
