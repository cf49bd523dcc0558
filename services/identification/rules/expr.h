// The rule language as a tree of meaning: names resolved, types known, literals turned into values.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/identification/rules/layout.h"
#include "services/identification/rules/type.h"

namespace jz::identification::rules {

// The rows that an expression can stand on while it runs.
enum class Base : uint8_t {
  kFrame,      // the household, or the village
  kPerson,     // of a PERSON rule
  kOuterLoop,  // the element of the outer macro
  kInnerLoop,  // of the inner one
  kLatest,     // the latest episode of one of those
};
inline constexpr int kBases = 5;

// A field of the row that `base` stands on, or of that row's latest episode of work.
struct FieldUse {
  Base base = Base::kFrame;
  bool latest = false;
  int slot = 0;
  const MessageLayout* message = nullptr;
  const FieldLayout* field = nullptr;  // nullptr: the latest episode itself
  std::string prefix = "";             // of single messages inside the frame: "household."
};

enum class Compare : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

struct Expr {
  enum class Op {
    kNumber,      // a number, a code, yes (1) or no (0)
    kText,        // `text`
    kLiterals,    // `numbers` or `texts`
    kToday,       //
    kField,       // `use`; also lists and sets
    kRecord,      // a row: `use` without field, `use.slot` where its fields begin
    kElement,     // the code that the loop of `use.base` stands on
    kHas,         // is children[0] there
    kNot,         //
    kNegate,      //
    kAnd,         //
    kOr,          //
    kCompare,     // children[0] `compare` children[1]
    kIn,          // is children[0] one of the literals of children[1]
    kInSet,       // is children[0] one of the codes of field children[1]
    kAdd,         //
    kSubtract,    //
    kMultiply,    //
    kDivide,      //
    kRemainder,   //
    kChoose,      // children[0] ? children[1] : children[2]
    kAge,         // (day, day)
    kMonths,      // (month or day, month or day)
    kYear,        //
    kMonth,       //
    kDate,        // (year, month, day)
    kTextSize,    //
    kStartsWith,  //
    kEndsWith,    //
    kContains,    //
    kFilter,      // children[0] list, children[1]… conditions; `use.base` is the loop
    kSize,        // of children[0], a list with or without filter
    kExists,      // children[0] list, children[1] condition; `use.base` is the loop
    kAll,         // the same
  };
  Op op = Op::kNumber;
  Type type;
  size_t offset = 0;
  FieldUse use = {};
  Compare compare = Compare::kEqual;
  int64_t number = 0;
  std::string text = "";
  std::vector<int64_t> numbers = {};
  std::vector<std::string> texts = {};
  std::vector<std::unique_ptr<Expr>> children = {};
};

using ExprPtr = std::unique_ptr<Expr>;

}  // namespace jz::identification::rules
