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
  int code = 0;      // 4; 0 means that there is nothing (未享受), and is kept as absent
  std::string key;   // `no_labour`, the name that rules use: lower_snake, never changes
  std::string zh;    // 无劳动力
  std::string en;    // no labour
  std::vector<std::string> aliases;  // other texts that are accepted for it: 无劳动能力
  std::string written;               // the code as files and columns have it: "04"
};

// The codes that are valid on one day in one region. Immutable; share it.
class CodeBook {
 public:
  // Of two entries with the same list and code the later one holds.
  explicit CodeBook(std::vector<CodeEntry> entries);

  bool HasList(absl::string_view list) const;
  // In the order of codes; empty when there is no such list.
  absl::Span<const CodeEntry> List(absl::string_view list) const;
  // Names of all lists, sorted.
  std::vector<std::string> ListNames() const;
  // By code ("4", "04"), key, Chinese label or alias; blanks around it are ignored.
  std::optional<int> Find(absl::string_view list, absl::string_view text) const;
  // The same, as it is written: "04".
  std::optional<std::string> FindWritten(absl::string_view list, absl::string_view text) const;
  // nullptr when the list has no such code.
  const CodeEntry* Get(absl::string_view list, int code) const;

 private:
  struct Section {
    size_t begin = 0;
    size_t size = 0;
    absl::flat_hash_map<std::string, int> codes;  // by every text that stands for one
  };
  const Section* Find(absl::string_view list) const;

  std::vector<CodeEntry> entries_;  // by list, then code
  absl::flat_hash_map<std::string, Section> sections_;
};

// A code with the span of days in which it holds, first and last included.
struct DatedCode {
  CodeEntry entry;
  Date valid_from;
  std::optional<Date> valid_to;
};

// The lists that come with the suite (data/code_lists.csv), for the whole nation.
std::vector<DatedCode> DefaultCodes();
// Those of them without an end.
CodeBook DefaultCodeBook();

}  // namespace jz::identification
