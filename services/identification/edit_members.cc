#include "services/identification/edit_members.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/identification/domain/relation.h"
#include "services/identification/facts.h"
#include "services/identification/item_edit.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

constexpr int kMaxName = 64;
constexpr int kMaxNumber = 32;
constexpr int kMaxNote = 200;
constexpr int kMaxPersons = static_cast<int>(kMaxMembers);
constexpr char kNotAStudent[] = "01";
constexpr absl::string_view kItems = "items.";
constexpr absl::string_view kRelation = "relation_to_head";

std::string Written(const CodeBook& codes, absl::string_view list, int code) {
  const CodeEntry* entry = code == 0 ? nullptr : codes.Get(list, code);
  return entry == nullptr ? "" : entry->written;
}

int NumberOf(absl::string_view code) {
  int number = 0;
  return absl::SimpleAtoi(code, &number) ? number : 0;
}

absl::Status FieldError(const absl::Status& status, const std::string& path,
                        Violations& violations) {
  violations.Add(path, ReasonOf(status),
                 "an identity number of 18 characters, or a disability "
                 "card of 20 or 22");
  return absl::OkStatus();
}

}  // namespace

void ChangeHead(const HeadChange& change, const v1::NewHead& given, const CodeBook& codes,
                const std::string& path, HouseholdDraft& draft, Violations& violations) {
  std::map<PersonId, std::string> relations;
  for (int i = 0; i < given.relations_size(); ++i) {
    const std::string field = absl::StrCat(path, ".relations[", i, "]");
    auto id = PersonId::Parse(given.relations(i).person());
    const std::string code = Written(codes, "relation", given.relations(i).relation_to_head());
    if (!id.ok() || draft.Find(*id) == nullptr || *id == change.new_head) {
      violations.Add(field + ".person", "PERSON_NOT_PRESENT", "a present member, not the head");
    } else if (code.empty() || code == kHeadRelation) {
      violations.Add(field + ".relation_to_head", "CODE_UNKNOWN", "a code of list relation, not 1");
    } else if (!relations.emplace(*id, code).second) {
      violations.Add(field + ".person", "PERSON_DUPLICATE", "the person comes twice");
    }
  }
  const Person* head = draft.Find(change.new_head);
  auto settled = [&](PersonId id) {
    return std::find(change.settled.begin(), change.settled.end(), id) != change.settled.end();
  };
  // What a head who has just joined was to the old one is not known.
  const Relative new_head{
      .relation = settled(change.new_head) || change.old_head.empty() ? "" : head->relation,
      .sex = head->sex};
  for (Person& person : draft.members()) {
    std::optional<std::string> relation;
    if (auto found = relations.find(person.id); found != relations.end()) {
      relation = found->second;
    } else if (person.id == change.new_head) {
      relation = kHeadRelation;
    } else if (settled(person.id)) {
      continue;
    } else {
      relation = RelationToNewHead({.relation = person.relation, .sex = person.sex}, new_head,
                                   change.old_head_sex);
    }
    if (!relation) {
      violations.Add(path + ".relations", "RELATION_REQUIRED",
                     absl::StrCat("how ", person.id.Name(), " is related to the new head"));
    } else if (*relation != person.relation) {
      person.relation = *relation;
      draft.Touch(person);
    }
  }
  draft.household().head = change.new_head;
}

MemberEditor::MemberEditor(const EditContext& context, const v1::HouseholdEdit& edit,
                           const std::string& path, HouseholdDraft& draft, Violations& violations)
    : context_(context),
      edit_(edit),
      path_(path),
      draft_(draft),
      violations_(violations),
      old_head_(draft.household().head),
      joined_(edit.joins_size()) {
  if (const Person* head = draft.Find(old_head_)) old_head_sex_ = head->sex;
}

absl::Status MemberEditor::EditAll(sql::Transaction& tx) {
  const std::pair<const char*, int> parts[] = {{".members", edit_.members_size()},
                                               {".joins", edit_.joins_size()},
                                               {".leaves", edit_.leaves_size()}};
  for (const auto& [name, size] : parts) {
    if (size <= kMaxPersons) continue;
    violations_.Add(path_ + name, "TOO_MANY", "at most 50");
    return violations_.ToStatus();
  }
  for (int i = 0; i < edit_.members_size(); ++i) {
    JZ_RETURN_IF_ERROR(Correct(edit_.members(i), absl::StrCat(path_, ".members[", i, "]")));
  }
  for (int i = 0; i < edit_.leaves_size(); ++i) {
    Leave(edit_.leaves(i), absl::StrCat(path_, ".leaves[", i, "]"));
  }
  return JoinAll(tx);
}

absl::Status MemberEditor::Correct(const v1::MemberEdit& member, const std::string& path) {
  auto id = PersonId::Parse(member.person());
  Person* person = id.ok() ? draft_.Find(*id) : nullptr;
  if (person == nullptr) {
    violations_.Add(path + ".person", "PERSON_NOT_PRESENT", "a present member of the household");
    return absl::OkStatus();
  }
  for (const std::string& name : member.update_mask().paths()) {
    JZ_RETURN_IF_ERROR(CorrectValue(member.values(), name, path, *person));
  }
  SetColumns(*person);
  draft_.Touch(*person);
  return absl::OkStatus();
}

absl::Status MemberEditor::CorrectValue(const v1::MemberValues& values, absl::string_view name,
                                        const std::string& path, Person& person) {
  const std::string field = absl::StrCat(path, ".values.", name);
  if (absl::string_view item = name; absl::ConsumePrefix(&item, kItems)) {
    if (item == kRelation) {
      related_.push_back(person.id);
      // A person is somebody to the head.
      if (values.items().relation_to_head() == 0) {
        violations_.Add(field, "RELATION_REQUIRED", "a code of list relation");
      }
    }
    EditItem(values.items(), item, context_.codes, field, draft_.FactsOf(person.id), violations_);
  } else if (name == "display_name") {
    CheckText(values.display_name(), kMaxName, field, "TEXT_REQUIRED", violations_);
    person.name = values.display_name();
  } else if (name == "national_no") {
    CheckText(values.national_no(), kMaxNumber, field, nullptr, violations_);
    person.national_no = values.national_no();
  } else if (name == "phone") {
    return SetPersonPhone(values.phone(), field, person);
  } else if (name == "citizen_id") {
    auto id = CitizenId::Parse(values.citizen_id());
    if (!id.ok()) return FieldError(id.status(), field, violations_);
    return SetCitizenId(*id, person);
  } else {
    violations_.Add(path + ".update_mask", "ITEM_UNKNOWN",
                    absl::StrCat("no item ", field, " that can be corrected"));
  }
  return absl::OkStatus();
}

std::optional<Date> MemberEditor::DayOf(const std::string& text, const std::string& path) {
  absl::StatusOr<Date> day = ParseDate(text);
  if (!day.ok()) {
    violations_.Add(path, "DATE_FORMAT", "a civil day, YYYY-MM-DD");
    return std::nullopt;
  }
  if (*day > context_.today) violations_.Add(path, "DATE_FUTURE", "it lies in the future");
  return *day;
}

void MemberEditor::Leave(const v1::LeavingMember& leaving, const std::string& path) {
  auto id = PersonId::Parse(leaving.person());
  Person* person = id.ok() ? draft_.Find(*id) : nullptr;
  if (person == nullptr) {
    violations_.Add(path + ".person", "PERSON_NOT_PRESENT", "a present member of the household");
  }
  if (!IsDeparture(leaving.kind())) {
    violations_.Add(path + ".kind", "MEMBER_CHANGE_KIND", "01, 02, 03, 04, 08, 11 or 12");
  }
  CheckText(leaving.note(), kMaxNote, path + ".note", nullptr, violations_);
  const std::optional<Date> day = DayOf(leaving.date(), path + ".date");
  if (person == nullptr || !day) return;
  if (*day < person->joined_on) {
    violations_.Add(path + ".date", "LEFT_BEFORE_JOINED", "the person joined after that day");
  }
  Departure departure{.person = *person, .note = leaving.note()};
  departure.person.left_on = *day;
  departure.person.left_reason = leaving.kind();
  draft_.departures.push_back(std::move(departure));
  std::erase_if(draft_.put, [&](const Person& row) { return row.id == *id; });
  draft_.members().erase(draft_.members().begin() + (person - draft_.members().data()));
}

absl::Status MemberEditor::JoinAll(sql::Transaction& tx) {
  std::vector<std::optional<CitizenId>> ids;
  std::vector<std::string> hashes;
  for (int i = 0; i < edit_.joins_size(); ++i) {
    auto id = CitizenId::Parse(edit_.joins(i).values().citizen_id());
    const std::string field = absl::StrCat(path_, ".joins[", i, "].values.citizen_id");
    ids.push_back(id.ok() ? std::optional(*id) : std::nullopt);
    if (!id.ok()) {
      JZ_RETURN_IF_ERROR(FieldError(id.status(), field, violations_));
      continue;
    }
    const std::string hash = context_.sealer.Hash(kCitizenIdContext, id->Person());
    if (std::find(hashes.begin(), hashes.end(), hash) != hashes.end()) {
      violations_.Add(field, "PERSON_DUPLICATE", "the person comes twice");
    }
    hashes.push_back(hash);
  }
  JZ_ASSIGN_OR_RETURN(std::vector<PresentMember> present, FindPresentMembers(tx, hashes));
  for (const PresentMember& member : present) {
    if (member.household != draft_.household().id) {
      return PersonInOtherHousehold(path_ + ".joins.values.citizen_id");
    }
    violations_.Add(path_ + ".joins", "PERSON_IN_HOUSEHOLD", "the person is a member already");
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Person> departed,
                      FindDeparted(tx, draft_.household().id, hashes));
  for (int i = 0; i < edit_.joins_size(); ++i) {
    const Person* last = nullptr;
    for (const Person& person : departed) {
      if (ids[i] &&
          person.citizen_id_hash == context_.sealer.Hash(kCitizenIdContext, ids[i]->Person())) {
        last = &person;
      }
    }
    JZ_RETURN_IF_ERROR(Join(i, ids[i], last));
  }
  return absl::OkStatus();
}

absl::Status MemberEditor::Join(int index, const std::optional<CitizenId>& id,
                                const Person* departed) {
  const v1::JoiningMember& joining = edit_.joins(index);
  const std::string path = absl::StrCat(path_, ".joins[", index, "]");
  if (!IsJoining(joining.kind())) {
    violations_.Add(path + ".kind", "MEMBER_CHANGE_KIND", "05, 06, 07, 09 or 10");
  }
  const std::optional<Date> day = DayOf(joining.date(), path + ".date");
  const v1::MemberValues& values = joining.values();
  CheckText(values.display_name(), kMaxName, path + ".values.display_name", "TEXT_REQUIRED",
            violations_);
  CheckText(values.national_no(), kMaxNumber, path + ".values.national_no", nullptr, violations_);
  if (values.items().relation_to_head() == 0) {
    violations_.Add(path + ".values.items.relation_to_head", "RELATION_REQUIRED",
                    "a code of list relation");
  }
  if (!id || !day) return absl::OkStatus();
  if (*day < id->birth_date()) {
    violations_.Add(path + ".date", "JOINED_BEFORE_BIRTH", "the person was not born then");
  }
  if (departed != nullptr && *day < *departed->left_on) {
    violations_.Add(path + ".date", "JOINED_BEFORE_LEAVING", "the person left after that day");
  }
  Person person;
  person.id = departed != nullptr ? departed->id : PersonId(context_.new_ids[index]);
  person.household = draft_.household().id;
  person.region = draft_.household().region;
  person.name = values.display_name();
  person.national_no = values.national_no();
  person.joined_on = *day;
  person.joined_reason = joining.kind();
  if (departed != nullptr) {
    draft_.former.push_back(*departed);
    // Who comes back is known.
    for (const v1::PersonItems& items : draft_.facts().former_members()) {
      if (items.person_id() == person.id.value()) draft_.FactsOf(person.id) = items;
    }
  }
  JZ_RETURN_IF_ERROR(SetCitizenId(*id, person));
  JZ_RETURN_IF_ERROR(SetPersonPhone(values.phone(), path + ".values.phone", person));
  EditItemsThatAreSet(values.items(), context_.codes, path + ".values.items",
                      draft_.FactsOf(person.id), violations_);
  SetColumns(person);
  (departed != nullptr ? draft_.put : draft_.joined).push_back(person);
  draft_.members().push_back(person);
  joined_[index] = person.id;
  related_.push_back(person.id);
  return absl::OkStatus();
}

absl::Status MemberEditor::SetCitizenId(const CitizenId& id, Person& person) {
  person.sex = id.sex();
  person.birth_date = id.birth_date();
  person.citizen_id_hash = context_.sealer.Hash(kCitizenIdContext, id.Person());
  SetIdentityFacts(id, draft_.FactsOf(person.id));
  JZ_ASSIGN_OR_RETURN(person.citizen_id_sealed, context_.sealer.Seal(kCitizenIdContext, id.text()));
  return absl::OkStatus();
}

absl::Status MemberEditor::SetPersonPhone(const std::string& phone, const std::string& path,
                                          Person& person) {
  CheckPhone(phone, path, violations_);
  v1::PersonItems& items = draft_.FactsOf(person.id);
  items.clear_phone_digits();
  items.clear_phone_mobile();
  if (!phone.empty()) {
    const PhoneFacts facts = PhoneFactsOf(phone);
    items.set_phone_digits(facts.digits);
    items.set_phone_mobile(facts.mobile);
  }
  return SetPhone(context_.sealer, phone, kPersonPhoneContext, person.phone_sealed);
}

// What the columns of a person say follows the facts. What stays keeps also a code that has ended.
void MemberEditor::SetColumns(Person& person) {
  const v1::PersonItems& items = draft_.FactsOf(person.id);
  auto follow = [&](absl::string_view list, int code, std::string& column) {
    if (code != NumberOf(column)) column = Written(context_.codes, list, code);
  };
  follow("relation", items.relation_to_head(), person.relation);
  follow("ethnicity", items.ethnicity(), person.ethnicity);
  follow("education", items.education_level(), person.education);
  follow("labour", items.labour_capacity(), person.labour);
  if (items.student_status() != 0) {
    follow("student", items.student_status(), person.student);
  } else if (!person.student.empty()) {
    person.student = kNotAStudent;
  }
  std::set<int> before;
  for (const std::string& code : person.health) before.insert(NumberOf(code));
  const std::set<int> after(items.health_status().begin(), items.health_status().end());
  if (before == after) return;
  person.health.clear();
  for (int code : after) person.health.push_back(Written(context_.codes, "health", code));
}

void MemberEditor::SetHead() {
  const v1::NewHead& head = edit_.head();
  const std::string path = path_ + ".head";
  if (!edit_.has_head()) return;
  PersonId id;
  if (head.head_case() == v1::NewHead::kJoin) {
    const bool known = head.join() >= 0 && head.join() < edit_.joins_size();
    if (known) id = joined_[head.join()];
  } else if (auto parsed = PersonId::Parse(head.person()); parsed.ok()) {
    id = *parsed;
  }
  if (draft_.Find(id) == nullptr) {
    return violations_.Add(path, "PERSON_NOT_PRESENT",
                           "the head is a member who is present after the change");
  }
  if (id == old_head_ && head.relations_size() == 0) return;
  ChangeHead(
      {.new_head = id, .old_head = old_head_, .old_head_sex = old_head_sex_, .settled = related_},
      head, context_.codes, path, draft_, violations_);
}

}  // namespace jz::identification
