// What a service refuses at its start, before it looks for its database.
#include "common/config/service_main.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "common/status/status.h"

namespace jz {
namespace {

class ServiceStart : public ::testing::Test {
 protected:
  ServiceStart() {
    std::string pattern = ::testing::TempDir() + "/jz_start_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~ServiceStart() override { std::filesystem::remove_all(folder_); }

  absl::Status OpenWithPageKey(const std::string& key) {
    std::ofstream(folder_ + "/page.key") << key;
    ServiceConfig config;
    config.name = "funds";
    config.page_key_file = folder_ + "/page.key";
    config.database.socket = folder_ + "/no-database.sock";
    return OpenFoundation(std::move(config)).status();
  }

  std::string folder_;
};

TEST_F(ServiceStart, WantsAPageKeyOfSixteenBytes) {
  absl::Status status = OpenWithPageKey("fifteen bytes..");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "PAGE_KEY_SHORT");
  EXPECT_EQ(MetadataOf(status, "path"), folder_ + "/page.key");
  EXPECT_EQ(status.message().find("fifteen"), std::string::npos) << "the key is a secret";
  EXPECT_EQ(ReasonOf(OpenWithPageKey("")), "PAGE_KEY_SHORT");
  EXPECT_EQ(ReasonOf(OpenWithPageKey("sixteen bytes...")), "DATABASE_UNAVAILABLE") << "goes on";
}

TEST_F(ServiceStart, NamesAFileThatItCannotRead) {
  ServiceConfig config;
  config.page_key_file = folder_ + "/none";
  absl::Status status = OpenFoundation(std::move(config)).status();
  EXPECT_EQ(ReasonOf(status), "FILE_UNREADABLE");
  EXPECT_EQ(MetadataOf(status, "path"), folder_ + "/none");
}

TEST(ServiceMainDeathTest, RefusesToKeepAnswersForTooShortATime) {
  const char* flags[] = {"funds",          "--keep-answers=59m",    "--key-directory=x",
                         "--roles-file=x", "--sealing-keys-file=x", "--page-key-file=x"};
  ServiceSpec spec;
  spec.name = "funds";
  EXPECT_EXIT(std::exit(ServiceMain(6, flags, spec)), ::testing::ExitedWithCode(1),
              "keep-answers is a duration like 1m30s from 1h to ");
}

}  // namespace
}  // namespace jz
