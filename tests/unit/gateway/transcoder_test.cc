#include "services/gateway/transcoder.h"

#include <gtest/gtest.h>

#include "sample.pb.h"
#include "tests/unit/gateway/sample_schema.h"

namespace jz::gateway {
namespace {

using jingzhun::sample::v1::Everything;

const google::protobuf::Descriptor& Message(const char* name) {
  return *SampleSchema().pool().FindMessageTypeByName(name);
}

TEST(Transcoder, GivesUpOnBytesThatAreNotTheMessage) {
  const Transcoder transcoder(SampleSchema());
  std::string json;
  const absl::Status status =
      transcoder.ToJson(Message("jingzhun.sample.v1.Everything"), "\x8a\x01\xff", &json);
  EXPECT_EQ(ReasonOf(status), "RESPONSE_UNREADABLE");
}

TEST(Transcoder, GivesUpOnAnAnyThatNobodyKnows) {
  const Transcoder transcoder(SampleSchema());
  Everything message;
  message.mutable_any()->set_type_url("type.googleapis.com/jingzhun.unknown.v1.Thing");
  message.mutable_any()->set_value("\x08\x01");
  std::string json;
  const absl::Status status = transcoder.ToJson(Message("jingzhun.sample.v1.Everything"),
                                                message.SerializeAsString(), &json);
  EXPECT_EQ(ReasonOf(status), "RESPONSE_UNREADABLE");
}

TEST(Transcoder, ShowsMapsAndEmptyFields) {
  const Transcoder transcoder(SampleSchema());
  Everything message;
  (*message.mutable_counts())["b"] = 2;
  std::string json;
  ASSERT_TRUE(
      transcoder
          .ToJson(Message("jingzhun.sample.v1.Everything"), message.SerializeAsString(), &json)
          .ok());
  EXPECT_NE(json.find(R"("counts":{"b":"2"})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("texts":[])"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("state":"STATE_UNSPECIFIED")"), std::string::npos) << json;
  EXPECT_EQ(json.find("inner\""), std::string::npos) << json;
}

TEST(JsonMember, FindsTheValueOfATopLevelMemberOnly) {
  const std::string json = R"({"a":"x\"}","b":{"c":[1,{"d":2}]},"c":[3,4],"e":null})";
  EXPECT_EQ(JsonMember(json, "a"), R"("x\"}")");
  EXPECT_EQ(JsonMember(json, "b"), R"({"c":[1,{"d":2}]})");
  EXPECT_EQ(JsonMember(json, "c"), "[3,4]");
  EXPECT_EQ(JsonMember(json, "d"), "");
  EXPECT_EQ(JsonMember(json, "e"), "null");
  EXPECT_EQ(JsonMember("{}", "a"), "");
}

}  // namespace
}  // namespace jz::gateway
