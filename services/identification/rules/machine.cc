#include "services/identification/rules/machine.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "services/identification/rules/calendar.h"

namespace jz::identification::rules {
namespace {

// Notes beyond it are not kept: nobody reads so many.
constexpr size_t kMaxNotes = 200;

Slot Yes(bool yes) { return {.number = yes ? 1 : 0, .count = 1}; }
Slot Number(std::optional<int64_t> number) {
  return number ? Slot{.number = *number, .count = 1} : Slot{};
}
absl::string_view TextOf(const Slot& slot) {
  return {reinterpret_cast<const char*>(slot.number), static_cast<size_t>(slot.count)};
}
Slot TextSlot(const std::string& text) {
  return {.number = reinterpret_cast<intptr_t>(text.data()),
          .count = static_cast<int64_t>(text.size())};
}

bool Holds(Compare compare, int64_t left, int64_t right) {
  switch (compare) {
    case Compare::kEqual:
      return left == right;
    case Compare::kNotEqual:
      return left != right;
    case Compare::kLess:
      return left < right;
    case Compare::kLessEqual:
      return left <= right;
    case Compare::kGreater:
      return left > right;
    case Compare::kGreaterEqual:
      return left >= right;
  }
  return false;
}

std::optional<int64_t> Arithmetic(Expr::Op op, int64_t left, int64_t right) {
  int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Expr::Op::kAdd:
      overflow = __builtin_add_overflow(left, right, &result);
      break;
    case Expr::Op::kSubtract:
      overflow = __builtin_sub_overflow(left, right, &result);
      break;
    case Expr::Op::kMultiply:
      overflow = __builtin_mul_overflow(left, right, &result);
      break;
    default:
      if (right == 0) return std::nullopt;
      if (right == -1) {  // the smallest number has no positive counterpart
        if (op == Expr::Op::kRemainder) return 0;
        overflow = __builtin_sub_overflow(int64_t{0}, left, &result);
        break;
      }
      return op == Expr::Op::kDivide ? left / right : left % right;
  }
  return overflow ? std::nullopt : std::optional<int64_t>(result);
}

bool TextMatches(Expr::Op op, absl::string_view text, absl::string_view part) {
  if (op == Expr::Op::kStartsWith) return absl::StartsWith(text, part);
  if (op == Expr::Op::kEndsWith) return absl::EndsWith(text, part);
  return absl::StrContains(text, part);
}

int64_t CountCharacters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

bool Among(int64_t value, const int64_t* begin, int64_t count) {
  for (const int64_t* at = begin; at != begin + count; ++at) {
    if (*at == value) return true;
  }
  return false;
}

}  // namespace

Machine::Machine() {
  size_t longest = 0;
  for (const auto& message : Catalogue::Get().messages()) {
    longest = std::max(longest, static_cast<size_t>(message->row_slots));
  }
  nothing_.resize(longest);
}

void Machine::Note(const FieldUse& use) {
  if (notes_.size() < kMaxNotes) {
    notes_.push_back({.use = &use, .row = bases_[static_cast<int>(use.base)]});
  }
}

const Slot* Machine::LatestOf(const Slot* row, const Instruction& step) const {
  const Slot& latest = row[step.arg];
  if (latest.count == 0) return nothing_.data();
  const int stride = Catalogue::Get().messages()[step.imm]->row_slots;
  return rows_->lists[step.imm].data() + latest.number * stride;
}

bool Machine::SetHas(const Slot& set, int64_t code) const {
  const int32_t* at = rows_->codes.data() + set.number;
  for (int64_t i = 0; i < set.count; ++i) {
    if (at[i] == code) return true;
  }
  return false;
}

template <bool explains>
bool Machine::Execute(const Program& program) {
  if constexpr (explains) notes_.clear();
  const Instruction* const begin = program.code.data();
  const Instruction* const end = begin + program.code.size();
  for (const Instruction* at = begin; at != end; ++at) {
    const Instruction& step = *at;
    Slot& dst = registers_[step.dst];
    switch (step.code) {
      case Code::kFieldCompare: {
        const Slot& field = bases_[step.a][step.arg];
        dst = Yes(field.count != 0 && Holds(static_cast<Compare>(step.b), field.number, step.imm));
        break;
      }
      case Code::kFieldHas:
        dst = Yes(bases_[step.a][step.arg].count != 0);
        break;
      case Code::kFieldIn: {
        const Slot& field = bases_[step.a][step.arg];
        dst =
            Yes(field.count != 0 && Among(field.number, program.numbers.data() + step.imm, step.b));
        break;
      }
      case Code::kFieldInSet:
        dst = Yes(SetHas(bases_[step.a][step.arg], step.imm));
        break;
      case Code::kJump:
        at = begin + step.arg - 1;
        break;
      case Code::kJumpIfFalse:
        if (dst.number == 0) at = begin + step.arg - 1;
        break;
      case Code::kJumpIfTrue:
        if (dst.number != 0) at = begin + step.arg - 1;
        break;
      case Code::kLoopBegin: {
        Loop& loop = loops_[step.a];
        loop.at = dst.number;
        loop.end = dst.number + dst.count;
        loop.rows = step.arg < 0 ? nullptr : rows_->lists[step.arg].data();
        loop.stride = step.arg < 0 ? 0 : Catalogue::Get().messages()[step.arg]->row_slots;
        break;
      }
      case Code::kLoopTest: {
        const Loop& loop = loops_[step.a];
        if (loop.at >= loop.end) {
          at = begin + step.arg - 1;
        } else if (loop.rows != nullptr) {
          bases_[step.a] = loop.rows + loop.at * loop.stride;
        }
        break;
      }
      case Code::kLoopNext:
        ++loops_[step.a].at;
        at = begin + step.arg - 1;
        break;
      case Code::kConst:
        dst = {.number = step.imm, .count = 1};
        break;
      case Code::kText:
        dst = TextSlot(program.texts[step.arg]);
        break;
      case Code::kToday:
        dst = {.number = today_, .count = 1};
        break;
      case Code::kField:
        dst = bases_[step.a][step.arg];
        break;
      case Code::kElement:
        dst = {.number = rows_->codes[loops_[step.a].at], .count = 1};
        break;
      case Code::kLatest:
        bases_[static_cast<int>(Base::kLatest)] = LatestOf(bases_[step.a], step);
        break;
      case Code::kTruth:
        dst = Yes(dst.count != 0 && dst.number != 0);
        break;
      case Code::kHas:
        dst = Yes(dst.count != 0);
        break;
      case Code::kNot:
        dst = Yes(dst.number == 0);
        break;
      case Code::kNegate:
        dst = dst.count == 0 ? Slot{} : Number(Arithmetic(Expr::Op::kSubtract, 0, dst.number));
        break;
      case Code::kCompare: {
        const Slot& right = registers_[step.a];
        dst = Yes(dst.count != 0 && right.count != 0 &&
                  Holds(static_cast<Compare>(step.b), dst.number, right.number));
        break;
      }
      case Code::kTextEqual:
      case Code::kTextUnequal: {
        const Slot& right = registers_[step.a];
        dst = Yes(dst.count != 0 && right.count != 0 &&
                  (TextOf(dst) == TextOf(right)) == (step.code == Code::kTextEqual));
        break;
      }
      case Code::kIn:
        dst = Yes(dst.count != 0 && Among(dst.number, program.numbers.data() + step.arg, step.imm));
        break;
      case Code::kTextIn: {
        bool found = false;
        for (int64_t i = 0; dst.count != 0 && i < step.imm; ++i) {
          found = found || TextOf(dst) == program.texts[step.arg + i];
        }
        dst = Yes(found);
        break;
      }
      case Code::kInSet:
        dst = Yes(dst.count != 0 && SetHas(registers_[step.a], dst.number));
        break;
      case Code::kArithmetic: {
        const Slot& right = registers_[step.a];
        dst = dst.count == 0 || right.count == 0
                  ? Slot{}
                  : Number(Arithmetic(static_cast<Expr::Op>(step.b), dst.number, right.number));
        break;
      }
      case Code::kAge:
      case Code::kMonths: {
        const Slot& right = registers_[step.a];
        dst = dst.count == 0 || right.count == 0 ? Slot{}
              : step.code == Code::kAge          ? Number(FullYears(dst.number, right.number))
                                                 : Number(WholeMonths(dst.number, right.number));
        break;
      }
      case Code::kYear:
        dst = dst.count == 0 ? Slot{} : Number(YearOf(dst.number));
        break;
      case Code::kMonth:
        dst = dst.count == 0 ? Slot{} : Number(MonthOf(dst.number));
        break;
      case Code::kDate: {
        const Slot& month = registers_[step.a];
        const Slot& day = registers_[step.b];
        dst = dst.count == 0 || month.count == 0 || day.count == 0
                  ? Slot{}
                  : Number(DayFrom(dst.number, month.number, day.number));
        break;
      }
      case Code::kTextSize:
        dst = dst.count == 0 ? Slot{} : Slot{.number = CountCharacters(TextOf(dst)), .count = 1};
        break;
      case Code::kTextMatch: {
        const Slot& part = registers_[step.a];
        dst = Yes(dst.count != 0 && part.count != 0 &&
                  TextMatches(static_cast<Expr::Op>(step.b), TextOf(dst), TextOf(part)));
        break;
      }
      case Code::kSize:
        dst = {.number = dst.count, .count = 1};
        break;
      case Code::kIncrement:
        ++dst.number;
        break;
      case Code::kNote:
        if constexpr (explains) Note(program.uses[step.arg]);
        break;
      case Code::kMark:
        if constexpr (explains) marks_[step.a] = notes_.size();
        break;
      case Code::kKeepLast:
        if constexpr (explains) {
          notes_.erase(notes_.begin() + marks_[step.a], notes_.begin() + marks_[step.b]);
        }
        break;
      case Code::kCut:
        if constexpr (explains) notes_.resize(marks_[step.a]);
        break;
    }
  }
  return registers_[0].number != 0;
}

template bool Machine::Execute<false>(const Program& program);
template bool Machine::Execute<true>(const Program& program);

}  // namespace jz::identification::rules
