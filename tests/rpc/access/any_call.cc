#include "tests/rpc/access/any_call.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "jingzhun/assistance/v1/assistance.pb.h"
#include "jingzhun/common/v1/feed.pb.h"
#include "jingzhun/common/v1/options.pb.h"
#include "jingzhun/evaluation/v1/evaluation.pb.h"
#include "jingzhun/funds/v1/funds.pb.h"
#include "jingzhun/identification/v1/case.pb.h"
#include "jingzhun/identification/v1/change_request.pb.h"
#include "jingzhun/identification/v1/code_list.pb.h"
#include "jingzhun/identification/v1/comparison.pb.h"
#include "jingzhun/identification/v1/duplicate.pb.h"
#include "jingzhun/identification/v1/export.pb.h"
#include "jingzhun/identification/v1/household_change.pb.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "jingzhun/identification/v1/region.pb.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "jingzhun/identification/v1/statistics.pb.h"
#include "jingzhun/identification/v1/village.pb.h"

namespace jz::testing {
namespace {

namespace pb = google::protobuf;
namespace options = ::jingzhun::common::v1;

constexpr const char* kReadingVerbs[] = {"Get",     "List",    "Search", "BatchGet", "Stream",
                                         "Compute", "Resolve", "Check",  "Export",   "Download"};

std::unique_ptr<Message> New(const pb::Descriptor* type) {
  return std::unique_ptr<Message>(
      pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// Calls `visit(message, field)` for every set field at any depth, messages inside before others.
template <class Visit>
void ForEachField(Message& message, Visit visit) {
  const pb::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    visit(message, *field);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      ForEachField(*reflection.MutableMessage(&message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      ForEachField(*reflection.MutableRepeatedMessage(&message, field, i), visit);
    }
  }
}

bool NamesRegion(const FieldDescriptor& field) {
  return field.options().GetExtension(options::region) || field.name() == "region_code" ||
         field.name() == "parent_code";
}

std::string NonzeroValue(const Message& message, const FieldDescriptor& field) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return "";
  int64_t value = 0;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    value = reflection.GetInt32(message, &field);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    value = reflection.GetInt64(message, &field);
  }
  return value == 0 ? "" : absl::StrCat(field.full_name(), "=", value);
}

}  // namespace

std::vector<const MethodDescriptor*> AllMethods() {
  // Naming a message of each file makes sure that its descriptors are linked and known.
  const pb::FileDescriptor* files[] = {
      ::jingzhun::identification::v1::Region::descriptor()->file(),
      ::jingzhun::identification::v1::GetHouseholdRequest::descriptor()->file(),
      ::jingzhun::identification::v1::HouseholdEdit::descriptor()->file(),
      ::jingzhun::identification::v1::ChangeRequest::descriptor()->file(),
      ::jingzhun::identification::v1::ListCodesRequest::descriptor()->file(),
      ::jingzhun::identification::v1::Village::descriptor()->file(),
      ::jingzhun::identification::v1::CreateCampaignRequest::descriptor()->file(),
      ::jingzhun::identification::v1::ComparisonList::descriptor()->file(),
      ::jingzhun::identification::v1::Duplicate::descriptor()->file(),
      ::jingzhun::identification::v1::ExportSpec::descriptor()->file(),
      ::jingzhun::identification::v1::RunRulesRequest::descriptor()->file(),
      ::jingzhun::identification::v1::Statistics::descriptor()->file(),
      ::jingzhun::assistance::v1::Unit::descriptor()->file(),
      ::jingzhun::funds::v1::Purpose::descriptor()->file(),
      ::jingzhun::evaluation::v1::Evaluation::descriptor()->file(),
  };
  std::vector<const MethodDescriptor*> methods;
  for (const pb::FileDescriptor* file : files) {
    EXPECT_GT(file->service_count(), 0) << file->name();
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

std::string PermissionOf(const MethodDescriptor& method) {
  return method.options().GetExtension(options::access).permission();
}

bool IsWrite(const MethodDescriptor& method) {
  return std::none_of(std::begin(kReadingVerbs), std::end(kReadingVerbs),
                      [&](const char* verb) { return absl::StartsWith(method.name(), verb); });
}

std::string Answer::Text() const {
  pb::TextFormat::Printer printer;
  printer.SetExpandAny(true);
  std::string all;
  for (const auto& response : responses) {
    std::string text;
    printer.PrintToString(*response, &text);
    all += text;
  }
  return all;
}

Answer CallMethod(rpc::Channel& channel, const MethodDescriptor& method, const Message& request,
                  const rpc::CallOptions& options) {
  const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  Answer answer;
  if (method.server_streaming()) {
    auto stream = channel.ServerStream(path, request, options);
    auto response = New(method.output_type());
    while (stream->Read(*response)) {
      answer.responses.push_back(std::move(response));
      response = New(method.output_type());
    }
    answer.status = stream->Finish();
    return answer;
  }
  answer.responses.push_back(New(method.output_type()));
  if (method.client_streaming()) {
    auto stream = channel.ClientStream(path, options);
    stream->Write(request);
    answer.status = stream->Finish(*answer.responses.back());
  } else {
    answer.status = channel.Unary(path, request, *answer.responses.back(), options);
  }
  return answer;
}

std::unique_ptr<Message> ParseRequest(const MethodDescriptor& method, const std::string& text) {
  auto request = New(method.input_type());
  EXPECT_TRUE(pb::TextFormat::ParseFromString(text, request.get()))
      << method.full_name() << ": " << text;
  return request;
}

int ReplaceRegions(Message& message, const std::string& region) {
  int replaced = 0;
  ForEachField(message, [&](Message& owner, const FieldDescriptor& field) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || field.is_repeated()) return;
    if (!NamesRegion(field)) return;
    owner.GetReflection()->SetString(&owner, &field, region);
    ++replaced;
  });
  return replaced;
}

int SetEtags(Message& message, const std::string& etag) {
  int set = 0;
  auto set_in = [&](Message& owner) {
    for (const char* name : {"etag", "household_etag"}) {
      const FieldDescriptor* field = owner.GetDescriptor()->FindFieldByName(name);
      if (field == nullptr) continue;
      owner.GetReflection()->SetString(&owner, field, etag);
      ++set;
    }
  };
  const pb::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || !field->is_repeated()) continue;
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      set_in(*reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
  set_in(message);
  return set;
}

std::vector<std::string> NonzeroNumbers(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  std::vector<std::string> found;
  ForEachField(*copy, [&](Message& owner, const FieldDescriptor& field) {
    // The feed says of how many changes it is behind, of all regions: an estimate without content.
    if (field.full_name() == "jingzhun.common.v1.StreamChangesResponse.backlog") return;
    // When something was asked counts nothing.
    if (owner.GetDescriptor()->full_name() == "google.protobuf.Timestamp") return;
    std::string value = NonzeroValue(owner, field);
    if (!value.empty()) found.push_back(std::move(value));
  });
  return found;
}

}  // namespace jz::testing
