#include "services/identification/rules/syntax.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/rules/token.h"

namespace jz::identification::rules {
namespace {

using NodePtr = std::unique_ptr<Node>;
using Result = absl::StatusOr<NodePtr>;

int CountCharacters(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Binds how strongly; 0 for what is no binary operator.
int Strength(const Token& token) {
  if (token.kind == Token::Kind::kName) return token.text == "in" ? 3 : 0;
  if (token.kind != Token::Kind::kSign) return 0;
  const std::string& sign = token.text;
  if (sign == "||") return 1;
  if (sign == "&&") return 2;
  if (sign == "==" || sign == "!=" || sign == "<" || sign == "<=" || sign == ">" || sign == ">=") {
    return 3;
  }
  if (sign == "+" || sign == "-") return 4;
  if (sign == "*" || sign == "/" || sign == "%") return 5;
  return 0;
}

class Parser {
 public:
  Parser(absl::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  Result Run() {
    JZ_ASSIGN_OR_RETURN(NodePtr root, ParseExpression());
    if (Peek().kind != Token::Kind::kEnd) {
      return Error(Peek().offset, "EXPRESSION_SYNTAX", "here the expression should have ended");
    }
    return root;
  }

 private:
  const Token& Peek() const { return tokens_[at_]; }
  const Token& Take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool IsSign(absl::string_view sign) const {
    return Peek().kind == Token::Kind::kSign && Peek().text == sign;
  }
  bool TakeSign(absl::string_view sign) {
    if (!IsSign(sign)) return false;
    Take();
    return true;
  }
  absl::Status Expect(absl::string_view sign) {
    if (TakeSign(sign)) return absl::OkStatus();
    return Error(Peek().offset, "EXPRESSION_SYNTAX", absl::StrCat("here should be ", sign));
  }
  absl::Status Error(size_t offset, absl::string_view reason, absl::string_view message) const {
    return ExpressionError(text_, offset, reason, message);
  }

  // Every node comes from here: the limits on number and depth hold for all.
  Result Make(Node::Kind kind, const Token& at, std::vector<NodePtr> children) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->offset = at.offset;
    node->text = at.text;
    node->number = at.number;
    for (const NodePtr& child : children) node->depth = std::max(node->depth, child->depth + 1);
    node->children = std::move(children);
    if (++nodes_ > kMaxNodes) {
      return Error(at.offset, "EXPRESSION_TOO_LARGE",
                   absl::StrCat("an expression has at most ", kMaxNodes, " parts"));
    }
    if (node->depth > kMaxDepth) return TooDeep(at.offset);
    return node;
  }
  absl::Status TooDeep(size_t offset) const {
    return Error(offset, "EXPRESSION_TOO_DEEP",
                 absl::StrCat("parts may lie inside each other ", kMaxDepth, " deep"));
  }

  Result ParseExpression() {
    if (++recursion_ > kMaxDepth) return TooDeep(Peek().offset);
    Result result = ParseConditional();
    --recursion_;
    return result;
  }

  Result ParseConditional() {
    JZ_ASSIGN_OR_RETURN(NodePtr condition, ParseBinary(1));
    if (!IsSign("?")) return condition;
    const Token at = Take();
    std::vector<NodePtr> children;
    children.push_back(std::move(condition));
    JZ_ASSIGN_OR_RETURN(NodePtr yes, ParseExpression());
    children.push_back(std::move(yes));
    JZ_RETURN_IF_ERROR(Expect(":"));
    JZ_ASSIGN_OR_RETURN(NodePtr no, ParseExpression());
    children.push_back(std::move(no));
    return Make(Node::Kind::kConditional, at, std::move(children));
  }

  Result ParseBinary(int strength) {
    if (strength > 5) return ParseUnary();
    JZ_ASSIGN_OR_RETURN(NodePtr left, ParseBinary(strength + 1));
    if (strength <= 2) return ParseChain(strength, std::move(left));
    while (Strength(Peek()) == strength) {
      const Token at = Take();
      std::vector<NodePtr> children;
      children.push_back(std::move(left));
      JZ_ASSIGN_OR_RETURN(NodePtr right, ParseBinary(strength + 1));
      children.push_back(std::move(right));
      JZ_ASSIGN_OR_RETURN(left, Make(Node::Kind::kBinary, at, std::move(children)));
    }
    return left;
  }

  // a && b && c is one node of three children: long lists of conditions are not deep.
  Result ParseChain(int strength, NodePtr first) {
    if (Strength(Peek()) != strength) return first;
    const Token at = Peek();
    std::vector<NodePtr> children;
    children.push_back(std::move(first));
    while (Strength(Peek()) == strength) {
      Take();
      JZ_ASSIGN_OR_RETURN(NodePtr next, ParseBinary(strength + 1));
      children.push_back(std::move(next));
    }
    return Make(strength == 1 ? Node::Kind::kOr : Node::Kind::kAnd, at, std::move(children));
  }

  Result ParseUnary() {
    if (!IsSign("!") && !IsSign("-")) return ParsePostfix();
    if (++recursion_ > kMaxDepth) return TooDeep(Peek().offset);
    const Token at = Take();
    std::vector<NodePtr> children;
    JZ_ASSIGN_OR_RETURN(NodePtr operand, ParseUnary());
    --recursion_;
    children.push_back(std::move(operand));
    return Make(at.text == "!" ? Node::Kind::kNot : Node::Kind::kNegate, at, std::move(children));
  }

  Result ParsePostfix() {
    JZ_ASSIGN_OR_RETURN(NodePtr node, ParsePrimary());
    while (TakeSign(".")) {
      const Token name = Take();
      if (name.kind != Token::Kind::kName) {
        return Error(name.offset, "EXPRESSION_SYNTAX", "after a point stands a name");
      }
      std::vector<NodePtr> children;
      children.push_back(std::move(node));
      Node::Kind kind = Node::Kind::kMember;
      if (TakeSign("(")) {
        kind = Node::Kind::kMethod;
        JZ_RETURN_IF_ERROR(ParseList(")", kMaxListLiterals, children));
      }
      JZ_ASSIGN_OR_RETURN(node, Make(kind, name, std::move(children)));
    }
    return node;
  }

  Result ParsePrimary() {
    const Token token = Take();
    switch (token.kind) {
      case Token::Kind::kInt:
        return Make(Node::Kind::kInt, token, {});
      case Token::Kind::kString:
        return Make(Node::Kind::kString, token, {});
      case Token::Kind::kName:
        return ParseName(token);
      case Token::Kind::kEnd:
        return Error(token.offset, "EXPRESSION_SYNTAX", "the expression ends too early");
      case Token::Kind::kSign:
        break;
    }
    if (token.text == "(") {
      JZ_ASSIGN_OR_RETURN(NodePtr inner, ParseExpression());
      JZ_RETURN_IF_ERROR(Expect(")"));
      return inner;
    }
    if (token.text == "[") {
      std::vector<NodePtr> children;
      JZ_RETURN_IF_ERROR(ParseList("]", kMaxListLiterals, children));
      return Make(Node::Kind::kList, token, std::move(children));
    }
    return Error(token.offset, "EXPRESSION_SYNTAX",
                 absl::StrCat("no value begins with ", token.text));
  }

  Result ParseName(const Token& token) {
    if (token.text == "true" || token.text == "false") {
      Token value = token;
      value.number = token.text == "true" ? 1 : 0;
      return Make(Node::Kind::kBool, value, {});
    }
    if (token.text == "in") {
      return Error(token.offset, "EXPRESSION_SYNTAX", "`in` stands between a value and a list");
    }
    if (!TakeSign("(")) return Make(Node::Kind::kName, token, {});
    std::vector<NodePtr> children;
    JZ_RETURN_IF_ERROR(ParseList(")", kMaxListLiterals, children));
    return Make(Node::Kind::kCall, token, std::move(children));
  }

  absl::Status ParseList(absl::string_view end, int limit, std::vector<NodePtr>& children) {
    if (TakeSign(end)) return absl::OkStatus();
    const size_t offset = Peek().offset;
    for (int count = 1;; ++count) {
      if (count > limit) {
        return Error(offset, "EXPRESSION_LIST_TOO_LONG",
                     absl::StrCat("a list has at most ", limit, " values"));
      }
      JZ_ASSIGN_OR_RETURN(NodePtr child, ParseExpression());
      children.push_back(std::move(child));
      if (!TakeSign(",")) return Expect(end);
    }
  }

  const absl::string_view text_;
  const std::vector<Token> tokens_;
  size_t at_ = 0;
  int nodes_ = 0;
  int recursion_ = 0;
};

}  // namespace

absl::Status ExpressionError(absl::string_view expression, size_t offset, absl::string_view reason,
                             absl::string_view message) {
  const std::string position =
      absl::StrCat(CountCharacters(expression.substr(0, std::min(offset, expression.size()))) + 1);
  return InvalidArgument(reason, {{"position", position}},
                         absl::StrCat("at ", position, ": ", message));
}

absl::StatusOr<std::unique_ptr<Node>> Parse(absl::string_view expression) {
  if (expression.size() > kMaxCharacters * size_t{4} ||
      CountCharacters(expression) > kMaxCharacters) {
    return ExpressionError(
        expression, 0, "EXPRESSION_TOO_LONG",
        absl::StrCat("an expression has at most ", kMaxCharacters, " characters"));
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(expression));
  if (tokens.size() == 1) {
    return ExpressionError(expression, 0, "EXPRESSION_EMPTY", "there is no condition");
  }
  return Parser(expression, std::move(tokens)).Run();
}

}  // namespace jz::identification::rules
