#include "services/gateway/path_template.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/status.h"

namespace jz::gateway {
namespace {

// Reads left to right and stops at the first problem.
class Reader {
 public:
  explicit Reader(absl::string_view text) : rest_(text) { result_.text = std::string(text); }

  absl::StatusOr<PathTemplate> Read() {
    if (!absl::ConsumePrefix(&rest_, "/")) return Error("does not begin with '/'");
    if (!ReadSegments(/*inside=*/false)) return Error(problem_);
    if (absl::ConsumePrefix(&rest_, ":")) {
      result_.verb = std::string(rest_);
      if (rest_.empty() || rest_.find_first_of("/{}*:") != absl::string_view::npos) {
        return Error("has a malformed verb");
      }
      rest_ = "";
    }
    if (!rest_.empty()) return Error(absl::StrCat("has an unexpected '", rest_.substr(0, 1), "'"));
    for (size_t i = 0; i + 1 < result_.segments.size(); ++i) {
      if (result_.segments[i].match == PathTemplate::Match::kRest) {
        return Error("has '**' before the end");
      }
    }
    return std::move(result_);
  }

 private:
  // Segments up to the end, a verb, or the '}' of the variable they are in.
  bool ReadSegments(bool inside) {
    do {
      if (absl::ConsumePrefix(&rest_, "{")) {
        if (inside) return Fail("has a variable inside a variable");
        if (!ReadVariable()) return false;
      } else if (!ReadSegment()) {
        return false;
      }
    } while (absl::ConsumePrefix(&rest_, "/"));
    return true;
  }

  bool ReadSegment() {
    const size_t end = std::min(rest_.find_first_of("/{}:="), rest_.size());
    absl::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (text.empty()) return Fail("has an empty segment");
    PathTemplate::Segment segment;
    if (text == "*") {
      segment.match = PathTemplate::Match::kOne;
    } else if (text == "**") {
      segment.match = PathTemplate::Match::kRest;
    } else if (text.find('*') != absl::string_view::npos) {
      return Fail("has a '*' inside a segment");
    }
    segment.literal = std::string(text);
    result_.segments.push_back(std::move(segment));
    return true;
  }

  bool ReadVariable() {
    const size_t end = std::min(rest_.find_first_of("=}"), rest_.size());
    PathTemplate::Variable variable;
    variable.field_path = std::string(rest_.substr(0, end));
    variable.first = static_cast<int>(result_.segments.size());
    rest_.remove_prefix(end);
    if (variable.field_path.empty()) return Fail("has a variable without a field");
    if (absl::ConsumePrefix(&rest_, "=")) {
      if (!ReadSegments(/*inside=*/true)) return false;
    } else {
      result_.segments.push_back({PathTemplate::Match::kOne, "*"});
    }
    if (!absl::ConsumePrefix(&rest_, "}")) return Fail("has a variable without '}'");
    const bool open = result_.segments.back().match == PathTemplate::Match::kRest;
    const int count = static_cast<int>(result_.segments.size()) - variable.first;
    variable.last = open ? -1 : variable.first + count;
    variable.single = count == 1 && result_.segments.back().match == PathTemplate::Match::kOne;
    result_.variables.push_back(std::move(variable));
    return true;
  }

  bool Fail(absl::string_view problem) {
    problem_ = std::string(problem);
    return false;
  }

  absl::Status Error(absl::string_view problem) const {
    return InvalidArgument("PATH_TEMPLATE", {{"template", result_.text}},
                           absl::StrCat("path template ", result_.text, " ", problem));
  }

  absl::string_view rest_;
  PathTemplate result_;
  std::string problem_;
};

}  // namespace

absl::StatusOr<PathTemplate> PathTemplate::Parse(absl::string_view text) {
  return Reader(text).Read();
}

}  // namespace jz::gateway
