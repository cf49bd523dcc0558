// Whatever a client sends, the gateway's parsers end with an answer: random changes of good inputs,
// the same in every run.
#include <gtest/gtest.h>

#include <random>

#include "sample.pb.h"
#include "services/gateway/parameters.h"
#include "services/gateway/transcoder.h"
#include "services/gateway/wire_value.h"
#include "tests/support/time_factor.h"
#include "tests/unit/gateway/sample_schema.h"

namespace jz::gateway {
namespace {

constexpr int kRounds = jz::testing::Rounds(20'000);

// Deletes, doubles, swaps or replaces a few bytes.
std::string Mutate(std::string text, std::mt19937& random) {
  static constexpr char kCharacters[] = "{}[]\",:\\%=&/.+-0123456789eEntf\xff\xc3 ";
  static constexpr absl::string_view kBytes(kCharacters, sizeof(kCharacters));  // with its zero
  for (int changes = std::uniform_int_distribution<>(1, 4)(random); changes > 0; --changes) {
    if (text.empty()) return text;
    const size_t at = random() % text.size();
    const size_t size = 1 + random() % 8;
    switch (random() % 4) {
      case 0:
        text.erase(at, size);
        break;
      case 1:
        text.insert(at, text.substr(at, size));
        break;
      case 2:
        text[at] = kBytes[random() % kBytes.size()];
        break;
      default:
        text.insert(at, 1, kBytes[random() % kBytes.size()]);
    }
  }
  return text;
}

TEST(RandomInput, JsonThatIsAcceptedIsAMessage) {
  const Transcoder transcoder(SampleSchema());
  const auto& message =
      *SampleSchema().pool().FindMessageTypeByName("jingzhun.sample.v1.Everything");
  const std::string good =
      R"({"int32Value":1,"uint64Value":"18446744073709551615","doubleValue":1e3,"boolValue":true,)"
      R"("stringValue":"a\u00e9\ud83d\ude00","bytesValue":"AP8=","state":"STATE_FINAL","inner":{"text":)"
      R"("x","below":{"count":2}},"texts":["a","b"],"numbers":[1,"2"],"inners":[{},{"count":1}],)"
      R"("counts":{"a":1,"b":"2"},"choiceNumber":5,"at":"2017-06-14T08:00:00Z","within":"1.5s",)"
      R"("mask":"inner.text","wrappedNumber":1,"free":{"a":[1,null]},"anything":[{}],"any":{"@type":)"
      R"("type.googleapis.com/jingzhun.sample.v1.Record","name":"x"}})";
  std::mt19937 random(1);
  int accepted = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string json = Mutate(good, random);
    std::string wire;
    if (!transcoder.ToWire(message, json, &wire).ok()) continue;
    ++accepted;
    jingzhun::sample::v1::Everything parsed;
    ASSERT_TRUE(parsed.ParseFromString(wire)) << json;
    std::string back;
    ASSERT_TRUE(transcoder.ToJson(message, wire, &back).ok()) << json;
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, kRounds);
}

TEST(RandomInput, PathsAndQueriesThatAreAcceptedAreAMessage) {
  const std::string good =
      "/v1/sample/everything?int32_value=-1&inner.below.text=%E7%B2%BE&texts=a&texts=b&state=1&at="
      "2017-06-14T08:00:00Z&mask=inner.text&wrapped_number=5&double_value=1e3&bytes_value=AP8";
  std::mt19937 random(2);
  int accepted = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string target = Mutate(good, random);
    const size_t question = std::min(target.find('?'), target.size());
    const absl::string_view path = absl::string_view(target).substr(0, question);
    const RouteTable::Found found = SampleRoutes().Find("GET", path);
    if (found.route == nullptr) continue;
    std::string wire;
    Violations violations;
    BindParameters(SampleSchema(), *found.route,
                   {found.values, absl::string_view(target).substr(question).substr(
                                      question < target.size() ? 1 : 0)},
                   &wire, &violations);
    if (!violations.empty()) continue;
    ++accepted;
    jingzhun::sample::v1::Everything parsed;
    ASSERT_TRUE(parsed.ParseFromString(wire)) << target;
  }
  EXPECT_GT(accepted, 0);
}

TEST(RandomInput, BrokenAnswersOfServicesAreErrorsOnly) {
  const Transcoder transcoder(SampleSchema());
  const auto& message =
      *SampleSchema().pool().FindMessageTypeByName("jingzhun.sample.v1.Everything");
  jingzhun::sample::v1::Everything sample;
  sample.set_string_value("text");
  sample.mutable_inner()->mutable_below()->set_count(3);
  sample.add_inners()->set_text("x");
  (*sample.mutable_counts())["k"] = 1;
  sample.mutable_at()->set_seconds(1'700'000'000);
  const std::string good = sample.SerializeAsString();
  std::mt19937 random(3);
  for (int i = 0; i < kRounds; ++i) {
    const std::string wire = Mutate(good, random);
    std::string json;
    (void)transcoder.ToJson(message, wire, &json);
    (void)FindBytes(wire, 14);
  }
}

}  // namespace
}  // namespace jz::gateway
