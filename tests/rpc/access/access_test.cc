// Who may not call a method gets nothing from it: for every method of every service, by reflection.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/rpc/access/any_call.h"
#include "tests/rpc/access/requests.h"
#include "tests/rpc/access/suite.h"

namespace jz::testing {
namespace {

class AccessTest : public ::testing::Test {
 protected:
  static Suite& suite() { return Suite::Shared(); }
  static void TearDownTestSuite() { Suite::End(); }

  static const std::map<std::string, const MethodDescriptor*>& Methods() {
    static const auto* const methods = [] {
      auto* by_name = new std::map<std::string, const MethodDescriptor*>();
      for (const MethodDescriptor* method : AllMethods()) (*by_name)[method->full_name()] = method;
      return by_name;
    }();
    return *methods;
  }
  static const MethodDescriptor& MethodOf(const AccessCase& access) {
    return *Methods().at("jingzhun." + access.method);
  }
  static std::unique_ptr<Message> RequestOf(const AccessCase& access) {
    return ParseRequest(MethodOf(access), suite().Expand(access.request));
  }
  static Answer Call(const AccessCase& access, const Message& request, const std::string& token) {
    return suite().Call(MethodOf(access), request, token);
  }
};

// Exactly this error, and no data with it.
void ExpectRefused(const Answer& answer, absl::StatusCode code, const std::string& reason) {
  EXPECT_EQ(answer.status.code(), code) << answer.status;
  EXPECT_EQ(ReasonOf(answer.status), reason) << answer.status;
  EXPECT_EQ(answer.Text(), "");
}

// Some resources of a batch are outside the scope: told by their fields.
bool NamesUnknownResources(const absl::Status& status) {
  auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad;
  if (!payload || !bad.ParseFromString(std::string(*payload))) return false;
  const auto& violations = bad.field_violations();
  return !violations.empty() &&
         std::all_of(violations.begin(), violations.end(), [](const auto& violation) {
           const std::string& text = violation.description();  // "RULE: in words"
           return absl::EndsWith(text.substr(0, text.find(':')), "_NOT_FOUND");
         });
}

bool IsOutOfScope(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  switch (status.code()) {
    case absl::StatusCode::kPermissionDenied:
      return reason == "REGION_OUT_OF_SCOPE";
    case absl::StatusCode::kNotFound:
      return absl::EndsWith(reason, "_NOT_FOUND");
    case absl::StatusCode::kInvalidArgument:
      return NamesUnknownResources(status);
    case absl::StatusCode::kFailedPrecondition:
      // Not on the register in the caller's regions: who is elsewhere or nowhere is told the same.
      return reason == "HOUSEHOLD_NOT_REGISTERED";
    default:
      return false;
  }
}

// Every item of a batch that is judged one by one is refused: `results` with a `reason` each.
bool EveryItemIsOutOfScope(const Message& response) {
  const FieldDescriptor* results = response.GetDescriptor()->FindFieldByName("results");
  if (results == nullptr || !results->is_repeated()) return false;
  const int count = response.GetReflection()->FieldSize(response, results);
  for (int i = 0; i < count; ++i) {
    const Message& item = response.GetReflection()->GetRepeatedMessage(response, results, i);
    const FieldDescriptor* reason = item.GetDescriptor()->FindFieldByName("reason");
    if (!absl::EndsWith(item.GetReflection()->GetString(item, reason), "_NOT_FOUND")) return false;
  }
  return count > 0;
}

// What the answer tells of the county: data, and the number of what there is. What the caller named
// itself may be repeated.
std::vector<std::string> Told(const Suite& suite, const Answer& answer, const Message& request) {
  std::vector<std::string> told = suite.CountyDataIn(
      absl::StrCat(answer.status.ToString(), answer.Text()), request.DebugString());
  for (const auto& response : answer.responses) {
    for (std::string& number : NonzeroNumbers(*response)) told.push_back(std::move(number));
  }
  return told;
}

void ExpectNothingOfTheCounty(const Suite& suite, const Answer& answer, const Message& request) {
  EXPECT_EQ(Told(suite, answer, request), std::vector<std::string>())
      << answer.status << answer.Text();
}

// Refused, or for a reading call an answer without content.
void ExpectOutOfScope(const Suite& suite, const MethodDescriptor& method, const Answer& answer,
                      const Message& request) {
  ExpectNothingOfTheCounty(suite, answer, request);
  if (!answer.status.ok()) {
    EXPECT_TRUE(IsOutOfScope(answer.status)) << answer.status;
  } else if (IsWrite(method)) {
    EXPECT_TRUE(EveryItemIsOutOfScope(*answer.responses.front())) << answer.Text();
  }
}

bool NamesResources(const Suite& suite, const Message& request) {
  const std::vector<std::string> named = suite.CountyDataIn(request.DebugString(), "");
  return std::any_of(named.begin(), named.end(),
                     [](const std::string& name) { return absl::StrContains(name, "/"); });
}

TEST_F(AccessTest, KnowsARequestForEveryMethod) {
  std::set<std::string> known;
  for (const AccessCase& access : AccessCases()) {
    EXPECT_TRUE(known.insert("jingzhun." + access.method).second) << access.method << " twice";
    EXPECT_TRUE(Methods().contains("jingzhun." + access.method)) << access.method;
  }
  for (const auto& [name, method] : Methods()) EXPECT_TRUE(known.contains(name)) << name;
  EXPECT_GT(Methods().size(), 80u);
}

TEST_F(AccessTest, RefusesTokensThatAreNotGood) {
  const TokenSpec good{.roles = {kEverything}, .regions = {kCounty}};
  for (const AccessCase& access : AccessCases()) {
    SCOPED_TRACE(access.method);
    const auto request = RequestOf(access);
    const auto unauthenticated = absl::StatusCode::kUnauthenticated;
    ExpectRefused(Call(access, *request, ""), unauthenticated, "TOKEN_MISSING");
    ExpectRefused(Call(access, *request, suite().keys().ExpiredToken(good)), unauthenticated,
                  "TOKEN_EXPIRED");
    ExpectRefused(Call(access, *request, suite().keys().ForeignToken(good)), unauthenticated,
                  "TOKEN_SIGNATURE");
  }
}

TEST_F(AccessTest, RefusesRolesWithoutThePermission) {
  ASSERT_EQ(suite().roles().size(), 9u);
  const auto denied = absl::StatusCode::kPermissionDenied;
  for (const AccessCase& access : AccessCases()) {
    const auto request = RequestOf(access);
    std::vector<std::vector<std::string>> role_sets = {{}};
    for (const auto& [role, permissions] : suite().roles()) {
      if (!permissions.contains(PermissionOf(MethodOf(access)))) role_sets.push_back({role});
    }
    EXPECT_LE(role_sets.size(), 9u) << access.method << " may be called by nobody";
    for (const std::vector<std::string>& roles : role_sets) {
      SCOPED_TRACE(absl::StrCat(access.method, " ", roles.empty() ? "no role" : roles[0]));
      const std::string token = suite().keys().Token({.roles = roles, .regions = {kCounty}});
      ExpectRefused(Call(access, *request, token), denied, "PERMISSION_MISSING");
    }
  }
}

TEST_F(AccessTest, ShowsAndChangesNothingForANeighbour) {
  const std::string token = suite().Token(kNeighbour);
  for (const AccessCase& access : AccessCases()) {
    if (access.is_public) continue;
    SCOPED_TRACE(access.method);
    const auto request = RequestOf(access);
    ExpectOutOfScope(suite(), MethodOf(access), Call(access, *request, token), *request);
  }
}

// What a neighbour may ask: without a region, or about the own one.
TEST_F(AccessTest, ShowsNothingToANeighbourWhoNamesNoRegion) {
  const std::string token = suite().Token(kNeighbour);
  for (const AccessCase& access : AccessCases()) {
    if (access.is_public || IsWrite(MethodOf(access))) continue;
    for (const std::string& region : {std::string(), std::string(kNeighbour)}) {
      SCOPED_TRACE(absl::StrCat(access.method, " region ", region));
      const auto request = RequestOf(access);
      if (ReplaceRegions(*request, region) == 0) continue;
      const Answer answer = Call(access, *request, token);
      ExpectNothingOfTheCounty(suite(), answer, *request);
      // Without a region, which some calls need.
      if (absl::IsInvalidArgument(answer.status) && region.empty()) continue;
      EXPECT_TRUE(answer.status.ok() || IsOutOfScope(answer.status)) << answer.status;
    }
  }
}

// Resources of the county do not get into reach by naming the own region beside them.
TEST_F(AccessTest, LetsANeighbourUseNoResourceOfTheCounty) {
  const std::string token = suite().Token(kNeighbour);
  for (const AccessCase& access : AccessCases()) {
    if (access.is_public || !IsWrite(MethodOf(access))) continue;
    SCOPED_TRACE(access.method);
    const auto request = RequestOf(access);
    if (ReplaceRegions(*request, kNeighbour) == 0) continue;
    if (!NamesResources(suite(), *request)) continue;
    ExpectOutOfScope(suite(), MethodOf(access), Call(access, *request, token), *request);
  }
}

TEST_F(AccessTest, ShowsAndChangesNothingAroundAVillage) {
  const std::string token = suite().Token(kEmptyVillage);
  for (const AccessCase& access : AccessCases()) {
    if (access.is_public) continue;
    const MethodDescriptor& method = MethodOf(access);
    SCOPED_TRACE(access.method);
    const auto request = RequestOf(access);
    const Answer answer = Call(access, *request, token);
    if (access.shows_ancestors && answer.status.ok()) continue;
    ExpectOutOfScope(suite(), method, answer, *request);
  }
}

// Otherwise the refusals above could have other causes.
TEST_F(AccessTest, ServesTheRightfulCaller) {
  for (const AccessCase& access : AccessCases()) {
    SCOPED_TRACE(access.method);
    const std::string subject = access.subject.empty() ? access.method : access.subject;
    const auto request = RequestOf(access);
    const Answer answer = Call(access, *request, suite().Token(kCounty, subject));
    EXPECT_TRUE(answer.status.ok()) << answer.status;
    EXPECT_NE(answer.Text(), "");
    if (access.is_public || access.shows_ancestors || IsWrite(MethodOf(access))) continue;
    EXPECT_NE(Told(suite(), answer, *request), std::vector<std::string>()) << answer.Text();
  }
}

}  // namespace
}  // namespace jz::testing
