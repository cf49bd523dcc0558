// A compiled expression: instructions of a small register machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/identification/rules/expr.h"

namespace jz::identification::rules {

enum class Code : uint8_t {
  kConst,      // dst = imm
  kText,       // dst = texts[arg]
  kToday,      // dst = today
  kField,      // dst = bases[a][arg]
  kElement,    // dst = the code that loop a stands on
  kLatest,     // bases[kLatest] = latest episode of works of bases[a], arg: slot of it; imm: layout
  kTruth,      // dst = dst is there and not 0
  kHas,        // dst = dst is there
  kNot,        // dst = !dst
  kNegate,     // dst = -dst
  kCompare,    // dst = dst `b` a; numbers
  kTextEqual,  // dst = dst == a
  kTextUnequal,  // dst = dst != a
  kIn,           // dst = dst is one of numbers[arg … arg + imm)
  kTextIn,       // dst = dst is one of texts[arg … arg + imm)
  kInSet,        // dst = dst is one of the codes of set a
  kArithmetic,   // dst = dst op a; b: Expr::Op
  kAge,          // dst = age(dst, a)
  kMonths,       // dst = months(dst, a)
  kYear,
  kMonth,
  kDate,       // dst = date(dst, a, b)
  kTextSize,   // dst = size(dst)
  kTextMatch,  // dst = dst op a; b: Expr::Op
  kSize,       // dst = number of values of list or set dst
  kIncrement,  // dst = dst + 1

  // The usual leaves in one step each.
  kFieldCompare,  // dst = bases[a][arg] `b` imm
  kFieldHas,      // dst = bases[a][arg] is there
  kFieldIn,       // dst = bases[a][arg] is one of numbers[imm … imm + b)
  kFieldInSet,    // dst = imm is one of the codes of set bases[a][arg]

  kJump,         // to arg
  kJumpIfFalse,  // dst
  kJumpIfTrue,   // dst
  kLoopBegin,    // loop a runs over list dst of layout arg, -1: over set dst
  kLoopTest,     // to arg when loop a is over; else bases[a] = its row
  kLoopNext,     // the next element of loop a, to arg

  // Only in the program that explains.
  kNote,      // remember uses[arg]
  kMark,      // marks[a] = number of notes
  kKeepLast,  // forget the notes from marks[a] up to marks[b]
  kCut,       // forget the notes from marks[a] on
};

struct Instruction {
  Code code = Code::kConst;
  uint8_t dst = 0;
  uint8_t a = 0;
  uint8_t b = 0;
  int32_t arg = 0;
  int64_t imm = 0;
};

inline constexpr int kMaxRegisters = 128;
inline constexpr int kMaxMarks = 128;

struct Program {
  std::vector<Instruction> code;  // the result is in register 0
  std::vector<int64_t> numbers;
  std::vector<std::string> texts;
  std::vector<FieldUse> uses;  // every field that is read
};

}  // namespace jz::identification::rules
