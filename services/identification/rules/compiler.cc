#include "services/identification/rules/compiler.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification::rules {
namespace {

using Op = Expr::Op;

uint8_t Byte(Base base) { return static_cast<uint8_t>(base); }

Compare Mirrored(Compare compare) {
  switch (compare) {
    case Compare::kLess:
      return Compare::kGreater;
    case Compare::kLessEqual:
      return Compare::kGreaterEqual;
    case Compare::kGreater:
      return Compare::kLess;
    case Compare::kGreaterEqual:
      return Compare::kLessEqual;
    default:
      return compare;
  }
}

class Compiler {
 public:
  explicit Compiler(bool explains) : explains_(explains) {}

  absl::StatusOr<Program> Run(const Expr& condition) {
    Condition(condition, 0);
    if (overflow_) {
      return InvalidArgument("EXPRESSION_TOO_DEEP", {}, "parts lie too deep inside each other");
    }
    return std::move(program_);
  }

 private:
  struct At {
    int dst = 0;
    int a = 0;
    int b = 0;
    int64_t arg = 0;
    int64_t imm = 0;
  };

  int Emit(Code code, const At& at) {
    overflow_ = overflow_ || at.dst >= kMaxRegisters || at.a >= kMaxRegisters ||
                at.b >= kMaxRegisters || marks_ > kMaxMarks;
    program_.code.push_back({.code = code,
                             .dst = static_cast<uint8_t>(at.dst),
                             .a = static_cast<uint8_t>(at.a),
                             .b = static_cast<uint8_t>(at.b),
                             .arg = static_cast<int32_t>(at.arg),
                             .imm = at.imm});
    return static_cast<int>(program_.code.size()) - 1;
  }
  int Here() const { return static_cast<int>(program_.code.size()); }
  void Land(int jump) { program_.code[jump].arg = Here(); }
  void LandAll(const std::vector<int>& jumps) {
    for (int jump : jumps) Land(jump);
  }

  void Note(const FieldUse& use) {
    program_.uses.push_back(use);
    if (explains_) Emit(Code::kNote, {.arg = static_cast<int64_t>(program_.uses.size()) - 1});
  }
  // The base register to read `use` from.
  int Enter(const FieldUse& use) {
    if (!use.latest) return Byte(use.base);
    const MessageLayout& person = Catalogue::Get().person();
    Emit(Code::kLatest, {.a = Byte(use.base),
                         .arg = person.latest_slot,
                         .imm = person.Find("works")->type.message->index});
    return Byte(Base::kLatest);
  }
  int64_t AddText(const std::string& text) {
    program_.texts.push_back(text);
    return static_cast<int64_t>(program_.texts.size()) - 1;
  }

  // Leaves the value of `expr` in register dst; uses registers above it.
  void Value(const Expr& expr, int dst);
  // Leaves yes (1) or no (0), never a missing value.
  void Condition(const Expr& expr, int dst);
  void Operands(const Expr& expr, int dst) {
    for (size_t i = 0; i < expr.children.size(); ++i) {
      Value(*expr.children[i], dst + static_cast<int>(i));
    }
  }
  void Binary(Code code, const Expr& expr, int dst, int b = 0) {
    Operands(expr, dst);
    Emit(code, {.dst = dst, .a = dst + 1, .b = b});
  }
  void Has(const Expr& expr, int dst);
  void CompareValues(const Expr& expr, int dst);
  bool CompareField(const Expr& field, const Expr& constant, Compare compare, int dst);
  void In(const Expr& expr, int dst);
  void InSet(const Expr& expr, int dst);
  void Chain(const Expr& expr, int dst);
  void Choose(const Expr& expr, int dst);
  void Size(const Expr& expr, int dst);
  void Loop(const Expr& list, Base loop, const Expr* condition, Op op, int dst);

  const bool explains_;
  Program program_;
  int marks_ = 0;
  bool overflow_ = false;
};

void Compiler::Value(const Expr& expr, int dst) {
  switch (expr.op) {
    case Op::kNumber:
      Emit(Code::kConst, {.dst = dst, .imm = expr.number});
      return;
    case Op::kText:
      Emit(Code::kText, {.dst = dst, .arg = AddText(expr.text)});
      return;
    case Op::kToday:
      Emit(Code::kToday, {.dst = dst});
      return;
    case Op::kField: {
      Note(expr.use);
      const int base = Enter(expr.use);
      Emit(Code::kField, {.dst = dst, .a = base, .arg = expr.use.slot});
      return;
    }
    case Op::kElement:
      Emit(Code::kElement, {.dst = dst, .a = Byte(expr.use.base)});
      return;
    case Op::kNegate:
      Value(*expr.children[0], dst);
      Emit(Code::kNegate, {.dst = dst});
      return;
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kRemainder:
      return Binary(Code::kArithmetic, expr, dst, static_cast<int>(expr.op));
    case Op::kChoose:
      return Choose(expr, dst);
    case Op::kAge:
      return Binary(Code::kAge, expr, dst);
    case Op::kMonths:
      return Binary(Code::kMonths, expr, dst);
    case Op::kYear:
    case Op::kMonth:
      Value(*expr.children[0], dst);
      Emit(expr.op == Op::kYear ? Code::kYear : Code::kMonth, {.dst = dst});
      return;
    case Op::kDate:
      Operands(expr, dst);
      Emit(Code::kDate, {.dst = dst, .a = dst + 1, .b = dst + 2});
      return;
    case Op::kTextSize:
      Value(*expr.children[0], dst);
      Emit(Code::kTextSize, {.dst = dst});
      return;
    case Op::kSize:
      return Size(expr, dst);
    default:
      Condition(expr, dst);
  }
}

void Compiler::Condition(const Expr& expr, int dst) {
  switch (expr.op) {
    case Op::kHas:
      return Has(*expr.children[0], dst);
    case Op::kNot:
      Condition(*expr.children[0], dst);
      Emit(Code::kNot, {.dst = dst});
      return;
    case Op::kAnd:
    case Op::kOr:
      return Chain(expr, dst);
    case Op::kCompare:
      return CompareValues(expr, dst);
    case Op::kIn:
      return In(expr, dst);
    case Op::kInSet:
      return InSet(expr, dst);
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kContains:
      return Binary(Code::kTextMatch, expr, dst, static_cast<int>(expr.op));
    case Op::kExists:
    case Op::kAll:
      return Loop(*expr.children[0], expr.use.base, expr.children[1].get(), expr.op, dst);
    case Op::kField: {
      Note(expr.use);
      const int base = Enter(expr.use);
      Emit(Code::kFieldCompare, {.dst = dst,
                                 .a = base,
                                 .b = static_cast<int>(Compare::kEqual),
                                 .arg = expr.use.slot,
                                 .imm = 1});
      return;
    }
    default:
      Value(expr, dst);
      Emit(Code::kTruth, {.dst = dst});
  }
}

void Compiler::Has(const Expr& expr, int dst) {
  if (expr.op == Op::kField) {
    Note(expr.use);
    const int base = Enter(expr.use);
    Emit(Code::kFieldHas, {.dst = dst, .a = base, .arg = expr.use.slot});
  } else if (expr.op == Op::kRecord) {  // person.work
    Note(expr.use);
    Emit(Code::kFieldHas,
         {.dst = dst, .a = Byte(expr.use.base), .arg = Catalogue::Get().person().latest_slot});
  } else {
    Value(expr, dst);
    Emit(Code::kHas, {.dst = dst});
  }
}

bool Compiler::CompareField(const Expr& field, const Expr& constant, Compare compare, int dst) {
  if (field.op != Op::kField || constant.op != Op::kNumber) return false;
  Note(field.use);
  const int base = Enter(field.use);
  Emit(Code::kFieldCompare, {.dst = dst,
                             .a = base,
                             .b = static_cast<int>(compare),
                             .arg = field.use.slot,
                             .imm = constant.number});
  return true;
}

void Compiler::CompareValues(const Expr& expr, int dst) {
  const Expr& left = *expr.children[0];
  const Expr& right = *expr.children[1];
  if (CompareField(left, right, expr.compare, dst)) return;
  if (CompareField(right, left, Mirrored(expr.compare), dst)) return;
  if (left.type.kind == Kind::kText) {
    return Binary(expr.compare == Compare::kEqual ? Code::kTextEqual : Code::kTextUnequal, expr,
                  dst);
  }
  Binary(Code::kCompare, expr, dst, static_cast<int>(expr.compare));
}

void Compiler::In(const Expr& expr, int dst) {
  const Expr& value = *expr.children[0];
  const Expr& list = *expr.children[1];
  if (value.type.kind == Kind::kText) {
    Value(value, dst);
    const auto first = static_cast<int64_t>(program_.texts.size());
    for (const std::string& text : list.texts) AddText(text);
    Emit(Code::kTextIn, {.dst = dst, .arg = first, .imm = static_cast<int64_t>(list.texts.size())});
    return;
  }
  const auto first = static_cast<int64_t>(program_.numbers.size());
  program_.numbers.insert(program_.numbers.end(), list.numbers.begin(), list.numbers.end());
  const auto count = static_cast<int>(list.numbers.size());
  if (value.op == Op::kField && count < kMaxRegisters) {
    Note(value.use);
    const int base = Enter(value.use);
    Emit(Code::kFieldIn, {.dst = dst, .a = base, .b = count, .arg = value.use.slot, .imm = first});
    return;
  }
  Value(value, dst);
  Emit(Code::kIn, {.dst = dst, .arg = first, .imm = count});
}

void Compiler::InSet(const Expr& expr, int dst) {
  const Expr& value = *expr.children[0];
  const Expr& set = *expr.children[1];
  if (value.op != Op::kNumber) return Binary(Code::kInSet, expr, dst);
  Note(set.use);
  const int base = Enter(set.use);
  Emit(Code::kFieldInSet, {.dst = dst, .a = base, .arg = set.use.slot, .imm = value.number});
}

// && and ||. The part that decides alone (the one that is false, or true) is kept as explanation,
// the parts before it are forgotten.
void Compiler::Chain(const Expr& expr, int dst) {
  const Code decided = expr.op == Op::kAnd ? Code::kJumpIfFalse : Code::kJumpIfTrue;
  const Code undecided = expr.op == Op::kAnd ? Code::kJumpIfTrue : Code::kJumpIfFalse;
  const int begin = marks_++;
  const int last = marks_++;
  if (explains_) Emit(Code::kMark, {.a = begin});
  std::vector<int> ends;
  for (size_t i = 0; i < expr.children.size(); ++i) {
    if (!explains_) {
      Condition(*expr.children[i], dst);
      if (i + 1 < expr.children.size()) ends.push_back(Emit(decided, {.dst = dst}));
      continue;
    }
    Emit(Code::kMark, {.a = last});
    Condition(*expr.children[i], dst);
    const int next = Emit(undecided, {.dst = dst});
    Emit(Code::kKeepLast, {.a = begin, .b = last});
    ends.push_back(Emit(Code::kJump, {}));
    Land(next);
  }
  LandAll(ends);
  marks_ -= 2;
}

void Compiler::Choose(const Expr& expr, int dst) {
  Condition(*expr.children[0], dst);
  const int otherwise = Emit(Code::kJumpIfFalse, {.dst = dst});
  Value(*expr.children[1], dst);
  const int end = Emit(Code::kJump, {});
  Land(otherwise);
  Value(*expr.children[2], dst);
  Land(end);
}

void Compiler::Size(const Expr& expr, int dst) {
  const Expr& list = *expr.children[0];
  if (list.op == Op::kFilter) return Loop(list, list.use.base, nullptr, Op::kSize, dst);
  Value(list, dst);
  Emit(Code::kSize, {.dst = dst});
}

void Compiler::Loop(const Expr& list, Base loop, const Expr* condition, Op op, int dst) {
  const bool filtered = list.op == Op::kFilter;
  const Expr& source = filtered ? *list.children[0] : list;
  const int a = Byte(loop);
  const int begin = marks_++;
  const int last = marks_++;
  if (explains_) Emit(Code::kMark, {.a = begin});
  Value(source, dst);
  const bool rows = source.type.kind == Kind::kRecords;
  Emit(Code::kLoopBegin, {.dst = dst, .a = a, .arg = rows ? source.type.message->index : -1});
  Emit(Code::kConst, {.dst = dst, .imm = op == Op::kAll ? 1 : 0});
  const int test = Emit(Code::kLoopTest, {.a = a});
  if (explains_) Emit(Code::kMark, {.a = last});
  std::vector<int> drops;
  for (size_t i = 1; filtered && i < list.children.size(); ++i) {
    Condition(*list.children[i], dst + 1);
    drops.push_back(Emit(Code::kJumpIfFalse, {.dst = dst + 1}));
  }
  if (op == Op::kSize) {
    Emit(Code::kIncrement, {.dst = dst});
    Emit(Code::kLoopNext, {.a = a, .arg = test});
  } else {
    Condition(*condition, dst + 1);
    const bool all = op == Op::kAll;
    const int more = Emit(all ? Code::kJumpIfTrue : Code::kJumpIfFalse, {.dst = dst + 1});
    Emit(Code::kConst, {.dst = dst, .imm = all ? 0 : 1});
    if (explains_) Emit(Code::kKeepLast, {.a = begin, .b = last});
    const int found = Emit(Code::kJump, {});
    Land(more);
    Emit(Code::kLoopNext, {.a = a, .arg = test});
    LandAll(drops);
    if (explains_) Emit(Code::kCut, {.a = last});
    if (!drops.empty()) Emit(Code::kLoopNext, {.a = a, .arg = test});
    Land(found);
    Land(test);
    marks_ -= 2;
    return;
  }
  LandAll(drops);
  if (explains_) Emit(Code::kCut, {.a = last});
  if (!drops.empty()) Emit(Code::kLoopNext, {.a = a, .arg = test});
  Land(test);
  marks_ -= 2;
}

}  // namespace

absl::StatusOr<Program> CompileProgram(const Expr& condition, bool explains) {
  return Compiler(explains).Run(condition);
}

}  // namespace jz::identification::rules
