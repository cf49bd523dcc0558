// Requests that no method takes, for every method of every service, by reflection: each is refused
// with its reason and the field, and no row of any database changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "common/status/status.h"
#include "tests/rpc/access/any_call.h"
#include "tests/rpc/access/requests.h"
#include "tests/rpc/access/suite.h"
#include "tests/support/violations.h"

namespace jz::testing {
namespace {

using ::testing::Each;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class BadRequest : public ::testing::Test {
 protected:
  struct Case {
    const MethodDescriptor* method;
    std::unique_ptr<Message> request;
    std::string token;
    bool needs_request_id;

    bool Has(const std::string& field) const {
      return request->GetDescriptor()->FindFieldByName(field) != nullptr;
    }
    void Set(const std::string& field, const std::string& value) {
      request->GetReflection()->SetString(request.get(),
                                          request->GetDescriptor()->FindFieldByName(field), value);
    }
    void SetPageSize(int size) {
      request->GetReflection()->SetInt32(
          request.get(), request->GetDescriptor()->FindFieldByName("page_size"), size);
    }
  };

  BadRequest() : before_(suite().Fingerprint()) {}
  ~BadRequest() override { EXPECT_EQ(suite().Fingerprint(), before_) << "something changed"; }
  static void TearDownTestSuite() { Suite::End(); }

  static Suite& suite() { return Suite::Shared(); }
  static std::vector<Case> Cases() {
    std::map<std::string, const MethodDescriptor*> methods;
    for (const MethodDescriptor* method : AllMethods()) methods[method->full_name()] = method;
    std::vector<Case> cases;
    for (const AccessCase& access : AccessCases()) {
      const MethodDescriptor* method = methods.at("jingzhun." + access.method);
      const std::string subject = access.subject.empty() ? access.method : access.subject;
      cases.push_back({method, ParseRequest(*method, suite().Expand(access.request)),
                       suite().Token(kCounty, subject),
                       IsWrite(*method) && access.repeats_safely_by.empty()});
    }
    return cases;
  }
  static Answer Call(const Case& call, const std::string& token = "") {
    return suite().Call(*call.method, *call.request, token.empty() ? call.token : token);
  }
  static void ExpectRefused(const Case& call, absl::StatusCode code, const std::string& reason,
                            const std::string& token = "") {
    const Answer answer = Call(call, token);
    EXPECT_EQ(answer.status.code(), code) << answer.status;
    EXPECT_EQ(ReasonOf(answer.status), reason) << answer.status;
    EXPECT_EQ(answer.Text(), "");
  }

  const std::string before_;
};

std::string NextTokenOf(const Answer& answer) {
  const Message& response = *answer.responses.at(0);
  const FieldDescriptor* field = response.GetDescriptor()->FindFieldByName("next_page_token");
  return field == nullptr ? "" : response.GetReflection()->GetString(response, field);
}

TEST_F(BadRequest, PageTokensOfOtherCallersListsAndFilters) {
  std::map<std::string, std::string> tokens;  // by method
  std::vector<Case> lists;
  for (Case& call : Cases()) {
    if (!call.Has("page_token")) continue;
    SCOPED_TRACE(call.method->full_name());
    call.SetPageSize(-1);
    ExpectRefused(call, kInvalid, "PAGE_SIZE_NEGATIVE");
    call.SetPageSize(1);
    const Answer first = Call(call);
    ASSERT_TRUE(first.status.ok()) << first.status;
    if (std::string token = NextTokenOf(first); !token.empty()) {
      tokens[call.method->full_name()] = token;
    }
    call.Set("page_token", "forged");
    ExpectRefused(call, kInvalid, "PAGE_TOKEN_INVALID");
    lists.push_back(std::move(call));
  }
  EXPECT_GE(lists.size(), 18u);
  EXPECT_GE(tokens.size(), 8u) << "too few lists have two items";
  for (Case& call : lists) {
    SCOPED_TRACE(call.method->full_name());
    for (const auto& [method, token] : tokens) {
      if (method == call.method->full_name()) continue;
      call.Set("page_token", token);
      ExpectRefused(call, kInvalid, "PAGE_TOKEN_INVALID");
    }
    auto own = tokens.find(call.method->full_name());
    if (own == tokens.end()) continue;
    call.Set("page_token", own->second);
    EXPECT_TRUE(Call(call).status.ok()) << "its own token is good";
    ExpectRefused(call, kInvalid, "PAGE_TOKEN_INVALID", suite().Token(kCounty, "somebody else"));
    if (ReplaceRegions(*call.request, kEmptyVillage) == 0) continue;
    ExpectRefused(call, kInvalid, "PAGE_TOKEN_INVALID");
  }
}

TEST_F(BadRequest, WritesWithoutARequestId) {
  int writes = 0;
  for (Case& call : Cases()) {
    SCOPED_TRACE(call.method->full_name());
    EXPECT_TRUE(call.Has("request_id") || !call.needs_request_id);
    if (!call.Has("request_id")) continue;
    ++writes;
    call.Set("request_id", "");
    if (call.needs_request_id) ExpectRefused(call, kInvalid, "REQUEST_ID_REQUIRED");
    call.Set("request_id", std::string(65, 'x'));
    ExpectRefused(call, kInvalid, "REQUEST_ID_FORMAT");
    call.Set("request_id", "a b");
    ExpectRefused(call, kInvalid, "REQUEST_ID_FORMAT");
  }
  EXPECT_GT(writes, 30);
}

TEST_F(BadRequest, RegionsThatAreNone) {
  int methods = 0;
  for (Case& call : Cases()) {
    if (ReplaceRegions(*call.request, "230221") == 0) continue;
    SCOPED_TRACE(call.method->full_name());
    ++methods;
    const Answer answer = Call(call);
    EXPECT_EQ(answer.status.code(), kInvalid) << answer.status;
    EXPECT_EQ(ReasonOf(answer.status), "INVALID_REQUEST") << answer.status;
    EXPECT_THAT(ViolationsOf(answer.status), Not(IsEmpty()));
    EXPECT_THAT(ViolationsOf(answer.status), Each(EndsWith("code REGION_CODE_FORMAT")));
    EXPECT_EQ(answer.Text(), "");
  }
  EXPECT_GT(methods, 30);
}

TEST_F(BadRequest, EtagsThatAreForgedOrOfAnEarlierState) {
  int methods = 0;
  for (Case& call : Cases()) {
    // What is made new has no etag yet.
    if (absl::StrContains(call.method->name(), "Create")) continue;
    if (SetEtags(*call.request, "v999") == 0) continue;
    SCOPED_TRACE(call.method->full_name());
    ++methods;
    ExpectRefused(call, absl::StatusCode::kAborted, "ETAG_MISMATCH");
    SetEtags(*call.request, "forged");
    ExpectRefused(call, absl::StatusCode::kAborted, "ETAG_MISMATCH");
  }
  EXPECT_GE(methods, 5);
}

}  // namespace
}  // namespace jz::testing
