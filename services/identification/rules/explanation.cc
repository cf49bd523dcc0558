// What a hit rests on, in words.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/money.h"
#include "services/identification/rules/rule_set.h"

namespace jz::identification::rules {
namespace {

constexpr size_t kMaxValues = 20;

// Where a row lies, and whose it is.
struct Place {
  std::string path;  // "members[2].works[0]."
  const Slot* person = nullptr;
};

bool Within(const std::vector<Slot>& list, const Slot* row) {
  return !list.empty() && row >= list.data() && row < list.data() + list.size();
}

Place PlaceOfMember(const Rows& rows, const Slot* row) {
  const Catalogue& all = Catalogue::Get();
  const std::vector<Slot>& persons = rows.lists[all.person().index];
  const int64_t index = (row - persons.data()) / all.person().row_slots;
  for (const FieldLayout& field : all.household().fields) {
    if (field.type.message != &all.person()) continue;
    const Slot& list = rows.frame[field.slot];
    if (index < list.number || index >= list.number + list.count) continue;
    return {.path = absl::StrCat(field.name, "[", index - list.number, "]."), .person = row};
  }
  return {};
}

// An episode: a row of a list of a member.
Place PlaceOfEpisode(const Rows& rows, const MessageLayout& message, const Slot* row,
                     const Slot* own_person) {
  const MessageLayout& person = Catalogue::Get().person();
  const std::vector<Slot>& members = rows.lists[person.index];
  const int64_t episode = (row - rows.lists[message.index].data()) / message.row_slots;
  for (const FieldLayout& field : person.fields) {
    if (field.type.kind != Kind::kRecords || field.type.message != &message) continue;
    for (size_t at = 0; at < members.size(); at += person.row_slots) {
      const Slot& list = members[at + field.slot];
      if (episode < list.number || episode >= list.number + list.count) continue;
      Place place = &members[at] == own_person ? Place{.path = "person.", .person = own_person}
                                               : PlaceOfMember(rows, &members[at]);
      absl::StrAppend(&place.path, field.name, "[", episode - list.number, "].");
      return place;
    }
  }
  return {};
}

Place PlaceOf(const Rows& rows, const NotedField& note, const Slot* own_person) {
  if (note.use->base == Base::kFrame) return {.path = note.use->prefix};
  const MessageLayout& person = Catalogue::Get().person();
  Place place;
  if (note.use->base == Base::kPerson) {
    place = {.path = "person.", .person = note.row};
  } else if (Within(rows.lists[person.index], note.row)) {
    place = PlaceOfMember(rows, note.row);
  } else {
    place = PlaceOfEpisode(rows, *note.use->message, note.row, own_person);
  }
  if (note.use->latest && note.use->field != nullptr) place.path += "work.";
  return place;
}

void ShowCode(const CodeBook& codes, const std::string& list, int64_t code, DecidingValue& value) {
  const CodeEntry* entry = codes.Get(list, static_cast<int>(code));
  auto append = [](std::string& to, absl::string_view text) {
    absl::StrAppend(&to, to.empty() ? "" : ",", text);
  };
  append(value.value, entry != nullptr ? entry->key : absl::StrCat(code));
  append(value.label_zh, entry != nullptr ? entry->zh : absl::StrCat(code));
  append(value.label_en, entry != nullptr ? entry->en : absl::StrCat(code));
}

std::string LabelOfNumber(const FieldLayout& field, int64_t number) {
  if (field.type.unit == Unit::kDay) {
    return absl::StrFormat("%04d-%02d-%02d", number / 10000, number / 100 % 100, number % 100);
  }
  if (field.type.unit == Unit::kMonth) {
    return absl::StrFormat("%04d-%02d", number / 100, number % 100);
  }
  if (absl::EndsWith(field.name, "_fen")) return Money::FromFen(number).ToYuanString();
  return absl::StrCat(number);
}

void ShowSlot(const Rows& rows, const CodeBook& codes, const FieldLayout& field, const Slot& slot,
              DecidingValue& value) {
  switch (field.type.kind) {
    case Kind::kBool:
      value.value = slot.number != 0 ? "true" : "false";
      value.label_zh = slot.number != 0 ? "是" : "否";
      value.label_en = slot.number != 0 ? "yes" : "no";
      return;
    case Kind::kCode:
      return ShowCode(codes, field.type.list, slot.number, value);
    case Kind::kCodeSet:
      for (int64_t i = 0; i < slot.count; ++i) {
        ShowCode(codes, field.type.list, rows.codes[slot.number + i], value);
      }
      return;
    case Kind::kText:
      value.value = std::string(reinterpret_cast<const char*>(slot.number), slot.count);
      break;
    case Kind::kRecords:
      value.value = absl::StrCat(slot.count);
      break;
    default:
      value.value = absl::StrCat(slot.number);
      value.label_zh = value.label_en = LabelOfNumber(field, slot.number);
      return;
  }
  value.label_zh = value.label_en = value.value;
}

}  // namespace

DecidingValue Evaluator::Show(const NotedField& note, const Slot* own_person,
                              const CodeBook& codes) const {
  const Catalogue& all = Catalogue::Get();
  const Place place = PlaceOf(rows_, note, own_person);
  DecidingValue value;
  if (place.person != nullptr) {
    value.person = place.person[all.person().Find("person_id")->slot].number;
  }
  const FieldUse& use = *note.use;
  if (use.field == nullptr) {
    value.field = place.path + "work";
    value.value = note.row[all.person().latest_slot].count > 0 ? "1" : "";
    return value;
  }
  value.field = place.path + use.field->name;
  const Slot* row = note.row;
  if (use.latest) {
    const Slot& latest = row[all.person().latest_slot];
    if (latest.count == 0) return value;
    row = rows_.lists[use.message->index].data() + latest.number * use.message->row_slots;
  }
  const Slot& slot = row[use.slot];
  if (slot.count > 0) ShowSlot(rows_, codes, *use.field, slot, value);
  return value;
}

std::vector<DecidingValue> Evaluator::Explain(const Hit& hit, const CodeBook& codes) {
  const RuleSet::Entry& entry = rules_.entries()[hit.entry];
  if (hit.person != 0) {
    const MessageLayout& person = Catalogue::Get().person();
    const std::vector<Slot>& members = rows_.lists[person.index];
    const int id = person.Find("person_id")->slot;
    for (size_t at = 0; at < members.size(); at += person.row_slots) {
      if (members[at + id].number == hit.person) machine_.StandOn(&members[at]);
    }
  }
  const Slot* own_person = entry.rule.scope == Scope::kPerson ? machine_.person() : nullptr;
  machine_.Explain(entry.rule.explaining);
  std::vector<DecidingValue> values;
  for (const NotedField& note : machine_.notes()) {
    DecidingValue value = Show(note, own_person, codes);
    bool known = false;
    for (const DecidingValue& other : values) known = known || other.field == value.field;
    if (!known && values.size() < kMaxValues) values.push_back(std::move(value));
  }
  return values;
}

}  // namespace jz::identification::rules
