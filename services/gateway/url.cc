#include "services/gateway/url.h"

#include <google/protobuf/stubs/common.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace jz::gateway {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> PercentDecode(absl::string_view text, Decode how) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && how == Decode::kForm) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      const char byte = static_cast<char>(high * 16 + low);
      if (byte == '/' && how == Decode::kKeepSlash) {
        out.append(text.substr(i, 3).data(), 3);
      } else {
        out += byte;
      }
      i += 2;
    }
  }
  if (!IsUtf8(out)) return std::nullopt;
  return out;
}

bool IsUtf8(absl::string_view text) {
  return google::protobuf::internal::IsStructurallyValidUTF8(text.data(),
                                                             static_cast<int>(text.size()));
}

std::vector<std::pair<absl::string_view, absl::string_view>> SplitQuery(absl::string_view query) {
  std::vector<std::pair<absl::string_view, absl::string_view>> parameters;
  for (absl::string_view piece : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const size_t equals = piece.find('=');
    if (equals == absl::string_view::npos) {
      parameters.emplace_back(piece, absl::string_view());
    } else {
      parameters.emplace_back(piece.substr(0, equals), piece.substr(equals + 1));
    }
  }
  return parameters;
}

}  // namespace jz::gateway
