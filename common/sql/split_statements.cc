#include "common/sql/split_statements.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace jz::sql {
namespace {

// Where a string or quoted name that begins `text` ends (the position after it).
size_t QuotedEnd(absl::string_view text) {
  const char quote = text[0];
  size_t at = 1;
  while (at < text.size()) {
    if (text[at] == '\\' && quote != '`') {
      at += 2;
    } else if (text[at] == quote) {
      ++at;  // a doubled quote begins again at once, which comes to the same
      return at;
    } else {
      ++at;
    }
  }
  return text.size();
}

// The length of the comment that begins `text`; 0 when there is none.
size_t CommentLength(absl::string_view text) {
  bool dashes = absl::StartsWith(text, "--") && (text.size() == 2 || absl::ascii_isspace(text[2]));
  if (dashes || text[0] == '#') return std::min(text.find('\n'), text.size());
  if (!absl::StartsWith(text, "/*") || absl::StartsWith(text, "/*!")) return 0;
  size_t end = text.find("*/", 2);
  return end == absl::string_view::npos ? text.size() : end + 2;
}

}  // namespace

std::vector<std::string> SplitStatements(absl::string_view sql) {
  std::vector<std::string> statements;
  std::string current;
  auto end_statement = [&] {
    absl::StripAsciiWhitespace(&current);
    if (!current.empty()) statements.push_back(std::move(current));
    current.clear();
  };
  while (!sql.empty()) {
    size_t length = 1;
    if (size_t comment = CommentLength(sql); comment > 0) {
      current += ' ';
      length = comment;
    } else if (sql[0] == ';') {
      end_statement();
    } else {
      if (sql[0] == '\'' || sql[0] == '"' || sql[0] == '`') length = QuotedEnd(sql);
      current.append(sql.data(), length);
    }
    sql.remove_prefix(length);
  }
  end_statement();
  return statements;
}

}  // namespace jz::sql
