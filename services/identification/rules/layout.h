// How facts lie in memory while rules run: every field of a message has a slot in a row of slots.
// Made once from the descriptors of facts.proto; nothing here knows a field by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/identification/rules/type.h"

namespace google::protobuf {
class Descriptor;
}

namespace jz::identification::rules {

// One value. count 0: missing. Else `number` is the value itself (count 1), or where the values
// begin: the address of `count` bytes of text, the first of `count` codes of a set, the first of
// `count` rows of a list.
struct Slot {
  int64_t number = 0;
  int64_t count = 0;
};

struct FieldLayout {
  std::string name;
  int number = 0;  // in the message
  int slot = 0;    // in the row; of a single message: where its own fields begin
  Type type;
  bool zero_is_value = false;  // declared `optional`
};

struct MessageLayout {
  std::string name;  // "PersonItems"
  int index = 0;     // of this layout in Catalogue::messages
  std::vector<FieldLayout> fields;
  std::vector<int> by_number;  // index into fields, or -1
  int row_slots = 0;           // with those of single messages inside
  // PersonItems: holds the row of the latest episode of `works`; else -1.
  int latest_slot = -1;

  const FieldLayout* Find(absl::string_view field) const;
};

// All messages that rules can read.
class Catalogue {
 public:
  // Of HouseholdFacts and VillageItems.
  static const Catalogue& Get();

  const MessageLayout& household() const { return *household_; }
  const MessageLayout& village() const { return *village_; }
  const MessageLayout& person() const { return *person_; }
  const std::vector<std::unique_ptr<MessageLayout>>& messages() const { return messages_; }

 private:
  Catalogue();
  MessageLayout* Add(const google::protobuf::Descriptor& descriptor);

  std::vector<std::unique_ptr<MessageLayout>> messages_;
  const MessageLayout* household_ = nullptr;
  const MessageLayout* village_ = nullptr;
  const MessageLayout* person_ = nullptr;
};

}  // namespace jz::identification::rules
