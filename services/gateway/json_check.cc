#include "services/gateway/json_check.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/gateway/json_value.h"

namespace jz::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kMaxViolations = 100;
constexpr size_t kMaxShownName = 100;

// An object or a list that is being read.
struct Frame {
  enum class Kind {
    kMessage,  // an object with the fields of `message`
    kList,     // the values of the repeated field `field`
    kMap,      // the values of a map whose values are `field`
    kFree,     // anything: unknown fields, Any, Struct
  };
  Kind kind = Kind::kFree;
  const Descriptor* message = nullptr;
  const FieldDescriptor* field = nullptr;  // of the value that comes next; null: anything
  std::string key;                         // of the value that comes next
  int index = -1;                          // of the value that comes next, in a list
  std::vector<int> seen_numbers;
  absl::flat_hash_set<std::string> seen_keys;
};

// The events of nlohmann's SAX parser; false stops it.
class Checker {
 public:
  Checker(const Schema& schema, const Descriptor* root) : schema_(schema), root_(root) {}

  absl::Status Result() const { return error_.ok() ? violations_.ToStatus() : error_; }

  bool null() {
    BeginValue();
    if (frames_.empty()) return NotAnObject();
    const FieldDescriptor* field = Expected();
    if (InCollection() && field != nullptr && !TakesNull(*field)) {
      return Wrong("a value, not null");
    }
    return true;
  }
  bool boolean(bool) { return Scalar({}); }
  bool number_integer(int64_t value) {
    JsonValue json;
    json.kind = JsonValue::Kind::kInteger;
    json.integer = value;
    return Scalar(json);
  }
  bool number_unsigned(uint64_t value) {
    JsonValue json;
    json.kind = JsonValue::Kind::kUnsigned;
    json.unsigned_integer = value;
    return Scalar(json);
  }
  bool number_float(double value, const std::string& text) {
    JsonValue json;
    json.kind = JsonValue::Kind::kFloat;
    // Written as a whole number, it is one that no 64-bit type holds; rounded, it might look like
    // one.
    const bool whole = text.find_first_of(".eE") == std::string::npos;
    json.floating = whole ? std::copysign(HUGE_VAL, value) : value;
    return Scalar(json);
  }
  bool string(std::string& value) {
    JsonValue json;
    json.kind = JsonValue::Kind::kString;
    json.text = value;
    return Scalar(json);
  }
  bool binary(std::vector<uint8_t>&) { return false; }  // never in JSON text

  bool start_object(size_t) {
    BeginValue();
    Frame frame;
    if (frames_.empty()) {
      frame.kind = Frame::Kind::kMessage;
      frame.message = root_;
    } else if (const FieldDescriptor* field = Expected(); field != nullptr) {
      if (!OpenObject(*field, &frame) && !Wrong(Wanted())) return false;
    }
    return Push(std::move(frame));
  }

  bool start_array(size_t) {
    BeginValue();
    if (frames_.empty()) return NotAnObject();
    Frame frame;
    if (const FieldDescriptor* field = Expected(); field != nullptr) {
      const bool list = field->is_repeated() && !field->is_map() && !InCollection();
      if (list) {
        frame.kind = Frame::Kind::kList;
        frame.field = field;
      } else if (!TakesList(*field) && !Wrong(Wanted())) {
        return false;
      }
    }
    return Push(std::move(frame));
  }

  bool key(std::string& name) {
    Frame& frame = frames_.back();
    frame.key = name;
    if (frame.kind == Frame::Kind::kMessage) return MessageKey(name);
    if (!frame.seen_keys.insert(name).second) {
      return Add("DUPLICATE_FIELD", "is given more than once");
    }
    return true;
  }

  bool end_object() { return Pop(); }
  bool end_array() { return Pop(); }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) {
    const bool range = dynamic_cast<const nlohmann::detail::out_of_range*>(&error) != nullptr;
    if (range) {
      Add("OUT_OF_RANGE", "is a number that nothing can hold");
      return false;
    }
    const bool encoding = absl::string_view(error.what()).find("UTF-8") != absl::string_view::npos;
    const Metadata metadata = {{"byte", absl::StrCat(position)}, {"field", Path(frames_.size())}};
    error_ = encoding ? InvalidArgument("JSON_ENCODING", metadata,
                                        absl::StrCat("the body is not UTF-8 at byte ", position))
                      : InvalidArgument("JSON_SYNTAX", metadata,
                                        absl::StrCat("the body is not JSON at byte ", position));
    return false;
  }

 private:
  // The field of the value at hand; null where anything goes.
  const FieldDescriptor* Expected() const {
    return frames_.empty() ? nullptr : frames_.back().field;
  }

  bool InCollection() const {
    return !frames_.empty() &&
           (frames_.back().kind == Frame::Kind::kList || frames_.back().kind == Frame::Kind::kMap);
  }

  void BeginValue() {
    if (!frames_.empty()) ++frames_.back().index;
  }

  bool Scalar(const JsonValue& value) {
    BeginValue();
    if (frames_.empty()) return NotAnObject();
    const FieldDescriptor* field = Expected();
    if (field == nullptr) return true;
    if (field->is_repeated() && !InCollection()) return Wrong(Wanted());
    const JsonVerdict verdict = CheckScalar(*field, value);
    if (verdict.rule == nullptr) return true;
    return Add(verdict.rule, verdict.description);
  }

  // Sets up the frame of an object that is the value of `field`; false when it cannot be one.
  bool OpenObject(const FieldDescriptor& field, Frame* frame) const {
    if (field.is_map() && !InCollection()) {
      frame->kind = Frame::Kind::kMap;
      frame->field = field.message_type()->map_value();
      return true;
    }
    if (field.is_repeated() && !InCollection()) return false;
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
    if (IsFreeForm(*field.message_type())) return TakesObject(*field.message_type());
    if (HasTextForm(*field.message_type())) return false;
    frame->kind = Frame::Kind::kMessage;
    frame->message = field.message_type();
    return true;
  }

  bool MessageKey(const std::string& name) {
    Frame& frame = frames_.back();
    frame.field = schema_.FindField(frame.message, name);
    if (frame.field == nullptr) return Add("UNKNOWN_FIELD", "is no field of this message");
    frame.key = frame.field->name();
    if (absl::c_linear_search(frame.seen_numbers, frame.field->number())) {
      return Add("DUPLICATE_FIELD", "is given more than once");
    }
    frame.seen_numbers.push_back(frame.field->number());
    return true;
  }

  std::string Wanted() const {
    const FieldDescriptor* field = Expected();
    if (field == nullptr) return "something else";
    if (field->is_map() && !InCollection()) return "an object";
    if (field->is_repeated() && !InCollection()) return "a list";
    return NameOfJsonType(*field);
  }

  bool Push(Frame frame) {
    if (static_cast<int>(frames_.size()) >= kMaxJsonDepth) {
      error_ = InvalidArgument("JSON_DEPTH", {{"field", Path(frames_.size())}},
                               absl::StrCat("the body is nested deeper than ", kMaxJsonDepth));
      return false;
    }
    frames_.push_back(std::move(frame));
    return true;
  }

  bool Pop() {
    frames_.pop_back();
    return true;
  }

  // The proto path of the value at hand: `households[3].region_code`.
  std::string Path(size_t depth) const {
    std::string path;
    for (size_t i = 0; i < depth; ++i) {
      const Frame& frame = frames_[i];
      if (frame.kind == Frame::Kind::kList || frame.key.empty()) {
        absl::StrAppend(&path, "[", std::max(frame.index, 0), "]");
      } else if (frame.kind == Frame::Kind::kMap) {
        absl::StrAppend(&path, "[", frame.key.substr(0, kMaxShownName), "]");
      } else {
        absl::StrAppend(&path, path.empty() ? "" : ".", frame.key.substr(0, kMaxShownName));
      }
    }
    return path;
  }

  bool NotAnObject() {
    error_ = InvalidArgument("JSON_NOT_OBJECT", {}, "the body must be a JSON object");
    return false;
  }

  bool Wrong(absl::string_view wanted) {
    return Add("WRONG_TYPE", absl::StrCat("must be ", wanted));
  }

  bool Add(absl::string_view rule, absl::string_view description) {
    violations_.Add(Path(frames_.size()), rule, description);
    return ++violation_count_ < kMaxViolations;
  }

  const Schema& schema_;
  const Descriptor* root_;
  std::vector<Frame> frames_;
  Violations violations_;
  int violation_count_ = 0;
  absl::Status error_;
};

}  // namespace

absl::Status CheckJson(const Schema& schema, const Descriptor* message, absl::string_view json) {
  Checker checker(schema, message);
  nlohmann::json::sax_parse(json.begin(), json.end(), &checker);
  return checker.Result();
}

}  // namespace jz::gateway
