#include "services/identification/domain/code_book.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/identification/domain/csv.h"

namespace jz::identification {

absl::string_view CodeListsCsv();  // made from data/code_lists.csv

namespace {

// Columns of the data file.
enum { kList, kCode, kKey, kZh, kEn, kAliases, kValidFrom, kValidTo, kColumns };

DatedCode FromRow(const CsvRow& row) {
  const std::vector<std::string>& f = row.fields;
  DatedCode code{.entry = {.list = f[kList],
                           .key = f[kKey],
                           .zh = f[kZh],
                           .en = f[kEn],
                           .aliases = absl::StrSplit(f[kAliases], ';', absl::SkipEmpty()),
                           .written = f[kCode]},
                 .valid_from = ParseDate(f[kValidFrom]).value_or(Date()),
                 .valid_to = std::nullopt};
  if (!absl::SimpleAtoi(f[kCode], &code.entry.code)) code.entry.code = 0;
  if (!f[kValidTo].empty()) code.valid_to = ParseDate(f[kValidTo]).value_or(Date());
  return code;
}

}  // namespace

CodeBook::CodeBook(std::vector<CodeEntry> entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const CodeEntry& a, const CodeEntry& b) {
    return std::tie(a.list, a.code) < std::tie(b.list, b.code);
  });
  for (CodeEntry& entry : entries) {
    if (!entries_.empty() && entries_.back().list == entry.list &&
        entries_.back().code == entry.code) {
      entries_.back() = std::move(entry);
    } else {
      entries_.push_back(std::move(entry));
    }
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    const CodeEntry& entry = entries_[i];
    auto [found, is_new] = sections_.try_emplace(entry.list);
    Section& section = found->second;
    if (is_new) section.begin = i;
    ++section.size;
    section.codes.try_emplace(absl::StrCat(entry.code), entry.code);
    section.codes.try_emplace(entry.written, entry.code);
    section.codes.try_emplace(entry.key, entry.code);
    section.codes.try_emplace(entry.zh, entry.code);
  }
  // Behind all codes, keys and labels: an alias never hides one of them.
  for (const CodeEntry& entry : entries_) {
    for (const std::string& alias : entry.aliases) {
      sections_[entry.list].codes.try_emplace(alias, entry.code);
    }
  }
}

const CodeBook::Section* CodeBook::Find(absl::string_view list) const {
  auto found = sections_.find(list);
  return found == sections_.end() ? nullptr : &found->second;
}

bool CodeBook::HasList(absl::string_view list) const { return Find(list) != nullptr; }

absl::Span<const CodeEntry> CodeBook::List(absl::string_view list) const {
  const Section* section = Find(list);
  if (section == nullptr) return {};
  return absl::MakeConstSpan(entries_).subspan(section->begin, section->size);
}

std::vector<std::string> CodeBook::ListNames() const {
  std::vector<std::string> names;
  for (const auto& [name, section] : sections_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<int> CodeBook::Find(absl::string_view list, absl::string_view text) const {
  const Section* section = Find(list);
  if (section == nullptr) return std::nullopt;
  auto found = section->codes.find(absl::StripAsciiWhitespace(text));
  if (found == section->codes.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> CodeBook::FindWritten(absl::string_view list,
                                                 absl::string_view text) const {
  std::optional<int> code = Find(list, text);
  if (!code) return std::nullopt;
  return Get(list, *code)->written;
}

const CodeEntry* CodeBook::Get(absl::string_view list, int code) const {
  absl::Span<const CodeEntry> codes = List(list);
  auto found =
      std::lower_bound(codes.begin(), codes.end(), code,
                       [](const CodeEntry& entry, int wanted) { return entry.code < wanted; });
  return found != codes.end() && found->code == code ? &*found : nullptr;
}

std::vector<DatedCode> DefaultCodes() {
  std::vector<DatedCode> codes;
  bool header = true;
  auto on_row = [&](const CsvRow& row) {
    if (!header && row.fields.size() == kColumns) codes.push_back(FromRow(row));
    header = false;
  };
  CsvReader reader;
  reader.Feed(CodeListsCsv(), on_row);
  reader.Finish(on_row);
  return codes;
}

CodeBook DefaultCodeBook() {
  std::vector<CodeEntry> entries;
  for (DatedCode& code : DefaultCodes()) {
    if (!code.valid_to) entries.push_back(std::move(code.entry));
  }
  return CodeBook(std::move(entries));
}

}  // namespace jz::identification
