#include "services/identification/rules/checker_parts.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::identification::rules {
namespace {

using Op = Expr::Op;
using Result = absl::StatusOr<ExprPtr>;

bool IsLiteral(Kind kind) { return kind == Kind::kString; }

}  // namespace

Result Checker::Run(const Node& tree) {
  JZ_ASSIGN_OR_RETURN(ExprPtr root, CheckNode(tree));
  if (root->type.kind != Kind::kBool) {
    return Error(tree, "EXPRESSION_NOT_CONDITION",
                 absl::StrCat("a rule is a condition, this is ", Describe(root->type)));
  }
  for (const auto& [name, value] : rule_.params) {
    if (!used_params_.contains(name)) {
      return Error(tree, "PARAMETER_UNUSED", absl::StrCat("params.", name, " is not used"));
    }
  }
  return root;
}

ExprPtr Checker::RowOf(const Node& at, Base base, const MessageLayout& message) const {
  ExprPtr row = Make(Op::kRecord, {.kind = Kind::kRecord, .message = &message}, at);
  row->use.base = base;
  row->use.message = &message;
  return row;
}

ExprPtr Checker::FieldOf(const Node& at, const FieldUse& row, const FieldLayout& field) const {
  const bool record = field.type.kind == Kind::kRecord;
  ExprPtr expr = Make(record ? Op::kRecord : Op::kField, field.type, at);
  expr->use = row;
  expr->use.slot += field.slot;
  if (record) {
    expr->use.message = field.type.message;
    expr->use.prefix = absl::StrCat(row.prefix, field.name, ".");
  } else {
    expr->use.field = &field;
  }
  return expr;
}

Result Checker::CheckNode(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kInt:
      return MakeNumber(node.number, {.kind = Kind::kInt}, node);
    case Node::Kind::kBool:
      return MakeNumber(node.number, {.kind = Kind::kBool}, node);
    case Node::Kind::kString:
      return MakeText(node.text, node);
    case Node::Kind::kList:
      return CheckList(node);
    case Node::Kind::kName:
      return CheckName(node);
    case Node::Kind::kMember:
      return CheckMember(node);
    case Node::Kind::kCall:
      return CheckCall(node);
    case Node::Kind::kMethod:
      return CheckMethod(node);
    case Node::Kind::kBinary:
      return CheckBinary(node);
    case Node::Kind::kConditional:
      return CheckConditional(node);
    case Node::Kind::kNegate: {
      JZ_ASSIGN_OR_RETURN(ExprPtr operand, CheckAs(*node.children[0], {.kind = Kind::kInt}));
      if (operand->op == Op::kNumber) {
        operand->number = -operand->number;
        return operand;
      }
      ExprPtr expr = Make(Op::kNegate, {.kind = Kind::kInt}, node);
      expr->children.push_back(std::move(operand));
      return expr;
    }
    case Node::Kind::kNot:
    case Node::Kind::kAnd:
    case Node::Kind::kOr: {
      ExprPtr expr = Make(node.kind == Node::Kind::kNot   ? Op::kNot
                          : node.kind == Node::Kind::kAnd ? Op::kAnd
                                                          : Op::kOr,
                          {.kind = Kind::kBool}, node);
      for (const auto& child : node.children) {
        JZ_ASSIGN_OR_RETURN(ExprPtr condition, CheckCondition(*child));
        expr->children.push_back(std::move(condition));
      }
      return expr;
    }
  }
  return Internal("RULE_NODE_UNKNOWN", "a node without meaning");
}

Result Checker::CheckName(const Node& node) {
  for (const LoopVariable& variable : variables_) {
    if (variable.name != node.text) continue;
    if (variable.element.kind == Kind::kRecord) {
      return RowOf(node, variable.base, *variable.element.message);
    }
    ExprPtr element = Make(Op::kElement, variable.element, node);
    element->use.base = variable.base;
    return element;
  }
  if (node.text == "today") {
    return Make(Op::kToday, {.kind = Kind::kInt, .unit = Unit::kDay}, node);
  }
  if (rule_.scope == Scope::kVillage) {
    if (node.text == "village") return RowOf(node, Base::kFrame, catalogue_.village());
    return Error(node, "NAME_UNKNOWN",
                 absl::StrCat("there is no ", node.text, " here; village, params and today are"));
  }
  if (rule_.scope == Scope::kPerson && node.text == "person") {
    return RowOf(node, Base::kPerson, catalogue_.person());
  }
  const FieldLayout* field = catalogue_.household().Find(node.text);
  const bool shown =
      field != nullptr && (field->type.kind == Kind::kRecord || field->type.kind == Kind::kRecords);
  if (shown) return FieldOf(node, {.message = &catalogue_.household()}, *field);
  return Error(node, "NAME_UNKNOWN",
               absl::StrCat("there is no ", node.text, " here; ",
                            rule_.scope == Scope::kPerson ? "person, " : "",
                            "household, monitoring, income, members, params and today are"));
}

Result Checker::CheckMember(const Node& node) {
  const Node& object = *node.children[0];
  if (object.kind == Node::Kind::kName && object.text == "params") return CheckParameter(node);
  JZ_ASSIGN_OR_RETURN(ExprPtr row, CheckNode(object));
  if (row->op != Op::kRecord) {
    return Error(node, "TYPE_MISMATCH",
                 absl::StrCat("only records have fields; this is ", Describe(row->type)));
  }
  const MessageLayout& message = *row->use.message;
  if (const FieldLayout* field = message.Find(node.text); field != nullptr) {
    return FieldOf(node, row->use, *field);
  }
  if (message.latest_slot >= 0 && node.text == "work") {
    ExprPtr latest = Make(
        Op::kRecord, {.kind = Kind::kRecord, .message = message.Find("works")->type.message}, node);
    latest->use = row->use;
    latest->use.latest = true;
    latest->use.message = latest->type.message;
    return latest;
  }
  if (&message == &catalogue_.person() && node.text == "age") {
    ExprPtr age = Make(Op::kAge, {.kind = Kind::kInt}, node);
    age->children.push_back(FieldOf(node, row->use, *message.Find("birth_date")));
    age->children.push_back(Make(Op::kToday, {.kind = Kind::kInt, .unit = Unit::kDay}, node));
    return age;
  }
  if (message.name == "HouseholdItems" && node.text == "monitored") {
    const FieldLayout& monitoring = *catalogue_.household().Find("monitoring");
    ExprPtr record = FieldOf(node, {.message = &catalogue_.household()}, monitoring);
    ExprPtr has = Make(Op::kHas, {.kind = Kind::kBool}, node);
    has->children.push_back(
        FieldOf(node, record->use, *monitoring.type.message->Find("monitored_category")));
    return has;
  }
  return Error(node, "FIELD_UNKNOWN", absl::StrCat(message.name, " has no field ", node.text));
}

Result Checker::CheckParameter(const Node& node) {
  auto found = rule_.params.find(node.text);
  if (found == rule_.params.end()) {
    return Error(node, "PARAMETER_UNKNOWN", absl::StrCat("the rule has no parameter ", node.text));
  }
  used_params_.insert(node.text);
  const ParamValue& value = found->second;
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return MakeNumber(*number, {.kind = Kind::kInt}, node);
  }
  if (const auto* yes = std::get_if<bool>(&value)) {
    return MakeNumber(*yes ? 1 : 0, {.kind = Kind::kBool}, node);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return MakeText(*text, node);
  if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
    ExprPtr list = Make(Op::kLiterals, {.kind = Kind::kInts}, node);
    list->numbers = *numbers;
    return list;
  }
  ExprPtr list = Make(Op::kLiterals, {.kind = Kind::kStrings}, node);
  list->texts = std::get<std::vector<std::string>>(value);
  return list;
}

Result Checker::CheckList(const Node& node) {
  ExprPtr list = Make(Op::kLiterals, {.kind = Kind::kInts}, node);
  for (const auto& child : node.children) {
    JZ_ASSIGN_OR_RETURN(ExprPtr value, CheckNode(*child));
    const bool number = value->op == Op::kNumber && value->type.kind == Kind::kInt;
    if (!number && value->op != Op::kText) {
      return Error(*child, "TYPE_MISMATCH", "lists hold numbers and texts that stand there");
    }
    if (number) {
      list->numbers.push_back(value->number);
    } else {
      list->texts.push_back(std::move(value->text));
    }
  }
  if (!list->numbers.empty() && !list->texts.empty()) {
    return Error(node, "TYPE_MISMATCH", "a list holds either numbers or texts");
  }
  if (node.children.empty()) return Error(node, "TYPE_MISMATCH", "a list holds something");
  if (!list->texts.empty()) list->type.kind = Kind::kStrings;
  return list;
}

Result Checker::CheckBinary(const Node& node) {
  if (node.text == "in") return CheckIn(node);
  static const auto* compares = new std::vector<std::pair<std::string, Compare>>{
      {"==", Compare::kEqual},     {"!=", Compare::kNotEqual}, {"<", Compare::kLess},
      {"<=", Compare::kLessEqual}, {">", Compare::kGreater},   {">=", Compare::kGreaterEqual}};
  for (const auto& [sign, compare] : *compares) {
    if (sign == node.text) return CheckCompare(node, compare);
  }
  static const auto* operators = new std::vector<std::pair<std::string, Op>>{{"+", Op::kAdd},
                                                                             {"-", Op::kSubtract},
                                                                             {"*", Op::kMultiply},
                                                                             {"/", Op::kDivide},
                                                                             {"%", Op::kRemainder}};
  for (const auto& [sign, op] : *operators) {
    if (sign != node.text) continue;
    ExprPtr expr = Make(op, {.kind = Kind::kInt}, node);
    for (const auto& child : node.children) {
      JZ_ASSIGN_OR_RETURN(ExprPtr operand, CheckAs(*child, {.kind = Kind::kInt}));
      expr->children.push_back(std::move(operand));
    }
    return expr;
  }
  return Internal("RULE_NODE_UNKNOWN", "an operator without meaning");
}

Result Checker::CheckCompare(const Node& node, Compare compare) {
  JZ_ASSIGN_OR_RETURN(ExprPtr left, CheckNode(*node.children[0]));
  JZ_ASSIGN_OR_RETURN(ExprPtr right, CheckNode(*node.children[1]));
  if (IsLiteral(left->type.kind) && IsLiteral(right->type.kind)) {
    return Error(node, "TYPE_MISMATCH", "two literals are compared");
  }
  if (IsLiteral(left->type.kind)) {
    JZ_ASSIGN_OR_RETURN(left, Coerce(std::move(left), right->type));
  } else {
    JZ_ASSIGN_OR_RETURN(right, Coerce(std::move(right), left->type));
  }
  const Type& type = left->type;
  const bool ordered = compare != Compare::kEqual && compare != Compare::kNotEqual;
  const bool scalar = type.kind == Kind::kInt || type.kind == Kind::kBool ||
                      type.kind == Kind::kCode || type.kind == Kind::kText;
  if (!scalar || (ordered && type.kind != Kind::kInt)) {
    return Error(node, "TYPE_MISMATCH",
                 absl::StrCat(node.text, " does not compare ", Describe(type)));
  }
  ExprPtr expr = Make(Op::kCompare, {.kind = Kind::kBool}, node);
  expr->compare = compare;
  expr->children.push_back(std::move(left));
  expr->children.push_back(std::move(right));
  return expr;
}

Result Checker::CheckIn(const Node& node) {
  JZ_ASSIGN_OR_RETURN(ExprPtr value, CheckNode(*node.children[0]));
  JZ_ASSIGN_OR_RETURN(ExprPtr list, CheckNode(*node.children[1]));
  if (list->type.kind == Kind::kCodeSet && list->op == Op::kField) {
    JZ_ASSIGN_OR_RETURN(value,
                        Coerce(std::move(value), {.kind = Kind::kCode, .list = list->type.list}));
    ExprPtr expr = Make(Op::kInSet, {.kind = Kind::kBool}, node);
    expr->children.push_back(std::move(value));
    expr->children.push_back(std::move(list));
    return expr;
  }
  if (list->op != Op::kLiterals) {
    return Error(*node.children[1], "TYPE_MISMATCH",
                 absl::StrCat("after `in` stands a list, not ", Describe(list->type)));
  }
  const Kind kind = value->type.kind;
  const bool numbers = list->type.kind == Kind::kInts;
  if (numbers ? kind != Kind::kInt : kind != Kind::kCode && kind != Kind::kText) {
    return Error(node, "TYPE_MISMATCH",
                 absl::StrCat("the list holds ", numbers ? "numbers" : "texts",
                              ", before `in` stands ", Describe(value->type)));
  }
  if (kind == Kind::kCode) {
    for (const std::string& text : list->texts) {
      JZ_ASSIGN_OR_RETURN(int64_t code, CodeOf(text, value->type.list, list->offset));
      list->numbers.push_back(code);
    }
    list->texts.clear();
  }
  ExprPtr expr = Make(Op::kIn, {.kind = Kind::kBool}, node);
  expr->children.push_back(std::move(value));
  expr->children.push_back(std::move(list));
  return expr;
}

Result Checker::CheckConditional(const Node& node) {
  JZ_ASSIGN_OR_RETURN(ExprPtr condition, CheckCondition(*node.children[0]));
  JZ_ASSIGN_OR_RETURN(ExprPtr yes, CheckNode(*node.children[1]));
  JZ_ASSIGN_OR_RETURN(ExprPtr no, CheckNode(*node.children[2]));
  if (IsLiteral(yes->type.kind)) {
    JZ_ASSIGN_OR_RETURN(yes, Coerce(std::move(yes), no->type));
  } else {
    JZ_ASSIGN_OR_RETURN(no, Coerce(std::move(no), yes->type));
  }
  const Kind kind = yes->type.kind;
  if (kind != Kind::kInt && kind != Kind::kBool && kind != Kind::kCode && kind != Kind::kText &&
      kind != Kind::kString) {
    return Error(node, "TYPE_MISMATCH",
                 absl::StrCat("? chooses between single values, not ", Describe(yes->type)));
  }
  ExprPtr expr = Make(Op::kChoose, yes->type, node);
  expr->children.push_back(std::move(condition));
  expr->children.push_back(std::move(yes));
  expr->children.push_back(std::move(no));
  return expr;
}

Result Checker::CheckAs(const Node& node, const Type& type) {
  JZ_ASSIGN_OR_RETURN(ExprPtr expr, CheckNode(node));
  return Coerce(std::move(expr), type);
}

absl::StatusOr<int64_t> Checker::CodeOf(const std::string& text, const std::string& list,
                                        size_t offset) {
  if (std::optional<int> code = codes_.Find(list, text)) return *code;
  return ErrorAt(offset, "CODE_UNKNOWN", absl::StrCat("list ", list, " has no code '", text, "'"));
}

Result Checker::Coerce(ExprPtr expr, const Type& type) {
  const Type& is = expr->type;
  if (IsLiteral(is.kind) && (type.kind == Kind::kCode || type.kind == Kind::kText)) {
    if (expr->op == Op::kChoose) {
      for (size_t i : {1, 2}) {
        JZ_ASSIGN_OR_RETURN(expr->children[i], Coerce(std::move(expr->children[i]), type));
      }
    } else if (type.kind == Kind::kText) {
      if (expr->text.empty()) {
        return ErrorAt(expr->offset, "TYPE_MISMATCH", "no text is '': write !has(…)");
      }
    } else {
      JZ_ASSIGN_OR_RETURN(expr->number, CodeOf(expr->text, type.list, expr->offset));
      expr->op = Op::kNumber;
    }
    expr->type = type;
    return expr;
  }
  const bool units = is.unit == type.unit || is.unit == Unit::kNone || type.unit == Unit::kNone;
  if (is.kind != type.kind || is.list != type.list || is.message != type.message || !units) {
    return ErrorAt(expr->offset, "TYPE_MISMATCH",
                   absl::StrCat("here should be ", Describe(type), ", not ", Describe(is)));
  }
  return expr;
}

absl::StatusOr<ExprPtr> Check(const Node& tree, const RuleText& rule, const CodeBook& codes) {
  return Checker(rule, codes).Run(tree);
}

}  // namespace jz::identification::rules
