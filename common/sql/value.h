// Values bound to the `?` of a statement, and rows read from one.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/date.h"
#include "common/base/ids.h"
#include "common/base/money.h"
#include "common/base/region_code.h"

namespace jz::sql {

// NULL, an integer, or text/bytes. Dates are bound as text, instants as integers (microseconds
// UTC).
class Value {
 public:
  Value() = default;                                                      // NULL
  Value(std::nullptr_t) {}                                                // NOLINT
  Value(std::integral auto number) : v_(static_cast<int64_t>(number)) {}  // NOLINT
  Value(std::string text) : v_(std::move(text)) {}                        // NOLINT
  Value(const char* text) : v_(std::string(text)) {}                      // NOLINT
  Value(absl::string_view text) : v_(std::string(text)) {}                // NOLINT
  Value(RegionCode code) : v_(code.number()) {}                           // NOLINT
  Value(Money money) : v_(money.fen()) {}                                 // NOLINT
  Value(Date date) : v_(FormatDate(date)) {}                              // NOLINT
  Value(absl::Time time) : v_(absl::ToUnixMicros(time)) {}                // NOLINT
  template <class Tag>
  Value(Id<Tag> id) : v_(id.value()) {}  // NOLINT
  template <class T>
  Value(const std::optional<T>& value) {  // NOLINT
    if (value.has_value()) *this = Value(*value);
  }

  bool is_null() const { return v_.index() == 0; }
  const int64_t* number() const { return std::get_if<int64_t>(&v_); }
  const std::string* text() const { return std::get_if<std::string>(&v_); }

 private:
  std::variant<std::monostate, int64_t, std::string> v_;
};

using Values = std::vector<Value>;

// One row of a result; valid only inside the callback. Columns count from 0. NULL reads as 0 or "".
class Row {
 public:
  virtual ~Row() = default;
  virtual bool IsNull(int column) const = 0;
  virtual int64_t Int(int column) const = 0;
  virtual std::string Text(int column) const = 0;  // also BLOB

  bool Bool(int column) const { return Int(column) != 0; }
  RegionCode Region(int column) const { return RegionCode::FromNumber(Int(column)); }
  Money Fen(int column) const { return Money::FromFen(Int(column)); }
  absl::Time Time(int column) const { return absl::FromUnixMicros(Int(column)); }
  Date Day(int column) const;  // from a DATE column; NULL reads as 1970-01-01
  template <class IdType>
  IdType IdOf(int column) const {
    return IdType(Int(column));
  }
};

}  // namespace jz::sql
