#include "services/identification/rules/token.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/identification/rules/syntax.h"

namespace jz::identification::rules {
namespace {

// Longer signs first: "<=" is not "<" and "=".
constexpr absl::string_view kSigns[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">",
                                        "!",  "+",  "-",  "*",  "/",  "%",  "?", ":",
                                        "(",  ")",  "[",  "]",  ",",  "."};

bool IsNameStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool IsNamePart(char c) { return absl::ascii_isalnum(c) || c == '_'; }

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    while (true) {
      while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
      Token token{.offset = at_, .text = ""};
      if (at_ == text_.size()) {
        tokens.push_back(std::move(token));
        return tokens;
      }
      if (absl::Status status = Read(token); !status.ok()) return status;
      tokens.push_back(std::move(token));
    }
  }

 private:
  absl::Status Read(Token& token) {
    const char c = text_[at_];
    if (c == '\'' || c == '"') return ReadString(token);
    if (absl::ascii_isdigit(c)) return ReadNumber(token);
    if (IsNameStart(c)) {
      size_t end = at_;
      while (end < text_.size() && IsNamePart(text_[end])) ++end;
      token.kind = Token::Kind::kName;
      token.text = std::string(text_.substr(at_, end - at_));
      at_ = end;
      return absl::OkStatus();
    }
    for (absl::string_view sign : kSigns) {
      if (!absl::StartsWith(text_.substr(at_), sign)) continue;
      token.kind = Token::Kind::kSign;
      token.text = std::string(sign);
      at_ += sign.size();
      return absl::OkStatus();
    }
    return ExpressionError(text_, at_, "EXPRESSION_CHARACTER",
                           "this character has no meaning outside quotes");
  }

  absl::Status ReadNumber(Token& token) {
    size_t end = at_;
    while (end < text_.size() && absl::ascii_isdigit(text_[end])) ++end;
    token.kind = Token::Kind::kInt;
    token.text = std::string(text_.substr(at_, end - at_));
    const bool fraction =
        end + 1 < text_.size() && text_[end] == '.' && absl::ascii_isdigit(text_[end + 1]);
    if (fraction || (end < text_.size() && IsNameStart(text_[end])) ||
        !absl::SimpleAtoi(token.text, &token.number)) {
      return ExpressionError(text_, at_, "EXPRESSION_NUMBER",
                             "only whole numbers of up to 18 digits; money is in fen");
    }
    at_ = end;
    return absl::OkStatus();
  }

  absl::Status ReadString(Token& token) {
    token.kind = Token::Kind::kString;
    const char quote = text_[at_];
    for (size_t i = at_ + 1; i < text_.size(); ++i) {
      char c = text_[i];
      if (c == quote) {
        at_ = i + 1;
        return absl::OkStatus();
      }
      if (static_cast<unsigned char>(c) < 0x20) break;
      if (c == '\\') {
        if (++i == text_.size()) break;
        c = text_[i];
        if (c != '\\' && c != '\'' && c != '"') {
          return ExpressionError(text_, i, "EXPRESSION_STRING",
                                 "after a backslash stands a quote or a backslash");
        }
      }
      token.text.push_back(c);
    }
    return ExpressionError(text_, at_, "EXPRESSION_STRING", "this text has no closing quote");
  }

  const absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view expression) {
  return Lexer(expression).Run();
}

}  // namespace jz::identification::rules
