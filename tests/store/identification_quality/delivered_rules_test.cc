// Rules that come with the suite, in a database that has those of an earlier version of it.
#include "services/identification/delivered_rules.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/sealer.h"
#include "common/feed/outbox.h"
#include "common/jobs/jobs.h"
#include "services/identification/convert_quality.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/quality_rule_store.h"
#include "tests/store/identification/register_database.h"

namespace jz::identification::testing {
namespace {

using ::testing::ElementsAre;

class DeliveredRules : public RegisterDatabase {
 protected:
  DeliveredRules() {
    EXPECT_TRUE(Run([](sql::Transaction& tx) { return EnterDefaultCodes(tx, absl::Now()); }).ok());
  }

  // A file of one rule: households may have so many members.
  static std::string File(int most) {
    return absl::StrCat(R"([{"code": "9_01", "scope": "HOUSEHOLD", "population": "ALL",
      "severity": "ERROR", "title_zh": "太多", "title_en": "too many",
      "expression": "members.size() > params.most", "params": {"most": )",
                        most, R"(}, "fields": ["members"], "note": "n"}])");
  }
  void Enter(const std::string& file) {
    sql::IdAllocator ids(*db_);
    PageTokens page_tokens(std::string(32, 'p'));
    auto sealer = *crypto::Sealer::FromText("1 AES-256-GCM+HMAC-SHA-256 " + std::string(64, 'a') +
                                            " " + std::string(64, 'b'));
    auto outbox = feed::Outbox::Start(*db_);
    auto jobs = jobs::Jobs::Create(*db_, ids, page_tokens);
    const Deps deps{.db = *db_,
                    .sealer = *sealer,
                    .page_tokens = page_tokens,
                    .ids = ids,
                    .jobs = *jobs,
                    .outbox = *outbox,
                    .clock = Clock::Real()};
    const absl::Status entered = EnterRulesOf(deps, file, Soon());
    EXPECT_TRUE(entered.ok()) << entered;
  }
  std::vector<QualityRuleRow> Rows() {
    auto rows = db_->Transact(Soon(), [](sql::Transaction& tx) {
      const std::vector<std::string> codes = {"9_01"};
      return LockQualityRules(tx, codes);
    });
    EXPECT_TRUE(rows.ok()) << rows.status();
    return *rows;
  }
  // "region version most" of each.
  std::vector<std::string> Shown() {
    std::vector<std::string> shown;
    for (const QualityRuleRow& row : Rows()) {
      const v1::QualityRule rule = *ToMessage(row);
      shown.push_back(absl::StrCat(row.region.number(), " ", row.version, " ",
                                   rule.params().fields().at("most").number_value()));
    }
    return shown;
  }
  // The last rule, edited by somebody for that region.
  void Edit(RegionCode region, int version) {
    QualityRuleRow row = Rows().back();
    row.id = QualityRuleId(1'000'000 + version);
    row.region = region;
    row.version = version;
    row.created_by = "expert";
    EXPECT_TRUE(Run([&](sql::Transaction& tx) { return InsertQualityRules(tx, {row}); }).ok());
  }
};

TEST_F(DeliveredRules, ArriveAsANewVersionFromTodayOn) {
  Enter(File(5));
  Enter(File(5));
  EXPECT_THAT(Shown(), ElementsAre("0 1 5"));
  EXPECT_EQ(Rows().back().valid_from, Date(2023, 1, 1));
  Enter(File(6));
  EXPECT_THAT(Shown(), ElementsAre("0 1 5", "0 2 6"));
  EXPECT_EQ(Rows().back().valid_from, DateInShanghai(absl::Now()))
      << "what was decided before is decided the same again";
}

TEST_F(DeliveredRules, AreNotChangedBackByAnOlderReplica) {
  Enter(File(5));
  Enter(File(6));
  Enter(File(5));
  EXPECT_THAT(Shown(), ElementsAre("0 1 5", "0 2 6"));
}

TEST_F(DeliveredRules, LeaveEditsAlone) {
  Enter(File(5));
  Edit(Code("230221000000"), 1);
  Enter(File(6));
  EXPECT_THAT(Shown(), ElementsAre("0 1 5", "0 2 6", "230221000000 1 5"))
      << "a region's own rule holds there";
  Edit(RegionCode(), 3);
  Enter(File(7));
  EXPECT_THAT(Shown(), ElementsAre("0 1 5", "0 2 6", "0 3 5", "230221000000 1 5"))
      << "who edits a rule of the nation keeps it";
}

}  // namespace
}  // namespace jz::identification::testing
