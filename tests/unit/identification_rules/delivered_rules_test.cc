// Every rule of national_2023.json compiles, hits the record of its case `hit` and does not hit
// that of `miss`; what cases.json may say beside these stands in
// services/identification/rules/README.md. Together with undelivered.csv the rules are the whole
// list of the source.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/rules/rule_file.h"
#include "services/identification/rules/rule_set.h"

namespace jz::identification::rules {
namespace {

using nlohmann::json;
namespace v1 = ::jingzhun::identification::v1;

std::string ReadFile(const std::string& path) {
  const char* source = getenv("JZ_SOURCE_DIR");
  std::ifstream in(absl::StrCat(source == nullptr ? "." : source, "/", path), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const absl::StatusOr<std::vector<RuleText>>& Delivered() {
  static const auto* rules = new absl::StatusOr<std::vector<RuleText>>(
      ParseRules(ReadFile("services/identification/rules/national_2023.json")));
  return *rules;
}

const json& Cases() {
  static const auto* cases =
      new json(json::parse(ReadFile("tests/unit/identification_rules/cases.json"), nullptr, false));
  return *cases;
}

const CodeBook& Codes() {
  static const auto* codes = new CodeBook(DefaultCodeBook());
  return *codes;
}

// Cases may write a code by its key and YesNo as true and false; protobuf's JSON takes numbers.
void ResolveNames(const google::protobuf::Descriptor& message, json& object) {
  for (auto& [name, value] : object.items()) {
    const google::protobuf::FieldDescriptor* field = message.FindFieldByName(name);
    if (field == nullptr) continue;
    const std::string list = field->options().GetExtension(v1::column).code_list();
    auto resolve = [&](json& one) {
      if (field->message_type() != nullptr && one.is_object()) {
        ResolveNames(*field->message_type(), one);
      } else if (field->enum_type() != nullptr && one.is_boolean()) {
        one = one.get<bool>() ? "YES_NO_YES" : "YES_NO_NO";
      } else if (!list.empty() && one.is_string()) {
        std::optional<int> code = Codes().Find(list, one.get<std::string>());
        EXPECT_TRUE(code) << "list " << list << " has no code " << one;
        one = code.value_or(0);
      }
    };
    if (value.is_array()) {
      for (json& one : value) resolve(one);
    } else {
      resolve(value);
    }
  }
}

template <class Message>
std::string ToFacts(json object) {
  ResolveNames(*Message::descriptor(), object);
  Message message;
  auto status = google::protobuf::util::JsonStringToMessage(object.dump(), &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << object.dump(1);
  return message.SerializeAsString();
}

// Patches are JSON merge patches (RFC 7396): objects merge, lists replace, null takes away.
json Over(json record, const json& patch) {
  record.merge_patch(patch);
  return record;
}

// The whole record of a case: its `hit` or `miss` over what all cases share.
json RecordOf(const json& example) {
  json record = Cases().value("base", json::object());
  record["today"] = Cases().value("today", "2023-12-31");
  return Over(std::move(record), example);
}

Date TodayOf(const json& record) {
  const std::vector<std::string> parts = absl::StrSplit(record.value("today", ""), '-');
  return Date(std::stoi(parts.at(0)), std::stoi(parts.at(1)), std::stoi(parts.at(2)));
}

// The persons (0: household or village) for whom the record violates the rule under `code`.
std::set<int64_t> HitsOf(const RuleText& rule, const std::string& code, const json& record) {
  std::set<int64_t> hits;
  auto compiled = Compile(rule, Codes());
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  if (!compiled.ok()) return hits;
  RuleSet set;
  set.Add(*std::move(compiled), {.region = {}, .except = {}});
  Evaluator evaluator(set);
  const json village = record.value("village", json::object());
  json facts = record;
  for (const char* key : {"village", "person", "today"}) facts.erase(key);
  auto sink = [&](const Hit& hit) {
    if (rule.variants[hit.variant].code == code) hits.insert(hit.person);
    EXPECT_FALSE(evaluator.Explain(hit, Codes()).empty()) << "a hit without deciding values";
  };
  absl::Status status =
      rule.scope == Scope::kVillage
          ? evaluator.RunVillage(ToFacts<v1::VillageItems>(village), TodayOf(record), sink)
          : evaluator.RunHousehold(ToFacts<v1::HouseholdFacts>(facts), TodayOf(record), sink);
  EXPECT_TRUE(status.ok()) << status;
  return hits;
}

// Number of the member that the case is about; 0 for households and villages.
int64_t PersonOf(const RuleText& rule, const json& record) {
  if (rule.scope != Scope::kPerson) return 0;
  const size_t index = record.value("person", 0);
  if (!record.contains("members") || record["members"].size() <= index) return -1;
  return record["members"][index].value("person_id", int64_t{0});
}

void ExpectHit(const RuleText& rule, const std::string& code, const json& record) {
  EXPECT_TRUE(HitsOf(rule, code, record).contains(PersonOf(rule, record)))
      << "does not hit " << record.dump();
}
void ExpectMiss(const RuleText& rule, const std::string& code, const json& record) {
  EXPECT_FALSE(HitsOf(rule, code, record).contains(PersonOf(rule, record)))
      << "hits " << record.dump();
}

TEST(DeliveredRules, CompileAndHaveCodesOfTheirOwn) {
  ASSERT_TRUE(Delivered().ok()) << Delivered().status();
  std::set<std::string> codes;
  for (const RuleText& rule : *Delivered()) {
    ASSERT_FALSE(rule.variants.empty());
    auto compiled = Compile(rule, Codes());
    EXPECT_TRUE(compiled.ok()) << rule.variants[0].code << " " << compiled.status();
    EXPECT_FALSE(rule.title_zh.empty()) << rule.variants[0].code;
    EXPECT_FALSE(rule.title_en.empty()) << rule.variants[0].code;
    for (const Variant& variant : rule.variants) {
      EXPECT_TRUE(
          codes.insert(absl::StrCat(variant.code, " ", static_cast<int>(variant.population)))
              .second)
          << variant.code << " is given twice";
    }
  }
}

TEST(DeliveredRules, HaveACaseEachAndNoCaseIsLeftOver) {
  ASSERT_TRUE(Delivered().ok()) << Delivered().status();
  ASSERT_TRUE(Cases().is_object());
  std::set<std::string> codes;
  for (const RuleText& rule : *Delivered()) {
    for (const Variant& variant : rule.variants) {
      codes.insert(variant.code);
      EXPECT_TRUE(Cases().contains(variant.code)) << variant.code << " has no case";
    }
  }
  for (const auto& [code, example] : Cases().items()) {
    if (code == "base" || code == "today") continue;
    EXPECT_TRUE(codes.contains(code)) << "there is no rule " << code;
  }
}

TEST(DeliveredRules, HitAndMissAsTheirCasesSay) {
  ASSERT_TRUE(Delivered().ok()) << Delivered().status();
  for (const RuleText& rule : *Delivered()) {
    for (const Variant& variant : rule.variants) {
      SCOPED_TRACE(variant.code);
      const json example = Cases().value(variant.code, json());
      if (!example.contains("hit") || !example.contains("miss")) {
        ADD_FAILURE() << "no `hit` or no `miss`";
        continue;
      }
      const json hit = RecordOf(example["hit"]);
      ExpectHit(rule, variant.code, hit);
      ExpectMiss(rule, variant.code, RecordOf(example["miss"]));
      for (const json& patch : example.value("more_hits", json::array())) {
        ExpectHit(rule, variant.code, Over(hit, patch));
      }
      for (const json& patch : example.value("more_misses", json::array())) {
        ExpectMiss(rule, variant.code, Over(hit, patch));
      }
    }
  }
}

TEST(DeliveredRules, AreToldUnderTheCodeOfTheHouseholdsPopulation) {
  ASSERT_TRUE(Delivered().ok()) << Delivered().status();
  for (const RuleText& rule : *Delivered()) {
    if (rule.variants.size() != 2) continue;
    for (int i : {0, 1}) {
      const std::string& code = rule.variants[i].code;
      SCOPED_TRACE(code);
      const json hit = RecordOf(Cases().value(code, json::object()).value("hit", json::object()));
      EXPECT_TRUE(HitsOf(rule, rule.variants[1 - i].code, hit).empty());
    }
  }
}

// "2_01_008-empty" is a part of 2_01_008; "2_01_010-16" is a code of the source.
std::string SourceCode(const std::string& code) {
  const size_t dash = code.rfind('-');
  return dash != std::string::npos && absl::ascii_isalpha(code.at(dash + 1)) ? code.substr(0, dash)
                                                                             : code;
}

TEST(DeliveredRules, AndTheUndeliveredAreTheWholeListOfTheSource) {
  ASSERT_TRUE(Delivered().ok()) << Delivered().status();
  std::set<std::string> delivered;
  for (const RuleText& rule : *Delivered()) {
    for (const Variant& variant : rule.variants) delivered.insert(SourceCode(variant.code));
    for (const std::string& code : rule.also) {
      EXPECT_TRUE(delivered.insert(code).second) << code << " is told elsewhere";
    }
  }
  std::set<std::string> all = delivered;
  const std::string file = ReadFile("services/identification/rules/undelivered.csv");
  const std::vector<std::string> lines = absl::StrSplit(file, '\n', absl::SkipEmpty());
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> cells = absl::StrSplit(lines[i], absl::MaxSplits(',', 1));
    ASSERT_EQ(cells.size(), 2u) << lines[i];
    EXPECT_GT(cells[1].size(), 20u) << cells[0] << " has no reason";
    EXPECT_TRUE(all.insert(cells[0]).second) << cells[0] << " is delivered";
  }
  const std::string source = ReadFile("tests/unit/identification_rules/source_codes.txt");
  const std::vector<std::string> codes = absl::StrSplit(source, '\n', absl::SkipEmpty());
  EXPECT_EQ(codes.size(), 263u);
  EXPECT_EQ(all, std::set<std::string>(codes.begin(), codes.end()));
}

}  // namespace
}  // namespace jz::identification::rules
