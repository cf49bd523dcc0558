#include "services/gateway/schema.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using google::protobuf::Message;

// Keeps the first error of a file.
class FirstError final : public DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element, const Message*, ErrorLocation,
                const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(file, ": ", element, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Schema>> Schema::Load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  FileDescriptorSet set;
  if (!in || !set.ParseFromIstream(&in)) {
    return FailedPrecondition("DESCRIPTORS_UNREADABLE", {{"path", path}},
                              "cannot read a descriptor set from " + path);
  }
  return Build(set);
}

absl::StatusOr<std::unique_ptr<Schema>> Schema::Build(const FileDescriptorSet& set) {
  std::unique_ptr<Schema> schema(new Schema);
  for (const FileDescriptorProto& proto : set.file()) {
    FirstError errors;
    const FileDescriptor* file = schema->pool_.BuildFileCollectingErrors(proto, &errors);
    if (file == nullptr) {
      return FailedPrecondition("DESCRIPTORS_INVALID", {{"file", proto.name()}}, errors.text());
    }
    for (int i = 0; i < file->message_type_count(); ++i) schema->AddMessage(file->message_type(i));
    for (int i = 0; i < file->enum_type_count(); ++i) schema->enums_.push_back(file->enum_type(i));
    for (int i = 0; i < file->service_count(); ++i) schema->services_.push_back(file->service(i));
  }
  return schema;
}

void Schema::AddMessage(const Descriptor* message) {
  messages_.push_back(message);
  Fields& fields = fields_[message];
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    fields.emplace(field->name(), field);
    fields.emplace(field->json_name(), field);
  }
  for (int i = 0; i < message->enum_type_count(); ++i) enums_.push_back(message->enum_type(i));
  for (int i = 0; i < message->nested_type_count(); ++i) AddMessage(message->nested_type(i));
}

const FieldDescriptor* Schema::FindField(const Descriptor* message, absl::string_view name) const {
  auto fields = fields_.find(message);
  if (fields == fields_.end()) return nullptr;
  auto field = fields->second.find(name);
  return field == fields->second.end() ? nullptr : field->second;
}

std::vector<const FieldDescriptor*> Schema::FindPath(const Descriptor* message,
                                                     absl::string_view path) const {
  std::vector<const FieldDescriptor*> found;
  for (absl::string_view name : absl::StrSplit(path, '.')) {
    if (message == nullptr) return {};
    const FieldDescriptor* field = FindField(message, name);
    if (field == nullptr) return {};
    found.push_back(field);
    // Null ends the path here: there is nothing below a scalar, a list or a map.
    message = field->is_repeated() ? nullptr : field->message_type();
  }
  return found;
}

std::string ServiceName(const google::protobuf::ServiceDescriptor& service) {
  std::vector<std::string> parts = absl::StrSplit(service.file()->package(), '.');
  const bool versioned = parts.size() > 1 && parts.back().size() > 1 && parts.back()[0] == 'v' &&
                         absl::ascii_isdigit(parts.back()[1]);
  if (versioned) parts.pop_back();
  return parts.back();
}

}  // namespace jz::gateway
