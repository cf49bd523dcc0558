// Functions and macros.
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/rules/checker_parts.h"

namespace jz::identification::rules {

using Op = Expr::Op;
using Result = absl::StatusOr<ExprPtr>;

// A function of values with fixed types.
struct Function {
  const char* name;
  Op op;
  std::vector<Type> parameters;
  Type result;
  bool method = false;  // text.startsWith(…)
};

namespace {

const std::vector<Function>& Functions() {
  const Type number = {.kind = Kind::kInt};
  const Type day = {.kind = Kind::kInt, .unit = Unit::kDay};
  const Type month = {.kind = Kind::kInt, .unit = Unit::kMonth};
  const Type text = {.kind = Kind::kText};
  const Type condition = {.kind = Kind::kBool};
  static const auto* functions = new std::vector<Function>{
      {"age", Op::kAge, {day, day}, number},
      {"months", Op::kMonths, {number, number}, number},
      {"year", Op::kYear, {number}, number},
      {"month", Op::kMonth, {number}, month},
      {"date", Op::kDate, {number, number, number}, day},
      {"startsWith", Op::kStartsWith, {text, text}, condition, true},
      {"endsWith", Op::kEndsWith, {text, text}, condition, true},
      {"contains", Op::kContains, {text, text}, condition, true},
  };
  return *functions;
}

}  // namespace

Result Checker::CheckCall(const Node& node) {
  if (node.text == "has") return CheckHas(node);
  if (node.text == "size") return CheckSize(node);
  for (const Function& function : Functions()) {
    if (!function.method && node.text == function.name) return CheckFunction(node, function);
  }
  return Error(node, "FUNCTION_UNKNOWN", absl::StrCat("there is no function ", node.text));
}

Result Checker::CheckMethod(const Node& node) {
  if (node.text == "size") return CheckSize(node);
  if (node.text == "exists") return CheckMacro(node, Op::kExists);
  if (node.text == "all") return CheckMacro(node, Op::kAll);
  if (node.text == "filter") return CheckMacro(node, Op::kFilter);
  for (const Function& function : Functions()) {
    if (function.method && node.text == function.name) return CheckFunction(node, function);
  }
  return Error(node, "FUNCTION_UNKNOWN", absl::StrCat("there is no function ", node.text));
}

Result Checker::CheckFunction(const Node& node, const Function& function) {
  if (node.children.size() != function.parameters.size()) {
    return Error(node, "ARGUMENTS",
                 absl::StrCat(node.text, " takes ",
                              function.parameters.size() - (function.method ? 1 : 0), " values"));
  }
  ExprPtr expr = Make(function.op, function.result, node);
  for (size_t i = 0; i < node.children.size(); ++i) {
    JZ_ASSIGN_OR_RETURN(ExprPtr value, CheckAs(*node.children[i], function.parameters[i]));
    expr->children.push_back(std::move(value));
  }
  return expr;
}

Result Checker::CheckSize(const Node& node) {
  if (node.children.size() != 1) return Error(node, "ARGUMENTS", "size takes one value");
  JZ_ASSIGN_OR_RETURN(ExprPtr value, CheckNode(*node.children[0]));
  const Kind kind = value->type.kind;
  if (kind != Kind::kText && kind != Kind::kRecords && kind != Kind::kCodeSet) {
    return Error(node, "TYPE_MISMATCH", absl::StrCat("no size has ", Describe(value->type)));
  }
  ExprPtr expr = Make(kind == Kind::kText ? Op::kTextSize : Op::kSize, {.kind = Kind::kInt}, node);
  expr->children.push_back(std::move(value));
  return expr;
}

Result Checker::CheckHas(const Node& node) {
  if (node.children.size() != 1) return Error(node, "ARGUMENTS", "has takes one value");
  JZ_ASSIGN_OR_RETURN(ExprPtr value, CheckNode(*node.children[0]));
  const bool latest = value->op == Op::kRecord && value->use.latest;
  if (value->op != Op::kField && value->op != Op::kAge && !latest) {
    return Error(node, "TYPE_MISMATCH", "has() asks for a field");
  }
  ExprPtr expr = Make(Op::kHas, {.kind = Kind::kBool}, node);
  expr->children.push_back(std::move(value));
  return expr;
}

Result Checker::CheckMacro(const Node& node, Op op) {
  if (node.children.size() != 3 || node.children[1]->kind != Node::Kind::kName) {
    return Error(node, "ARGUMENTS",
                 absl::StrCat(node.text, " takes a name and a condition: list.", node.text,
                              "(m, m.age > 16)"));
  }
  JZ_ASSIGN_OR_RETURN(ExprPtr list, CheckNode(*node.children[0]));
  const Kind kind = list->type.kind;
  if (kind != Kind::kRecords && kind != Kind::kCodeSet) {
    return Error(node, "TYPE_MISMATCH",
                 absl::StrCat(node.text, " needs a list, this is ", Describe(list->type)));
  }
  const std::string& name = node.children[1]->text;
  static const auto* taken = new std::set<std::string>{"person", "params", "today", "village"};
  bool used = taken->contains(name) || catalogue_.household().Find(name) != nullptr;
  for (const LoopVariable& variable : variables_) used = used || variable.name == name;
  if (used) {
    return Error(*node.children[1], "NAME_TAKEN", absl::StrCat(name, " means something already"));
  }
  if (loops_ == kMaxMacroNesting) {
    return Error(node, "EXPRESSION_MACROS_NESTED",
                 "macros lie inside each other at most two deep: more would run too long");
  }
  const Base base = loops_ == 0 ? Base::kOuterLoop : Base::kInnerLoop;
  Type element = list->type;
  element.kind = kind == Kind::kRecords ? Kind::kRecord : Kind::kCode;
  variables_.push_back({.name = name, .base = base, .element = element});
  ++loops_;
  Result condition = CheckCondition(*node.children[2]);
  --loops_;
  variables_.pop_back();
  JZ_RETURN_IF_ERROR(condition.status());
  if (op == Op::kFilter && list->op == Op::kFilter) {
    list->children.push_back(*std::move(condition));
    return list;
  }
  ExprPtr expr = Make(op, op == Op::kFilter ? list->type : Type{.kind = Kind::kBool}, node);
  expr->use.base = base;
  expr->children.push_back(std::move(list));
  expr->children.push_back(*std::move(condition));
  return expr;
}

}  // namespace jz::identification::rules
