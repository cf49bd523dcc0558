#include "services/funds/domain/csv.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::funds {
namespace {

absl::Status BadCsv(int line, absl::string_view what) {
  return InvalidArgument("CSV_FORMAT", {{"line", absl::StrCat(line)}},
                         absl::StrCat("line ", line, ": ", what));
}

class CsvReader {
 public:
  explicit CsvReader(absl::string_view text) : text_(text) {}

  bool AtEnd() const { return at_ >= text_.size(); }

  absl::StatusOr<CsvRecord> ReadRecord() {
    CsvRecord record{.line = line_, .fields = {}};
    do {
      std::string field;
      JZ_RETURN_IF_ERROR(!AtEnd() && text_[at_] == '"' ? ReadQuoted(field) : ReadPlain(field));
      record.fields.push_back(std::move(field));
    } while (Take(','));
    if (!EndLine() && !AtEnd()) return BadCsv(line_, "text behind a closing quote");
    return record;
  }

 private:
  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool EndLine() {
    size_t before = at_;
    Take('\r');
    if (Take('\n')) {
      ++line_;
      return true;
    }
    at_ = before;
    return false;
  }

  absl::Status ReadPlain(std::string& field) {
    size_t end = text_.find_first_of(",\n\"", at_);
    if (end == absl::string_view::npos) end = text_.size();
    if (end < text_.size() && text_[end] == '"') return BadCsv(line_, "a quote inside a field");
    absl::string_view plain = text_.substr(at_, end - at_);
    if (end < text_.size() && text_[end] == '\n' && absl::EndsWith(plain, "\r")) {
      plain.remove_suffix(1);
    }
    field = std::string(plain);
    at_ += plain.size();
    return absl::OkStatus();
  }

  absl::Status ReadQuoted(std::string& field) {
    int opened = line_;
    ++at_;
    while (!AtEnd()) {
      char c = text_[at_++];
      if (c == '"' && !Take('"')) return absl::OkStatus();
      if (c == '\n') ++line_;
      field.push_back(c);
    }
    return BadCsv(opened, "a quote is not closed");
  }

  absl::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<CsvRecord>> ParseCsv(absl::string_view text, int most_records) {
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvReader reader(text);
  std::vector<CsvRecord> records;
  while (!reader.AtEnd()) {
    JZ_ASSIGN_OR_RETURN(CsvRecord record, reader.ReadRecord());
    if (record.fields.size() == 1 && record.fields[0].empty()) continue;
    if (static_cast<int>(records.size()) == most_records) {
      return InvalidArgument("CSV_TOO_LONG", {{"most", absl::StrCat(most_records)}},
                             absl::StrCat("more than ", most_records, " lines"));
    }
    records.push_back(std::move(record));
  }
  return records;
}

void AppendCsv(std::string& out, const std::vector<std::string>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      out += fields[i];
      continue;
    }
    out += '"';
    for (char c : fields[i]) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += "\r\n";
}

}  // namespace jz::funds
