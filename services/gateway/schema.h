// What the gateway knows of the suite: every message, method, annotation and comment, read at start
// from the descriptor set that the build makes of all protos. No type of a service is compiled in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace jz::gateway {

// Immutable once made, so thread-safe.
class Schema {
 public:
  // `path`: a google.protobuf.FileDescriptorSet with imports and source info.
  // FAILED_PRECONDITION, reason DESCRIPTORS_UNREADABLE or DESCRIPTORS_INVALID.
  static absl::StatusOr<std::unique_ptr<Schema>> Load(const std::string& path);
  static absl::StatusOr<std::unique_ptr<Schema>> Build(
      const google::protobuf::FileDescriptorSet& set);

  const google::protobuf::DescriptorPool& pool() const { return pool_; }
  // In the order of the files.
  const std::vector<const google::protobuf::ServiceDescriptor*>& services() const {
    return services_;
  }
  const std::vector<const google::protobuf::Descriptor*>& messages() const { return messages_; }
  const std::vector<const google::protobuf::EnumDescriptor*>& enums() const { return enums_; }

  // By JSON name (`pageSize`) or proto name (`page_size`); null when there is none.
  const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor* message,
                                                     absl::string_view name) const;
  // The fields of `filter.region_code`, outermost first. Empty when it does not exist or leads
  // through a list or a map.
  std::vector<const google::protobuf::FieldDescriptor*> FindPath(
      const google::protobuf::Descriptor* message, absl::string_view path) const;

 private:
  Schema() = default;
  void AddMessage(const google::protobuf::Descriptor* message);

  google::protobuf::DescriptorPool pool_;
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::vector<const google::protobuf::Descriptor*> messages_;
  std::vector<const google::protobuf::EnumDescriptor*> enums_;
  using Fields = absl::flat_hash_map<std::string, const google::protobuf::FieldDescriptor*>;
  absl::flat_hash_map<const google::protobuf::Descriptor*, Fields> fields_;
};

// The service that a method belongs to, from its package: "funds" of "jingzhun.funds.v1".
std::string ServiceName(const google::protobuf::ServiceDescriptor& service);

}  // namespace jz::gateway
