#include "common/telemetry/log_line.h"

#include <cstdint>
#include <ctime>

#include "absl/strings/str_cat.h"

namespace jz::telemetry {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Length of the well-formed UTF-8 sequence at `at`, or 0 (RFC 3629: no overlong forms, no
// surrogates).
size_t SequenceLength(absl::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const size_t left = text.size() - at;
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return left >= 2 && follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (left < 3 || !follows(1) || !follows(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (left < 4 || !follows(1) || !follows(2) || !follows(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

void AppendEscaped(char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += kHex[(c >> 4) & 0xF];
      out += kHex[c & 0xF];
  }
}

void AppendTwoDigits(int value, std::string& out) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

// Measured: absl::FormatTime takes as long as the rest of a line, and the second seldom changes.
void AppendTime(absl::Time at, std::string& out) {
  thread_local int64_t second = -1;
  thread_local std::string text;
  const int64_t micros = absl::ToUnixMicros(at);
  if (const int64_t now = micros / 1'000'000; now != second) {
    const std::time_t time = now;
    std::tm utc = {};
    gmtime_r(&time, &utc);
    second = now;
    text = absl::StrCat(utc.tm_year + 1900, "-");
    AppendTwoDigits(utc.tm_mon + 1, text);
    text += '-';
    AppendTwoDigits(utc.tm_mday, text);
    text += 'T';
    AppendTwoDigits(utc.tm_hour, text);
    text += ':';
    AppendTwoDigits(utc.tm_min, text);
    text += ':';
    AppendTwoDigits(utc.tm_sec, text);
    text += '.';
  }
  out += text;
  const int64_t fraction = micros % 1'000'000;
  for (int64_t digit = 100'000; digit > 0; digit /= 10) {
    out += static_cast<char>('0' + fraction / digit % 10);
  }
  out += 'Z';
}

absl::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

void AppendValue(const FieldValue& value, std::string& out) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    absl::StrAppend(&out, *number);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else {
    AppendJsonText(std::get<absl::string_view>(value), out);
  }
}

}  // namespace

void AppendJsonText(absl::string_view text, std::string& out) {
  out += '"';
  size_t at = 0;
  while (at < text.size()) {
    size_t plain = at;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out.append(text.data() + at, plain - at);
    at = plain;
    if (at == text.size()) break;
    const size_t length = SequenceLength(text, at);
    if (length == 0) {
      out.append(kReplacement.data(), kReplacement.size());
      ++at;
    } else if (length == 1) {
      AppendEscaped(text[at++], out);
    } else {
      out.append(text.data() + at, length);
      at += length;
    }
  }
  out += '"';
}

std::string ToJson(const LogLine& line) {
  std::string out;
  out.reserve(512);
  out += "{\"time\":\"";
  AppendTime(line.at, out);
  absl::StrAppend(&out, "\",\"severity\":\"", SeverityName(line.severity), "\",\"service\":");
  AppendJsonText(line.service, out);
  out += ",\"message\":";
  AppendJsonText(line.message, out);
  for (const Field& field : line.fields) {
    out += ',';
    AppendJsonText(field.key, out);
    out += ':';
    AppendValue(field.value, out);
  }
  out += '}';
  return out;
}

}  // namespace jz::telemetry
