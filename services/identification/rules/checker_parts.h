// The checker's class; its parts are in checker.cc (values) and checker_calls.cc (functions and
// macros). Internal to this folder.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "services/identification/rules/checker.h"

namespace jz::identification::rules {

struct Function;

// The name that a macro gives to the element.
struct LoopVariable {
  std::string name;
  Base base;
  Type element;
};

// Checks one rule: Run() goes down the tree and builds that of meaning.
class Checker {
 public:
  using Op = Expr::Op;
  using Result = absl::StatusOr<ExprPtr>;

  Checker(const RuleText& rule, const CodeBook& codes) : rule_(rule), codes_(codes) {}

  Result Run(const Node& tree);

 private:
  absl::Status Error(const Node& at, absl::string_view reason, absl::string_view message) const {
    return ErrorAt(at.offset, reason, message);
  }
  absl::Status ErrorAt(size_t offset, absl::string_view reason, absl::string_view message) const {
    return ExpressionError(rule_.expression, offset, reason, message);
  }

  static ExprPtr Make(Op op, Type type, const Node& at) {
    auto expr = std::make_unique<Expr>();
    expr->op = op;
    expr->type = std::move(type);
    expr->offset = at.offset;
    return expr;
  }
  static ExprPtr MakeNumber(int64_t number, Type type, const Node& at) {
    ExprPtr expr = Make(Op::kNumber, std::move(type), at);
    expr->number = number;
    return expr;
  }
  static ExprPtr MakeText(std::string text, const Node& at) {
    ExprPtr expr = Make(Op::kText, {.kind = Kind::kString}, at);
    expr->text = std::move(text);
    return expr;
  }

  Result CheckNode(const Node& node);
  Result CheckName(const Node& node);
  Result CheckMember(const Node& node);
  Result CheckParameter(const Node& node);
  Result CheckList(const Node& node);
  Result CheckBinary(const Node& node);
  Result CheckCompare(const Node& node, Compare compare);
  Result CheckIn(const Node& node);
  Result CheckConditional(const Node& node);
  Result CheckCall(const Node& node);
  Result CheckMethod(const Node& node);
  Result CheckFunction(const Node& node, const Function& function);
  Result CheckSize(const Node& node);
  Result CheckHas(const Node& node);
  Result CheckMacro(const Node& node, Op op);

  // With the type that is needed; literals get it here.
  Result CheckAs(const Node& node, const Type& type);
  Result CheckCondition(const Node& node) { return CheckAs(node, {.kind = Kind::kBool}); }
  Result Coerce(ExprPtr expr, const Type& type);
  absl::StatusOr<int64_t> CodeOf(const std::string& text, const std::string& list, size_t offset);

  ExprPtr FieldOf(const Node& at, const FieldUse& row, const FieldLayout& field) const;
  ExprPtr RowOf(const Node& at, Base base, const MessageLayout& message) const;

  const RuleText& rule_;
  const CodeBook& codes_;
  const Catalogue& catalogue_ = Catalogue::Get();
  std::vector<LoopVariable> variables_;
  int loops_ = 0;
  std::set<std::string> used_params_;
};

}  // namespace jz::identification::rules
