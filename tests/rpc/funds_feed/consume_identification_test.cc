// The register reaches funds through identification's feed, and stays there when identification is
// gone.
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"
#include "common/feed/households.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"
#include "gtest/gtest.h"
#include "jingzhun/funds/v1/funds.pb.h"
#include "jingzhun/identification/v1/changes.pb.h"
#include "services/funds/app.h"
#include "services/identification/app.h"
#include "tests/support/mariadb.h"
#include "tests/support/service_harness.h"

namespace jz::testing {
namespace {

namespace fv1 = ::jingzhun::funds::v1;
namespace idv1 = ::jingzhun::identification::v1;

constexpr char kTownship[] = "230712101000";
constexpr char kVillage[] = "230712101201";

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class FundsFeedTest : public ::testing::Test {
 protected:
  FundsFeedTest() {
    register_database_ = Migrated(identification::Spec());
    funds_database_ = Migrated(funds::Spec());
    std::ofstream(keys_.folder() + "/service.token")
        << keys_.Token({.subject = "funds", .roles = {"service"}, .regions = {"000000000000"}});
    identification_ = Start(identification::Spec(), register_database_, 0);
    funds_ = Start(funds::Spec(), funds_database_, identification_->port());
  }
  ~FundsFeedTest() override {
    funds_->Drain(absl::Seconds(1));
    if (identification_ != nullptr) identification_->Drain(absl::Seconds(1));
  }

  static sql::DatabaseOptions Migrated(const ServiceSpec& spec) {
    sql::DatabaseOptions options = PrivateMariaDb::Shared().NewSchema();
    auto db = sql::Database::Open(options);
    EXPECT_TRUE(db.ok()) << db.status();
    absl::Status migrated = MigrateService(spec, **db);
    EXPECT_TRUE(migrated.ok()) << migrated;
    return options;
  }
  std::unique_ptr<App> Start(const ServiceSpec& spec, const sql::DatabaseOptions& database,
                             int identification_port) {
    ServiceConfig config = TestConfig(spec.name, database, keys_);
    config.token_file = keys_.folder() + "/service.token";
    if (identification_port != 0) {
      config.peers["identification"] = absl::StrCat("127.0.0.1:", identification_port);
    }
    auto foundation = OpenFoundation(std::move(config));
    EXPECT_TRUE(foundation.ok()) << foundation.status();
    auto app = spec.start(*std::move(foundation));
    EXPECT_TRUE(app.ok()) << app.status();
    return *std::move(app);
  }

  // As identification would publish it.
  void PublishState(int64_t version, idv1::HouseholdState state, const std::string& from_date) {
    idv1::HouseholdChanged payload;
    payload.mutable_household()->set_household(household_);
    payload.mutable_household()->set_region_code(kVillage);
    payload.mutable_household()->set_state(state);
    payload.mutable_adjustment()->set_kind(version == 1 ? idv1::ADJUSTMENT_KIND_ADMIT
                                                        : idv1::ADJUSTMENT_KIND_REMOVE_ERROR);
    payload.mutable_adjustment()->set_effective_date(from_date);
    common::v1::Change change =
        feed::MakeChange(household_, *RegionCode::Parse(kVillage), version, absl::Now(), payload);
    auto db = sql::Database::Open(register_database_);
    ASSERT_TRUE(db.ok()) << db.status();
    absl::Status published =
        (*db)->Run(Soon(), [&](sql::Transaction& tx) { return feed::Publish(tx, {change}); });
    ASSERT_TRUE(published.ok()) << published;
  }

  // A draft over 100 chicks for the household.
  std::string Draft() {
    fv1::CreateDisbursementBatchRequest create;
    create.set_region_code(kTownship);
    create.set_purpose("in_kind_chick");
    create.set_pay_date("2017-07-20");
    create.set_declared_count(1);
    create.set_item("chick");
    create.set_declared_item_total(100);
    create.set_per(fv1::PAID_PER_HOUSEHOLD);
    create.set_request_id(RandomUuid());
    auto batch = Maker().Call<fv1::DisbursementBatch>("CreateDisbursementBatch", create);
    EXPECT_TRUE(batch.ok()) << batch.status();
    fv1::AddDisbursementLinesRequest add;
    add.set_name(batch->name());
    add.add_lines()->set_client_line_id("L1");
    add.mutable_lines(0)->set_household(household_);
    add.mutable_lines(0)->set_item_count(100);
    add.set_request_id(RandomUuid());
    auto added = Maker().Call<fv1::AddDisbursementLinesResponse>("AddDisbursementLines", add);
    EXPECT_TRUE(added.ok()) << added.status();
    return batch->name();
  }
  Client Maker() {
    return Client(
        funds_->port(), "jingzhun.funds.v1.FundsService",
        keys_.Token({.subject = "maker", .roles = {"finance_maker"}, .regions = {"230712000000"}}));
  }
  bool CanBePaid(const std::string& batch) {
    fv1::CheckDisbursementBatchRequest check;
    check.set_name(batch);
    auto answer =
        Maker().Call<fv1::CheckDisbursementBatchResponse>("CheckDisbursementBatch", check);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() && answer->ok();
  }
  bool Becomes(const std::string& batch, bool payable) {
    const absl::Time until = Soon();
    while (CanBePaid(batch) != payable) {
      if (absl::Now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TestKeys keys_;
  sql::DatabaseOptions register_database_;
  sql::DatabaseOptions funds_database_;
  std::unique_ptr<App> identification_;
  std::unique_ptr<App> funds_;
  const std::string household_ = HouseholdId(MakeId(230712, 77)).Name();
};

TEST_F(FundsFeedTest, PaysByTheRegisterThatTheFeedBrought) {
  const std::string batch = Draft();
  EXPECT_FALSE(CanBePaid(batch));
  PublishState(1, idv1::HOUSEHOLD_STATE_REGISTERED, "2014-01-01");
  EXPECT_TRUE(Becomes(batch, true));
  PublishState(2, idv1::HOUSEHOLD_STATE_REMOVED, "2017-06-14");
  EXPECT_TRUE(Becomes(batch, false));
}

TEST_F(FundsFeedTest, GoesOnFromItsProjectionWhenIdentificationIsGone) {
  const std::string batch = Draft();
  PublishState(1, idv1::HOUSEHOLD_STATE_REGISTERED, "2014-01-01");
  ASSERT_TRUE(Becomes(batch, true));
  identification_->Drain(absl::Seconds(1));
  identification_.reset();
  fv1::SubmitDisbursementBatchRequest submit;
  submit.set_name(batch);
  submit.set_request_id(RandomUuid());
  auto submitted = Maker().Call<fv1::DisbursementBatch>("SubmitDisbursementBatch", submit);
  EXPECT_TRUE(submitted.ok()) << submitted.status();
}

}  // namespace
}  // namespace jz::testing
