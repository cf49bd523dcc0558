#include "common/auth/roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "common/status/status.h"

namespace jz::auth {
namespace {

TEST(Roles, GiveTheUnionOfPermissions) {
  auto roles =
      Roles::FromText(R"({"roles": [{"name": "a", "permissions": ["funds.x.get", "funds.y.get"]},
                                             {"name": "b", "permissions": ["funds.y.get", "funds.z.get"]},
                                             {"name": "c", "permissions": []}]})");
  ASSERT_TRUE(roles.ok()) << roles.status();
  EXPECT_THAT(roles->PermissionsOf({"a", "b"}),
              testing::UnorderedElementsAre("funds.x.get", "funds.y.get", "funds.z.get"));
  EXPECT_TRUE(roles->PermissionsOf({"c", "unknown", ""}).empty());
  EXPECT_TRUE(roles->PermissionsOf({}).empty());
}

TEST(Roles, RefuseSpellingMistakes) {
  for (const char* text :
       {"", "[]", "{}", R"({"roles": {}})", R"({"roles": ["a"]})", R"({"roles": [{"name": "a"}]})",
        R"({"roles": [{"name": 1, "permissions": []}]})",
        R"({"roles": [{"name": "a", "permissions": "x"}]})",
        R"({"roles": [{"name": "a", "permisions": []}]})",
        R"({"roles": [{"name": "a", "permissions": [], "extra": 1}]})",
        R"({"roles": [{"name": "a", "permissions": ["funds.*.get"]}]})",
        R"({"roles": [{"name": "a", "permissions": ["funds.get"]}]})",
        R"({"roles": [{"name": "a", "permissions": ["funds..get"]}]})",
        R"({"roles": [{"name": "a", "permissions": ["Funds.x.get"]}]})",
        R"({"roles": [{"name": "a", "permissions": [1]}]})",
        R"({"roles": [{"name": "a", "permissions": []}, {"name": "a", "permissions": []}]})"}) {
    EXPECT_EQ(ReasonOf(Roles::FromText(text).status()), "ROLES_FORMAT") << text;
  }
  EXPECT_EQ(ReasonOf(Roles::FromFile("/nonexistent").status()), "FILE_UNREADABLE");
}

TEST(Roles, OfTheSuiteAreWellFormed) {
  const char* source = getenv("JZ_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  auto roles = Roles::FromFile(std::string(source) + "/common/auth/roles.json");
  EXPECT_TRUE(roles.ok()) << roles.status();
}

}  // namespace
}  // namespace jz::auth
