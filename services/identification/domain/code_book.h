// Code lists (编码表) as effective-dated data, ready for looking up. The lists that come with the
// suite stand in services/identification/data/code_lists.csv; regions add and close codes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/date.h"

namespace jz::identification {

// One code of a list.
struct CodeEntry {
  std::string list;  // `labour`
  int code = 0;      // 4; written as "04" where the list has two digits
  std::string key;   // `no_labour`, the name that rules use: lower_snake, never changes
  std::string zh;    // 无劳动力
  std::string en;    // no labour
  std::vector<std::string> aliases;  // other texts that are accepted for it: 无劳动能力
};

// The codes that are valid on one day in one region. Immutable; share it.
class CodeBook {
 public:
  explicit CodeBook(std::vector<CodeEntry> entries);

  bool HasList(absl::string_view list) const;
  // In the order of codes; empty when there is no such list.
  absl::Span<const CodeEntry> List(absl::string_view list) const;
  // By code ("4", "04"), key, Chinese label or alias; blanks around it are ignored.
  std::optional<int> Find(absl::string_view list, absl::string_view text) const;
  const CodeEntry* Get(absl::string_view list, int code) const;

 private:
  std::vector<CodeEntry> entries_;  // by list, then code
  absl::flat_hash_map<std::string, std::pair<size_t, size_t>> lists_;
  absl::flat_hash_map<std::pair<std::string, std::string>, int> texts_;
};

}  // namespace jz::identification
