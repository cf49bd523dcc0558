#include "services/identification/domain/csv.h"

#include <unicode/ucnv.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace jz::identification {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool IsUtf8(absl::string_view text) {
  int32_t size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    UChar32 character;
    U8_NEXT(text.data(), i, size, character);
    if (character < 0) return false;
  }
  return true;
}

bool HasControlCharacter(absl::string_view text) {
  int32_t size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    UChar32 character;
    U8_NEXT(text.data(), i, size, character);
    if (character < 0x20 || (character >= 0x7F && character < 0xA0)) return true;
  }
  return false;
}

int64_t CountCharacters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

// A character of UTF-8 has at most four bytes: the last three may belong to one that is cut off.
TextEncoding DetectEncoding(absl::string_view bytes) {
  for (size_t cut = 0; cut <= 3 && cut <= bytes.size(); ++cut) {
    if (IsUtf8(bytes.substr(0, bytes.size() - cut))) return TextEncoding::kUtf8;
  }
  return TextEncoding::kGb18030;
}

class CsvReader::Gb18030Decoder {
 public:
  Gb18030Decoder() : converter_(ucnv_open("gb18030", &error_), ucnv_close) {
    // Without the data of ICU there is nothing to decode with: every field has a problem then.
    if (U_FAILURE(error_)) return;
    ucnv_setToUCallBack(converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                        &error_);
  }

  // False when `text` is not GB18030.
  bool Decode(std::string& text) {
    if (std::all_of(text.begin(), text.end(), absl::ascii_isascii)) return true;
    if (U_FAILURE(error_)) return false;
    UErrorCode error = U_ZERO_ERROR;
    ucnv_resetToUnicode(converter_.get());
    wide_.resize(text.size() + 1);
    const int32_t wide = ucnv_toUChars(converter_.get(), wide_.data(), Size(wide_.size()),
                                       text.data(), Size(text.size()), &error);
    if (U_FAILURE(error)) return false;
    // A unit of UTF-16 makes at most three bytes of UTF-8.
    text.resize(static_cast<size_t>(wide) * 3);
    int32_t size = 0;
    u_strToUTF8(text.data(), Size(text.size()), &size, wide_.data(), wide, &error);
    if (U_FAILURE(error)) return false;
    text.resize(size);
    return true;
  }

 private:
  static int32_t Size(size_t size) { return static_cast<int32_t>(size); }

  UErrorCode error_ = U_ZERO_ERROR;
  std::unique_ptr<UConverter, decltype(&ucnv_close)> converter_;
  std::u16string wide_;
};

CsvReader::CsvReader(int64_t offset, int64_t line, TextEncoding encoding)
    : offset_(offset), line_(line) {
  if (encoding == TextEncoding::kGb18030) decoder_ = std::make_unique<Gb18030Decoder>();
  BeginRow();
}

CsvReader::~CsvReader() = default;

void CsvReader::BeginRow() {
  row_ = CsvRow();
  row_.line = line_;
  row_.offset = offset_;
  row_bytes_ = 0;
  field_.clear();
  at_ = At::kFieldStart;
  skipping_ = false;
}

void CsvReader::Feed(absl::string_view bytes, OnRow on_row) {
  for (char c : bytes) {
    ++offset_;
    if (c == '\n') ++line_;
    if (!skipping_ && ++row_bytes_ > kMaxCsvRowBytes) {
      row_.problem = CsvRow::Problem::kTooLong;
      row_.fields.clear();
      field_.clear();
      skipping_ = true;
    }
    if (!skipping_) {
      Take(c, on_row);
    } else if (c == '\n') {
      EndRow(on_row);
    }
  }
}

void CsvReader::Take(char c, OnRow on_row) {
  switch (at_) {
    case At::kFieldStart:
      return TakeFieldStart(c, on_row);
    case At::kPlain:
      return TakePlain(c, on_row);
    case At::kQuoted:
      if (c == '"') {
        at_ = At::kQuoteInQuoted;
      } else {
        field_ += c;
      }
      return;
    case At::kQuoteInQuoted:
      return TakeAfterQuote(c, on_row);
  }
}

void CsvReader::TakeFieldStart(char c, OnRow on_row) {
  if (c == '"') {
    at_ = At::kQuoted;
  } else {
    at_ = At::kPlain;
    TakePlain(c, on_row);
  }
}

void CsvReader::TakePlain(char c, OnRow on_row) {
  if (c == ',') {
    EndField();
  } else if (c == '\n') {
    if (!field_.empty() && field_.back() == '\r') field_.pop_back();
    EndField();
    EndRow(on_row);
  } else {
    if (c == '"' && row_.offset == 0 && row_.fields.empty() && field_ == kByteOrderMark) {
      field_.clear();
      at_ = At::kQuoted;
      return;
    }
    if (c == '"') row_.problem = CsvRow::Problem::kQuote;
    field_ += c;
  }
}

void CsvReader::TakeAfterQuote(char c, OnRow on_row) {
  if (c == '"') {
    field_ += '"';
    at_ = At::kQuoted;
  } else if (c == ',') {
    EndField();
  } else if (c == '\n') {
    EndField();
    EndRow(on_row);
  } else if (c != '\r') {
    row_.problem = CsvRow::Problem::kQuote;
    at_ = At::kPlain;
  }
}

void CsvReader::EndField() {
  if (row_.offset == 0 && row_.fields.empty() && absl::StartsWith(field_, kByteOrderMark)) {
    field_.erase(0, kByteOrderMark.size());
  }
  const bool readable = decoder_ ? decoder_->Decode(field_) : IsUtf8(field_);
  if (!readable && row_.problem == CsvRow::Problem::kNone) {
    row_.problem = CsvRow::Problem::kEncoding;
  }
  row_.fields.push_back(std::move(field_));
  field_.clear();
  at_ = At::kFieldStart;
}

void CsvReader::EndRow(OnRow on_row) {
  bool blank = row_.fields.size() == 1 && row_.fields[0].empty();
  if (row_.problem != CsvRow::Problem::kNone) row_.fields.clear();
  if (!blank || row_.problem != CsvRow::Problem::kNone) on_row(row_);
  BeginRow();
}

void CsvReader::Finish(OnRow on_row) {
  if (row_bytes_ == 0) return;
  if (!skipping_) {
    if (at_ == At::kQuoted) row_.problem = CsvRow::Problem::kQuote;
    EndField();
  }
  EndRow(on_row);
}

}  // namespace jz::identification
