#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/support/time_factor.h"
#include "tests/unit/fuzz/fuzz_target.h"

namespace jz::fuzz {
namespace {

namespace fs = std::filesystem;

struct Target {
  const char* name;
  void (*run)(absl::string_view);
};

std::vector<std::string> ReadCorpus(const char* name) {
  const char* source = getenv("JZ_SOURCE_DIR");
  std::vector<std::string> corpus;
  if (source == nullptr) return corpus;
  for (const auto& file :
       fs::directory_iterator(fs::path(source) / "tests/unit/fuzz/corpus" / name)) {
    std::ifstream in(file.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    corpus.push_back(text.str());
  }
  return corpus;
}

// A few of what libFuzzer does: flip, insert, remove and repeat bytes, and join two inputs.
std::string Change(std::string text, const std::string& other, std::mt19937& random) {
  for (int i = static_cast<int>(random() % 3); i >= 0; --i) {
    const size_t at = text.empty() ? 0 : random() % text.size();
    switch (random() % 5) {
      case 0:
        if (!text.empty()) text[at] = static_cast<char>(text[at] ^ (1 << random() % 8));
        break;
      case 1:
        text.insert(at, 1, "0123456789-/.,Xx\0\xff"[random() % 18]);
        break;
      case 2:
        text.erase(at, 1 + random() % 3);
        break;
      case 3:
        text.insert(at, text.substr(at, random() % 8));
        break;
      default:
        text = text.substr(0, at) + other.substr(std::min(at, other.size()));
    }
  }
  return text;
}

class Corpus : public ::testing::TestWithParam<Target> {};

INSTANTIATE_TEST_SUITE_P(Parsers, Corpus,
                         ::testing::Values(Target{"citizen_id", CitizenIdTarget},
                                           Target{"date", DateTarget}, Target{"ids", IdsTarget},
                                           Target{"jwt", JwtTarget}, Target{"money", MoneyTarget},
                                           Target{"page_token", PageTokenTarget},
                                           Target{"region_code", RegionCodeTarget},
                                           Target{"register_row", RegisterRowTarget},
                                           Target{"rule_expression", RuleExpressionTarget},
                                           Target{"rule_facts", RuleFactsTarget},
                                           Target{"sheet", SheetTarget}),
                         [](const auto& test) { return test.param.name; });

TEST_P(Corpus, KeepsTheParsersWord) {
  const std::vector<std::string> corpus = ReadCorpus(GetParam().name);
  ASSERT_FALSE(corpus.empty());
  std::mt19937 random(17);
  for (const std::string& text : corpus) GetParam().run(text);
  for (int i = 0; i < jz::testing::Rounds(20'000); ++i) {
    GetParam().run(
        Change(corpus[random() % corpus.size()], corpus[random() % corpus.size()], random));
  }
}

}  // namespace
}  // namespace jz::fuzz
