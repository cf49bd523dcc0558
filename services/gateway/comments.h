// Comments of the protos, as the descriptors keep them.
#pragma once

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"

namespace jz::gateway {

// A comment's text without the space after each "//".
inline std::string CleanComment(const std::string& comment) {
  std::vector<absl::string_view> lines = absl::StrSplit(comment, '\n');
  for (absl::string_view& line : lines) {
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
  return std::string(absl::StripAsciiWhitespace(absl::StrJoin(lines, "\n")));
}

// The comment above (or else behind) a message, field, enum value, service or method.
template <class Element>
std::string CommentOf(const Element& element) {
  google::protobuf::SourceLocation location;
  if (!element.GetSourceLocation(&location)) return "";
  const std::string leading = CleanComment(location.leading_comments);
  return leading.empty() ? CleanComment(location.trailing_comments) : leading;
}

}  // namespace jz::gateway
