#include "services/identification/rules/decoder.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/status/status.h"

namespace jz::identification::rules {
namespace {

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

absl::Status Broken() { return InvalidArgument("FACTS_BROKEN", {}, "facts do not parse"); }
absl::Status TooLarge() {
  return InvalidArgument("FACTS_TOO_LARGE", {}, "facts have more rows than a household can have");
}

// What is left of some bytes.
class Wire {
 public:
  explicit Wire(absl::string_view bytes)
      : at_(reinterpret_cast<const uint8_t*>(bytes.data())), end_(at_ + bytes.size()) {}

  bool done() const { return at_ == end_; }

  bool Varint(uint64_t& value) {
    if (at_ != end_ && *at_ < 0x80) {
      value = *at_++;
      return true;
    }
    value = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const uint8_t byte = *at_++;
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool Bytes(absl::string_view& value) {
    uint64_t size = 0;
    if (!Varint(size) || size > static_cast<uint64_t>(end_ - at_)) return false;
    value = absl::string_view(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return true;
  }
  bool Skip(uint64_t wire_type) {
    uint64_t number = 0;
    absl::string_view bytes;
    switch (wire_type) {
      case kVarint:
        return Varint(number);
      case kBytes:
        return Bytes(bytes);
      case kFixed64:
      case kFixed32: {
        const ptrdiff_t size = wire_type == kFixed64 ? 8 : 4;
        if (end_ - at_ < size) return false;
        at_ += size;
        return true;
      }
      default:
        return false;
    }
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

absl::Status AddCode(int64_t code, Rows& rows, Slot& set) {
  if (code == 0) return absl::OkStatus();
  const auto begin = rows.codes.begin() + set.number;
  if (set.count > 0 && std::find(begin, begin + set.count, code) != begin + set.count) {
    return absl::OkStatus();
  }
  if (set.count == kMaxCodes) return TooLarge();
  const auto end = static_cast<int64_t>(rows.codes.size());
  if (set.count == 0) {
    set.number = end;
  } else if (set.number + set.count != end) {  // another set was added to in between: move
    for (int64_t i = 0; i < set.count; ++i) rows.codes.push_back(rows.codes[set.number + i]);
    set.number = end;
  }
  rows.codes.push_back(static_cast<int32_t>(code));
  ++set.count;
  return absl::OkStatus();
}

}  // namespace

// Reads messages into rows of `rows_`.
class Decoder::Reader {
 public:
  Reader(const Decoder& decoder, Rows& rows) : decoder_(decoder), rows_(rows) {}

  // `first` is the slot where the message begins: in the frame, or in the rows of list `list`.
  absl::Status Read(absl::string_view bytes, const MessageLayout& message, int list, size_t first) {
    const std::vector<Field>& fields = decoder_.fields_[message.index];
    Wire wire(bytes);
    while (!wire.done()) {
      uint64_t tag = 0;
      if (!wire.Varint(tag)) return Broken();
      const uint64_t number = tag >> 3;
      const FieldLayout* field = number < fields.size() ? fields[number].layout : nullptr;
      if (field == nullptr) {
        if (!wire.Skip(tag & 7)) return Broken();
      } else {
        JZ_RETURN_IF_ERROR(ReadField(*field, tag & 7, wire, list, first));
      }
    }
    return absl::OkStatus();
  }

 private:
  // Not kept: adding rows moves them.
  Slot& At(int list, size_t slot) { return list < 0 ? rows_.frame[slot] : rows_.lists[list][slot]; }

  absl::Status ReadField(const FieldLayout& field, uint64_t wire_type, Wire& wire, int list,
                         size_t first) {
    const size_t slot = first + field.slot;
    if (wire_type == kVarint) return ReadVarint(field, wire, At(list, slot));
    absl::string_view bytes;
    if (wire_type != kBytes) return wire.Skip(wire_type) ? absl::OkStatus() : Broken();
    if (!wire.Bytes(bytes)) return Broken();
    switch (field.type.kind) {
      case Kind::kText:
        bytes = absl::StripAsciiWhitespace(bytes);
        At(list, slot) = {.number = reinterpret_cast<intptr_t>(bytes.data()),
                          .count = static_cast<int64_t>(bytes.size())};
        return absl::OkStatus();
      case Kind::kCodeSet:
        return ReadPacked(bytes, At(list, slot));
      case Kind::kRecord:
        return Read(bytes, *field.type.message, list, slot);
      case Kind::kRecords:
        return ReadRow(bytes, *field.type.message, list, slot);
      default:
        return absl::OkStatus();  // of another type than ours, like an unknown field
    }
  }

  absl::Status ReadVarint(const FieldLayout& field, Wire& wire, Slot& slot) {
    uint64_t value = 0;
    if (!wire.Varint(value)) return Broken();
    const auto number = static_cast<int64_t>(value);
    switch (field.type.kind) {
      case Kind::kBool:  // YesNo
        slot =
            number == 1 || number == 2 ? Slot{.number = number == 1 ? 1 : 0, .count = 1} : Slot{};
        break;
      case Kind::kInt:
      case Kind::kCode:
        slot = number != 0 || field.zero_is_value ? Slot{.number = number, .count = 1} : Slot{};
        break;
      case Kind::kCodeSet:
        return AddCode(number, rows_, slot);
      default:
        break;
    }
    return absl::OkStatus();
  }

  absl::Status ReadPacked(absl::string_view bytes, Slot& slot) {
    Wire wire(bytes);
    while (!wire.done()) {
      uint64_t code = 0;
      if (!wire.Varint(code)) return Broken();
      JZ_RETURN_IF_ERROR(AddCode(static_cast<int64_t>(code), rows_, slot));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRow(absl::string_view bytes, const MessageLayout& message, int list,
                       size_t slot) {
    std::vector<Slot>& target = rows_.lists[message.index];
    const size_t begin = target.size();
    Slot& all = At(list, slot);
    const auto index = static_cast<int64_t>(begin / message.row_slots);
    if (all.count == 0) all.number = index;
    // Rows of a list lie together; nobody writes the rows of two lists in turn.
    if (all.number + all.count != index) return Broken();
    ++all.count;
    const bool members = &message == &decoder_.catalogue_.person();
    if (all.count > (members ? kMaxMembers : kMaxEpisodes)) return TooLarge();
    target.resize(begin + message.row_slots);
    JZ_RETURN_IF_ERROR(Read(bytes, message, message.index, begin));
    if (message.latest_slot >= 0) FindLatest(message, begin);
    return absl::OkStatus();
  }

  void FindLatest(const MessageLayout& person, size_t begin) {
    const FieldLayout& works = *person.Find("works");
    const MessageLayout& work = *works.type.message;
    const int start = work.Find("work_start")->slot;
    std::vector<Slot>& row = rows_.lists[person.index];
    const Slot& all = row[begin + works.slot];
    const std::vector<Slot>& episodes = rows_.lists[work.index];
    Slot latest;
    int64_t greatest = -1;
    for (int64_t i = all.number; i < all.number + all.count; ++i) {
      const Slot& month = episodes[i * work.row_slots + start];
      const int64_t value = month.count > 0 ? month.number : 0;
      if (value < greatest) continue;
      greatest = value;
      latest = {.number = i, .count = 1};
    }
    row[begin + person.latest_slot] = latest;
  }

  const Decoder& decoder_;
  Rows& rows_;
};

Decoder::Decoder() : catalogue_(Catalogue::Get()) {
  for (const auto& message : catalogue_.messages()) {
    fields_.emplace_back(message->by_number.size());
  }
}

void Decoder::Use(const MessageLayout& message, const FieldLayout& field) {
  fields_[message.index][field.number].layout = &field;
}

absl::Status Decoder::Decode(absl::string_view bytes, const MessageLayout& message,
                             Rows& rows) const {
  rows.frame.assign(message.row_slots, Slot{});
  rows.lists.resize(catalogue_.messages().size());
  for (std::vector<Slot>& list : rows.lists) list.clear();
  rows.codes.clear();
  return Reader(*this, rows).Read(bytes, message, -1, 0);
}

}  // namespace jz::identification::rules
