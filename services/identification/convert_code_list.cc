#include "services/identification/convert_code_list.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/time_util.h"
#include "services/identification/convert_region.h"
#include "services/identification/domain/csv.h"
#include "services/identification/domain/region.h"
#include "services/identification/request_checks.h"

namespace jz::identification {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMaxCodes = 1000;
constexpr int kMaxCode = 9999;
constexpr int kMaxAliases = 30;
constexpr int kMaxLabel = 100;
constexpr int kMaxEnglish = 200;
constexpr size_t kMaxWritten = 8;

bool IsText(const std::string& text, int most) {
  return !text.empty() && CountCharacters(text) <= most && !HasControlCharacter(text) &&
         text.find(';') == std::string::npos;
}

bool IsWritten(const std::string& written, int code) {
  int number = 0;
  for (char c : written) {
    if (!absl::ascii_isdigit(c)) return false;
    number = number * 10 + (c - '0');
  }
  return written.size() <= kMaxWritten && number == code;
}

CodeEntry EntryFrom(const v1::CodeListEntry& from, const std::string& field,
                    Violations& violations) {
  CodeEntry entry{.list = from.list(),
                  .code = from.code(),
                  .key = from.key(),
                  .zh = from.zh(),
                  .en = from.en(),
                  .aliases = {from.aliases().begin(), from.aliases().end()},
                  .written = from.written()};
  if (entry.written.empty()) entry.written = absl::StrFormat("%02d", from.code());
  if (!IsCodeName(entry.list)) {
    violations.Add(field + ".list", "CODE_LIST_FORMAT", "lower-case letters, digits, underscores");
  }
  if (entry.code < 0 || entry.code > kMaxCode) {
    violations.Add(field + ".code", "CODE_RANGE", "0 to 9999");
  } else if (!IsWritten(entry.written, entry.code)) {
    violations.Add(field + ".written", "CODE_WRITTEN_FORMAT", "the digits of the code");
  }
  if (!IsCodeName(entry.key)) {
    violations.Add(field + ".key", "CODE_KEY_FORMAT", "lower-case letters, digits, underscores");
  }
  if (!IsText(entry.zh, kMaxLabel)) {
    violations.Add(field + ".zh", "TEXT_FORMAT", "1 to 100 characters, no control, no semicolon");
  }
  if (!IsText(entry.en, kMaxEnglish)) {
    violations.Add(field + ".en", "TEXT_FORMAT", "1 to 200 characters, no control, no semicolon");
  }
  const bool aliases_ok = from.aliases_size() <= kMaxAliases &&
                          std::all_of(entry.aliases.begin(), entry.aliases.end(),
                                      [](const auto& text) { return IsText(text, kMaxLabel); });
  if (!aliases_ok) {
    violations.Add(field + ".aliases", "TEXT_FORMAT", "at most 30, 1 to 100 characters each");
  }
  return entry;
}

}  // namespace

bool IsCodeName(absl::string_view name) {
  return !name.empty() && name.size() <= 64 && absl::ascii_islower(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

std::vector<StoredCode> CodesFrom(const v1::PutCodesRequest& request, absl::string_view author,
                                  absl::Time now, Violations& violations) {
  CheckBatch("codes", request.codes_size(), kMaxCodes, violations);
  std::vector<StoredCode> codes;
  for (int i = 0; i < std::min(request.codes_size(), kMaxCodes); ++i) {
    const v1::CodeListEntry& from = request.codes(i);
    const std::string field = absl::StrCat("codes[", i, "]");
    StoredCode& code = codes.emplace_back();
    code.entry = EntryFrom(from, field, violations);
    code.region = RegionFrom(from.region_code(), field + ".region_code", violations);
    if (from.valid_from().empty()) {
      violations.Add(field + ".valid_from", "DATE_REQUIRED", "a civil day, YYYY-MM-DD");
    }
    code.valid_from = DateOr(from.valid_from(), Date(), field + ".valid_from", violations);
    code.valid_to = DateOr(from.valid_to(), kNoEnd, field + ".valid_to", violations);
    if (code.valid_to < code.valid_from) {
      violations.Add(field + ".valid_to", "VALIDITY", "it ends before it begins");
    }
    code.recorded_by = std::string(author);
    code.recorded_at = now;
  }
  return codes;
}

v1::CodeListEntry ToMessage(const StoredCode& code) {
  v1::CodeListEntry message;
  message.set_list(code.entry.list);
  message.set_code(code.entry.code);
  message.set_written(code.entry.written);
  message.set_key(code.entry.key);
  message.set_zh(code.entry.zh);
  message.set_en(code.entry.en);
  for (const std::string& alias : code.entry.aliases) message.add_aliases(alias);
  message.set_region_code(code.region.ToString());
  message.set_valid_from(FormatDate(code.valid_from));
  if (code.valid_to != kNoEnd) message.set_valid_to(FormatDate(code.valid_to));
  message.set_recorded_by(code.recorded_by);
  *message.mutable_recorded_at() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(code.recorded_at));
  return message;
}

}  // namespace jz::identification
