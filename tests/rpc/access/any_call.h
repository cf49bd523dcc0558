// Calls of methods that are known by their descriptors only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/channel.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace jz::testing {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// Every method of the suite's four services, by full name.
std::vector<const MethodDescriptor*> AllMethods();
// The permission that the method's option declares.
std::string PermissionOf(const MethodDescriptor& method);
// By its name: Get, List, Search, … change nothing.
bool IsWrite(const MethodDescriptor& method);

struct Answer {
  absl::Status status;
  // What came with it, also with an error. A unary call has one.
  std::vector<std::unique_ptr<Message>> responses;

  // As text, with the contents of Any; empty for nothing.
  std::string Text() const;
};

// Calls a unary or streaming method; a client stream has this one request.
Answer CallMethod(rpc::Channel& channel, const MethodDescriptor& method, const Message& request,
                  const rpc::CallOptions& options);

// A request of the method from text format, which must parse.
std::unique_ptr<Message> ParseRequest(const MethodDescriptor& method, const std::string& text);

// The fields, at any depth, that name a region, replaced by `region`; how many there were.
int ReplaceRegions(Message& message, const std::string& region);

// Sets the etags that the message may carry, its own and those of what it holds; how many.
int SetEtags(Message& message, const std::string& etag);

// The integers, at any depth, that are not 0 ("paths.like.this=5"), but for estimates of the feed.
std::vector<std::string> NonzeroNumbers(const Message& message);

}  // namespace jz::testing
