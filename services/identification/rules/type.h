// Types of the rule language.
#pragma once

#include <string>

namespace jz::identification::rules {

struct MessageLayout;

enum class Kind {
  kInt,      // numbers, days, months, money
  kBool,     // also YesNo fields, which may be missing
  kCode,     // a code of `list`
  kCodeSet,  // codes of `list`
  kText,
  kRecords,  // a list of messages of `message`
  kRecord,   // one message of `message`, or nothing
  kString,   // a literal whose meaning its neighbour decides: code or text
  kInts,     // a list of literals
  kStrings,  // a list of literals
};

// What a number counts, as far as mixing it up would be a mistake.
enum class Unit { kNone, kMonth, kDay };

struct Type {
  Kind kind = Kind::kInt;
  Unit unit = Unit::kNone;
  std::string list = "";                   // of kCode and kCodeSet
  const MessageLayout* message = nullptr;  // of kRecords and kRecord
};

// "code of list labour", for messages to people.
std::string Describe(const Type& type);

}  // namespace jz::identification::rules
