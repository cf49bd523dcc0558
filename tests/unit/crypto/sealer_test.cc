#include "common/crypto/sealer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"
#include "common/status/status.h"

namespace jz::crypto {
namespace {

constexpr char kAes[] = "AES-256-GCM+HMAC-SHA-256";
constexpr char kSm4[] = "SM4-CTR+HMAC-SM3";
constexpr char kField[] = "person.citizen_id";
constexpr char kText[] = "11010519491231002X";

std::string KeyLine(int id, absl::string_view suite, char sealing, char hashing) {
  return absl::StrCat(id, " ", suite, " ", std::string(64, sealing), " ", std::string(64, hashing),
                      "\n");
}

std::unique_ptr<Sealer> Make(absl::string_view text) {
  auto sealer = Sealer::FromText(text);
  EXPECT_TRUE(sealer.ok()) << sealer.status();
  return *std::move(sealer);
}

class BothSuites : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Sealer> sealer_ = Make(KeyLine(7, GetParam(), 'a', 'b'));
};

INSTANTIATE_TEST_SUITE_P(Sealer, BothSuites, testing::Values(kAes, kSm4),
                         [](const auto& test) { return test.param == kAes ? "Aes" : "Sm4"; });

TEST_P(BothSuites, OpensWhatItSealed) {
  for (const std::string& plain : {std::string(), std::string("x"), std::string(kText),
                                   std::string("\0\xff\0", 3), RandomBytes(4096)}) {
    auto sealed = sealer_->Seal(kField, plain);
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    auto opened = sealer_->Open(kField, *sealed);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(*opened, plain);
    EXPECT_FALSE(sealer_->NeedsResealing(*sealed));
  }
}

TEST_P(BothSuites, HidesTheText) {
  const std::string sealed = *sealer_->Seal(kField, kText);
  EXPECT_FALSE(absl::StrContains(sealed, "1949"));
  EXPECT_LE(sealed.size(), sizeof(kText) + 49);
}

TEST_P(BothSuites, SealsTheSameTextDifferentlyEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(*sealer_->Seal(kField, kText));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST_P(BothSuites, RefusesEveryChangedBitAndEveryCut) {
  const std::string sealed = *sealer_->Seal(kField, kText);
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    const absl::Status status = sealer_->Open(kField, changed).status();
    ASSERT_EQ(status.code(), absl::StatusCode::kDataLoss) << bit;
    ASSERT_EQ(ReasonOf(status), "SEAL_BROKEN") << bit;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(ReasonOf(sealer_->Open(kField, sealed.substr(0, size)).status()), "SEAL_BROKEN");
  }
  EXPECT_FALSE(sealer_->Open(kField, sealed + "x").ok());
}

TEST_P(BothSuites, BindsTheValueToItsField) {
  const std::string sealed = *sealer_->Seal(kField, kText);
  for (const char* other : {"", "person.phone", "person.citizen_i", "person.citizen_idx"}) {
    EXPECT_EQ(ReasonOf(sealer_->Open(other, sealed).status()), "SEAL_BROKEN") << other;
  }
}

TEST_P(BothSuites, RefusesMoreThanFourKibibytes) {
  EXPECT_EQ(sealer_->Seal(kField, std::string(4097, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(BothSuites, HashesForEqualitySearch) {
  const std::string hash = sealer_->Hash(kField, kText);
  EXPECT_EQ(hash.size(), 32u);
  EXPECT_EQ(sealer_->Hash(kField, kText), hash);
  EXPECT_NE(sealer_->Hash("person.phone", kText), hash);
  EXPECT_NE(sealer_->Hash(kField, "11010519491231003X"), hash);
  // The boundary between context and text counts.
  EXPECT_NE(sealer_->Hash("a", "bc"), sealer_->Hash("ab", "c"));
  EXPECT_NE(Make(KeyLine(7, GetParam(), 'a', 'c'))->Hash(kField, kText), hash);
}

TEST_P(BothSuites, AnswersManyThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  const std::string hash = sealer_->Hash(kField, kText);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string plain = absl::StrCat(t, "-", i);
        auto opened = sealer_->Open(kField, *sealer_->Seal(kField, plain));
        if (!opened.ok() || *opened != plain || sealer_->Hash(kField, kText) != hash) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Sealer, HashesByThePublishedAlgorithm) {
  // printf '\0\0\0\1c\0\0\0\2id' | openssl dgst -sha256 -mac HMAC -macopt hexkey:bb…bb
  EXPECT_EQ(absl::BytesToHexString(Make(KeyLine(1, kAes, 'a', 'b'))->Hash("c", "id")),
            "2e8f0f3b74d7fd3ac488d5eea0ae4588b38d9a011400bbbe02689e059122fb5e");
  // The same with -sm3.
  EXPECT_EQ(absl::BytesToHexString(Make(KeyLine(1, kSm4, 'a', 'b'))->Hash("c", "id")),
            "46b880a2a078e775c0e14dd01a56e035d30bd40f869c5051bb147aa2bcef6cbf");
}

TEST(KeyRotation, OpensOldValuesAndSealsWithTheLastKey) {
  const std::string first = KeyLine(1, kAes, 'a', 'b');
  const std::string second = KeyLine(2, kSm4, 'c', 'd');
  const std::unique_ptr<Sealer> before = Make(first);
  const std::unique_ptr<Sealer> after = Make(first + "# rotated\n\n" + second);
  const std::string old_value = *before->Seal(kField, kText);

  EXPECT_EQ(*after->Open(kField, old_value), kText);
  EXPECT_TRUE(after->NeedsResealing(old_value));
  const std::string resealed = *after->Seal(kField, *after->Open(kField, old_value));
  EXPECT_FALSE(after->NeedsResealing(resealed));
  EXPECT_EQ(*after->Open(kField, resealed), kText);
  EXPECT_EQ(ReasonOf(before->Open(kField, resealed).status()), "SEAL_BROKEN");
  EXPECT_TRUE(after->NeedsResealing(""));
}

TEST(KeyRotation, KeepsHashesMatchable) {
  const std::string first = KeyLine(1, kAes, 'a', 'b');
  EXPECT_EQ(Make(first)->Hash(kField, kText),
            Make(first + KeyLine(2, kSm4, 'c', 'd'))->Hash(kField, kText));
}

TEST(KeyRotation, DoesNotOpenWithAnotherKeyOfTheSameId) {
  const std::string sealed = *Make(KeyLine(1, kAes, 'a', 'b'))->Seal(kField, kText);
  EXPECT_EQ(ReasonOf(Make(KeyLine(1, kAes, 'c', 'b'))->Open(kField, sealed).status()),
            "SEAL_BROKEN");
}

TEST(KeyText, IsRefusedWithTheLineButNotTheKey) {
  const std::string good = KeyLine(1, kAes, 'a', 'b');
  const std::string bad[] = {
      "",
      "# nothing\n",
      "nonsense",
      KeyLine(0, kAes, 'a', 'b'),
      KeyLine(256, kAes, 'a', 'b'),
      KeyLine(1, "DES", 'a', 'b'),
      KeyLine(1, kAes, 'g', 'b'),
      KeyLine(1, kAes, 'a', 'a'),
      good + good,
      absl::StrCat("1 ", kAes, " ", std::string(63, 'a'), " ", std::string(64, 'b')),
      absl::StrCat(absl::StripAsciiWhitespace(good), " extra")};
  for (const std::string& text : bad) {
    const absl::Status status = Sealer::FromText(text).status();
    EXPECT_EQ(ReasonOf(status), "SEALING_KEYS_FORMAT") << text;
    EXPECT_FALSE(absl::StrContains(status.message(), "aaaa")) << status;
  }
}

class KeyFile : public testing::Test {
 protected:
  KeyFile() { std::ofstream(path_) << KeyLine(1, kAes, 'a', 'b'); }
  ~KeyFile() override { unlink(path_.c_str()); }

  std::string path_ = absl::StrCat(testing::TempDir(), "/sealing_keys.", RandomUuid());
};

TEST_F(KeyFile, IsReadWhenItIsPrivate) {
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  EXPECT_TRUE(Sealer::FromFile(path_).ok());
  ASSERT_EQ(chmod(path_.c_str(), 0400), 0);
  EXPECT_TRUE(Sealer::FromFile(path_).ok());
}

TEST_F(KeyFile, IsRefusedWhenOthersCanReadOrChangeIt) {
  for (mode_t mode : {0644, 0640, 0604, 0660, 0620, 0602, 0601}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(ReasonOf(Sealer::FromFile(path_).status()), "FILE_NOT_PRIVATE") << std::oct << mode;
  }
}

TEST_F(KeyFile, IsRefusedWhenItIsNotThere) {
  EXPECT_EQ(ReasonOf(Sealer::FromFile(path_ + ".gone").status()), "FILE_UNREADABLE");
  EXPECT_FALSE(Sealer::FromFile(testing::TempDir()).ok());
}

}  // namespace
}  // namespace jz::crypto
