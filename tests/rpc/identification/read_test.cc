// Reading: pages, filters, and what lies outside a caller's scope.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::Singles;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Reading : public ::testing::Test {
 protected:
  Reading() {
    std::vector<Fields> rows = Singles(5);
    rows[1]["行政区划代码"] = kOtherVillage;
    rows[2]["户状态"] = "候选";
    service_.SendAndAwait({.csv = Csv(rows), .request_id = "a"});
    list_ = service_.ListAll(officer_);
  }

  absl::StatusOr<idv1::ListHouseholdsResponse> List(const Client& client,
                                                    const idv1::ListHouseholdsRequest& request) {
    return client.Call<idv1::ListHouseholdsResponse>("ListHouseholds", request);
  }
  absl::StatusOr<idv1::Household> Get(const Client& client, const std::string& name) {
    idv1::GetHouseholdRequest request;
    request.set_name(name);
    return client.Call<idv1::Household>("GetHousehold", request);
  }
  absl::StatusOr<idv1::SearchPersonsResponse> Search(const Client& client,
                                                     const std::string& citizen_id) {
    idv1::SearchPersonsRequest request;
    request.set_citizen_id(citizen_id);
    return client.Call<idv1::SearchPersonsResponse>("SearchPersons", request);
  }

  RegisterService service_;
  Client officer_ = service_.Register();
  Client neighbour_ = service_.Register("county_officer", kNeighbour);
  std::vector<idv1::Household> list_;
};

TEST_F(Reading, PagesShowEveryHouseholdOnceByVillage) {
  idv1::ListHouseholdsRequest request;
  request.set_page_size(2);
  std::vector<std::string> names;
  std::string last_region;
  do {
    auto page = List(officer_, request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->households_size(), 2);
    for (const idv1::Household& household : page->households()) {
      names.push_back(household.name());
      EXPECT_GE(household.region_code(), last_region);
      last_region = household.region_code();
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, SizeIs(5));
  EXPECT_THAT(std::set<std::string>(names.begin(), names.end()), SizeIs(5));
}

TEST_F(Reading, FiltersByRegionAndState) {
  idv1::ListHouseholdsRequest request;
  request.set_region_code(kOtherVillage);
  EXPECT_THAT(List(officer_, request)->households(), SizeIs(1));
  request.set_region_code(kTownship);
  request.add_states(idv1::HOUSEHOLD_STATE_CANDIDATE);
  EXPECT_THAT(List(officer_, request)->households(), SizeIs(1));
  request.add_states(idv1::HOUSEHOLD_STATE_REGISTERED);
  EXPECT_THAT(List(officer_, request)->households(), SizeIs(5));
  request.add_states(idv1::HOUSEHOLD_STATE_UNSPECIFIED);
  EXPECT_THAT(List(officer_, request),
              Refused(absl::StatusCode::kInvalidArgument, "HOUSEHOLD_STATE_UNKNOWN"));
}

TEST_F(Reading, RefusesTokensThatAreForgedOrOfAnotherQuery) {
  idv1::ListHouseholdsRequest request;
  request.set_page_size(2);
  const std::string token = List(officer_, request)->next_page_token();
  request.set_page_token(token);
  ASSERT_TRUE(List(officer_, request).ok());
  auto expect_refused = [&](const Client& client, const idv1::ListHouseholdsRequest& wrong) {
    EXPECT_THAT(List(client, wrong),
                Refused(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  };
  expect_refused(service_.Register("viewer", kCounty), request);
  idv1::ListHouseholdsRequest filtered = request;
  filtered.set_region_code(kTownship);
  expect_refused(officer_, filtered);
  std::string damaged = token;
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  request.set_page_token(damaged);
  expect_refused(officer_, request);
  request.set_page_token("x");
  expect_refused(officer_, request);
  request.set_page_token("");
  request.set_page_size(-1);
  EXPECT_THAT(List(officer_, request),
              Refused(absl::StatusCode::kInvalidArgument, "PAGE_SIZE_NEGATIVE"));
}

TEST_F(Reading, ABatchComesInTheOrderOfItsNames) {
  idv1::BatchGetHouseholdsRequest request;
  for (auto household = list_.rbegin(); household != list_.rend(); ++household) {
    request.add_names(household->name());
  }
  auto batch = officer_.Call<idv1::BatchGetHouseholdsResponse>("BatchGetHouseholds", request);
  ASSERT_TRUE(batch.ok()) << batch.status();
  ASSERT_THAT(batch->households(), SizeIs(5));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(batch->households(i).name(), request.names(i));
    EXPECT_THAT(batch->households(i).members(), SizeIs(1));
  }
  request.add_names(request.names(0));
  EXPECT_THAT(officer_.Call<idv1::BatchGetHouseholdsResponse>("BatchGetHouseholds", request),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request.clear_names();
  EXPECT_THAT(officer_.Call<idv1::BatchGetHouseholdsResponse>("BatchGetHouseholds", request),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(Reading, ANeighbouringCountySeesNothing) {
  EXPECT_THAT(service_.ListAll(neighbour_), IsEmpty());
  EXPECT_THAT(Get(neighbour_, list_[0].name()),
              Refused(absl::StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
  // Not different from one that does not exist.
  EXPECT_THAT(Get(neighbour_, "households/0000000000001"),
              Refused(absl::StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
  idv1::BatchGetHouseholdsRequest batch;
  batch.add_names(list_[0].name());
  EXPECT_THAT(neighbour_.Call<idv1::BatchGetHouseholdsResponse>("BatchGetHouseholds", batch),
              Refused(absl::StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
  idv1::ListHouseholdsRequest list;
  list.set_region_code(kCounty);
  EXPECT_THAT(List(neighbour_, list),
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
  EXPECT_THAT(Search(officer_, Singles(1)[0]["证件号码"])->matches(), SizeIs(1));
  EXPECT_THAT(Search(neighbour_, Singles(1)[0]["证件号码"])->matches(), IsEmpty());
  EXPECT_THAT(service_.Changes(service_.Register("service", kNeighbour)), IsEmpty());
  EXPECT_THAT(service_.Changes(service_.Register("service", kCounty)), SizeIs(5));
  cv1::GetJobRequest job;
  job.set_name(list_[0].import_job());
  EXPECT_TRUE(officer_.Call<cv1::Job>("GetJob", job).ok());
  EXPECT_THAT(neighbour_.Call<cv1::Job>("GetJob", job),
              Refused(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  cv1::ListJobErrorsRequest errors;
  errors.set_name(job.name());
  EXPECT_THAT(neighbour_.Call<cv1::ListJobErrorsResponse>("ListJobErrors", errors),
              Refused(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
  cv1::CancelJobRequest cancel;
  cancel.set_name(job.name());
  cancel.set_request_id("c");
  EXPECT_THAT(neighbour_.Call<cv1::Job>("CancelJob", cancel),
              Refused(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST_F(Reading, AVillageSeesItsOwn) {
  Client village = service_.Register("village_clerk", kOtherVillage);
  std::vector<idv1::Household> own = service_.ListAll(village);
  ASSERT_THAT(own, SizeIs(1));
  EXPECT_EQ(own[0].region_code(), kOtherVillage);
  for (const idv1::Household& household : list_) {
    EXPECT_EQ(Get(village, household.name()).ok(), household.name() == own[0].name());
  }
  EXPECT_THAT(Search(village, Singles(1)[0]["证件号码"])->matches(), IsEmpty());
}

TEST_F(Reading, CallersAtOnceAreToldWhatEachMaySee) {
  const Client village = service_.Register("village_clerk", kOtherVillage);
  const std::pair<const Client*, std::string> callers[] = {
      {&officer_, kCounty}, {&neighbour_, kNeighbour}, {&village, kOtherVillage}};
  std::map<std::string, std::string> alone;
  for (const idv1::Household& one : list_) {
    alone[one.name()] = Get(officer_, one.name())->SerializeAsString();
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&, caller = callers[i % 3]] {
      for (int j = 0; j < 40; ++j) {
        const idv1::Household& wanted = list_[static_cast<size_t>(i + j) % list_.size()];
        auto got = Get(*caller.first, wanted.name());
        if (absl::StartsWith(wanted.region_code(), absl::StripSuffix(caller.second, "000000"))) {
          ASSERT_TRUE(got.ok()) << got.status();
          EXPECT_EQ(got->SerializeAsString(), alone[wanted.name()]);
        } else {
          EXPECT_THAT(got, Refused(absl::StatusCode::kNotFound, "HOUSEHOLD_NOT_FOUND"));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(Reading, ABrokenHouseholdFailsNobodyElse) {
  service_.Execute(
      "UPDATE household_facts SET facts = x'ff' WHERE household_id = (SELECT id FROM household "
      "WHERE region_code = 230221101201)");
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      const idv1::Household& wanted = list_[static_cast<size_t>(i) % list_.size()];
      auto got = Get(officer_, wanted.name());
      if (wanted.region_code() == kOtherVillage) {
        EXPECT_THAT(got, Refused(absl::StatusCode::kInternal, "FACTS_BROKEN"));
      } else {
        EXPECT_TRUE(got.ok()) << got.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(Reading, SearchWantsAWholeId) {
  EXPECT_THAT(Search(officer_, Singles(1)[0]["证件号码"].substr(0, 17)),
              Refused(absl::StatusCode::kInvalidArgument, "CITIZEN_ID_LENGTH"));
  EXPECT_THAT(Search(officer_, ""),
              Refused(absl::StatusCode::kInvalidArgument, "CITIZEN_ID_LENGTH"));
}

TEST_F(Reading, RefusesNamesThatAreNone) {
  for (const char* name : {"", "households/", "households/1", "persons/0000000000001", "x"}) {
    EXPECT_THAT(Get(officer_, name),
                Refused(absl::StatusCode::kInvalidArgument, "RESOURCE_NAME_FORMAT"));
  }
}

}  // namespace
}  // namespace jz::testing
