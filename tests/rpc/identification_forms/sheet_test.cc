// What the national sheets bring into the register.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <thread>

#include "jingzhun/identification/v1/village.pb.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_forms/sheet_upload.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::IdOf;
using identification::testing::Singles;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Gb18030(const std::string& text) {
  const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
  std::string bytes(text.size() * 2, '\0');
  bytes.resize(
      wide.extract(0, wide.length(), bytes.data(), static_cast<uint32_t>(bytes.size()), "gb18030"));
  return bytes;
}

class Sheets : public ::testing::Test {
 protected:
  cv1::Job Import(const SheetUpload& upload) {
    auto job = SendSheet(officer_, upload);
    EXPECT_TRUE(job.ok()) << job.status();
    cv1::Job ended = service_.Await(officer_, *job);
    EXPECT_EQ(ended.state(), cv1::JOB_STATE_SUCCEEDED)
        << ended.ShortDebugString() << ::testing::PrintToString(service_.ErrorsOf(officer_, ended));
    return ended;
  }
  idv1::Household Get(const std::string& name) {
    idv1::GetHouseholdRequest request;
    request.set_name(name);
    auto household = officer_.Call<idv1::Household>("GetHousehold", request);
    EXPECT_TRUE(household.ok()) << household.status();
    return *household;
  }
  idv1::Household Only() {
    const std::vector<idv1::Household> all = service_.ListAll(officer_);
    EXPECT_THAT(all, SizeIs(1));
    return Get(all.at(0).name());
  }

  RegisterService service_;
  Client officer_ = service_.Register();
};

TEST_F(Sheets, EnterMonitoredHouseholdsWithEverythingThatIsKnown) {
  const cv1::Job job = Import({.file = SheetOf(MonitoredCouple()), .request_id = "a"});
  const idv1::ImportSheetResult result = SheetResultOf(job);
  EXPECT_EQ(result.row_count(), 2);
  EXPECT_EQ(result.created_household_count(), 1);
  EXPECT_EQ(result.created_person_count(), 2);
  EXPECT_EQ(result.updated_household_count(), 0);
  EXPECT_THAT(result.ignored_columns(), ElementsAre("没有的列"));
  EXPECT_EQ(result.encoding(), "UTF-8");

  const idv1::Household household = Only();
  EXPECT_EQ(household.state(), idv1::HOUSEHOLD_STATE_EXITED);
  EXPECT_EQ(household.national_no(), "H1");
  EXPECT_EQ(household.region_code(), kVillage);
  EXPECT_EQ(household.head_name(), "王国强");
  EXPECT_EQ(household.phone(), "138****5678");
  EXPECT_EQ(household.housing(), "01");
  EXPECT_TRUE(household.safe_water());
  EXPECT_EQ(household.net_income_per_head_fen(), 750'050);
  ASSERT_THAT(household.members(), SizeIs(2));
  EXPECT_EQ(household.members(0).ethnicity(), "06");
  EXPECT_THAT(household.members(0).health(), ElementsAre("02", "04"));
  EXPECT_EQ(household.members(0).labour(), "05");

  const idv1::HouseholdFacts& facts = household.facts();
  EXPECT_EQ(facts.household().household_type(), 1);
  EXPECT_EQ(facts.household().dangerous_house(), idv1::YES_NO_NO);
  EXPECT_EQ(facts.household().arable_area_hundredths(), 325);
  EXPECT_EQ(facts.household().phone_mobile(), idv1::YES_NO_YES);
  EXPECT_EQ(facts.monitoring().monitored_category(), 1);
  EXPECT_THAT(facts.monitoring().risks(), ElementsAre(1, 7));
  EXPECT_THAT(facts.monitoring().m_employment(), ElementsAre(1, 3));
  ASSERT_THAT(facts.members(), SizeIs(2));
  const idv1::PersonItems& head = facts.members(0);
  EXPECT_EQ(head.id_length(), 18);
  EXPECT_THAT(head.public_post(), ElementsAre(1, 2));
  EXPECT_EQ(head.public_post_months(), 12);
  EXPECT_EQ(head.resident_medical(), idv1::YES_NO_YES);
  EXPECT_EQ(head.phone_digits(), 11);
  EXPECT_EQ(head.phone_group(), facts.members(1).phone_group()) << "one phone for two";
}

TEST_F(Sheets, ReadGb18030) {
  const cv1::Job job = Import({.file = Gb18030(SheetOf(MonitoredCouple())), .request_id = "a"});
  EXPECT_EQ(SheetResultOf(job).encoding(), "GB18030");
  EXPECT_EQ(Only().head_name(), "王国强");
  EXPECT_EQ(Only().members(0).ethnicity(), "06");
}

TEST_F(Sheets, ChangeOnlyWhatTheyHaveColumnsFor) {
  Import({.file = SheetOf(MonitoredCouple()), .request_id = "a"});
  const std::string before = Only().etag();
  std::vector<Cells> rows = MonitoredCouple();
  for (Cells& row : rows) {
    row.erase("耕地面积（亩）");
    row["是否危房户"] = "是";
    row["人均纯收入（元）"] = "";
    row["致贫/返贫风险1"] = "";
  }
  rows[1]["姓名"] = "李桂花";
  const idv1::ImportSheetResult result =
      SheetResultOf(Import({.file = SheetOf(rows), .request_id = "b"}));
  EXPECT_EQ(result.updated_household_count(), 1);
  EXPECT_EQ(result.updated_person_count(), 2);
  EXPECT_EQ(result.created_household_count(), 0);
  const idv1::Household household = Only();
  EXPECT_NE(household.etag(), before);
  EXPECT_EQ(household.facts().household().arable_area_hundredths(), 325);
  EXPECT_EQ(household.facts().household().dangerous_house(), idv1::YES_NO_YES);
  EXPECT_EQ(household.housing(), "02");
  EXPECT_THAT(household.facts().monitoring().risks(), ElementsAre(7));
  EXPECT_EQ(household.members(1).display_name(), "李桂花");
}

TEST_F(Sheets, ThatSayNothingNewMakeNoVersion) {
  Import({.file = SheetOf(MonitoredCouple()), .request_id = "a"});
  const std::string before = Only().etag();
  const idv1::ImportSheetResult result =
      SheetResultOf(Import({.file = SheetOf(MonitoredCouple()), .request_id = "b"}));
  EXPECT_EQ(result.updated_household_count(), 0);
  EXPECT_EQ(Only().etag(), before);
}

TEST_F(Sheets, BringNewMembers) {
  Import({.file = SheetOf(MonitoredCouple()), .request_id = "a"});
  std::vector<Cells> rows = MonitoredCouple();
  Cells son = rows[1];
  son["姓名"] = "王小明";
  son["证件号码"] = IdOf(20100101, 3);
  son["与户主关系"] = "之子";
  son["性别"] = "";
  son["在校生状况"] = "七年级";
  rows.push_back(son);
  const idv1::ImportSheetResult result =
      SheetResultOf(Import({.file = SheetOf(rows), .request_id = "b"}));
  EXPECT_EQ(result.created_person_count(), 1);
  const idv1::Household household = Only();
  EXPECT_EQ(household.member_count(), 3);
  EXPECT_EQ(household.facts().members(2).student_status(), 4);
}

TEST_F(Sheets, ReplaceTheWorkOfThePersonsInThem) {
  Import({.file = SheetOf(MonitoredCouple()), .request_id = "a"});
  const std::string id = IdOf(19700101, 1);
  const std::vector<Cells> work = {{{"证件号码", id},
                                    {"户编号", "H1"},
                                    {"是否已务工", "是"},
                                    {"开始时间", "2022年3月"},
                                    {"结束时间", "2022年12月"},
                                    {"务工所在县", kCounty},
                                    {"务工月收入", "3500"},
                                    {"务工企业名称", "某厂"},
                                    {"就业渠道", "公益岗位"}},
                                   {{"证件号码", id},
                                    {"户编号", "H1"},
                                    {"是否已务工", "是"},
                                    {"开始时间", "2023-01"},
                                    {"务工所在县", "惠水县"}}};
  Import({.kind = idv1::SHEET_KIND_MIGRANT_WORK, .file = SheetOf(work), .request_id = "b"});
  const idv1::PersonItems head = Only().facts().members(0);
  ASSERT_THAT(head.works(), SizeIs(2));
  EXPECT_EQ(head.works(0).work_start(), 202203);
  EXPECT_EQ(head.works(0).work_monthly_income_fen(), 350'000);
  EXPECT_EQ(head.works(0).work_in_home_county(), idv1::YES_NO_YES);
  EXPECT_EQ(head.works(0).has_employer(), idv1::YES_NO_YES);
  EXPECT_EQ(head.works(0).work_channel(), 1);
  EXPECT_EQ(head.works(1).work_end(), 0);
  EXPECT_EQ(head.works(1).work_in_home_county(), idv1::YES_NO_NO);
  EXPECT_EQ(head.works(1).has_employer(), idv1::YES_NO_NO);

  Import({.kind = idv1::SHEET_KIND_MIGRANT_WORK, .file = SheetOf({work[1]}), .request_id = "c"});
  EXPECT_THAT(Only().facts().members(0).works(), SizeIs(1));
  EXPECT_EQ(Only().facts().household().arable_area_hundredths(), 325);

  const std::vector<Cells> plans = {
      {{"证件号码", id}, {"是否计划外出务工", "是"}, {"就业服务需求", "技能培训"}}};
  Import({.kind = idv1::SHEET_KIND_PLANNED_WORK, .file = SheetOf(plans), .request_id = "d"});
  ASSERT_THAT(Only().facts().members(0).plans(), SizeIs(1));
  EXPECT_EQ(Only().facts().members(0).plans(0).plan_to_work(), idv1::YES_NO_YES);
  EXPECT_THAT(Only().facts().members(0).works(), SizeIs(1));
}

TEST_F(Sheets, OfRuralHouseholdsUpdateHouseholdsOfTheRegister) {
  service_.SendAndAwait({.csv = Csv(Singles(2)), .request_id = "register"});
  const std::vector<Cells> rows = {
      {{"证件号码", identification::testing::Singles(1)[0].at("证件号码")},
       {"户类型", "一般农户"},
       {"卫生厕所是否能正常使用", "否"}}};
  const cv1::Job job =
      Import({.kind = idv1::SHEET_KIND_RURAL_HOUSEHOLDS, .file = SheetOf(rows), .request_id = "a"});
  EXPECT_EQ(SheetResultOf(job).updated_household_count(), 1);
  int found = 0;
  for (const idv1::Household& listed : service_.ListAll(officer_)) {
    const idv1::HouseholdFacts facts = Get(listed.name()).facts();
    if (facts.household().rc_household_type() != 2) continue;
    ++found;
    EXPECT_EQ(facts.household().toilet_usable(), idv1::YES_NO_NO);
    EXPECT_EQ(facts.household().wage_income_fen(), 100'050);
    EXPECT_EQ(facts.members(0).id_length(), 18);
  }
  EXPECT_EQ(found, 1);
}

TEST_F(Sheets, OfVillagesAreVillageRecords) {
  const std::vector<Cells> rows = {{{"县", kCounty},
                                    {"乡", kTownship},
                                    {"村", kVillage},
                                    {"是否出列", "是"},
                                    {"村级集体经济收入（万元）", "8.25"}}};
  const cv1::Job job =
      Import({.kind = idv1::SHEET_KIND_VILLAGES, .file = SheetOf(rows), .request_id = "a"});
  EXPECT_EQ(SheetResultOf(job).village_count(), 1);
  idv1::GetVillageRequest request;
  request.set_name(std::string("villages/") + kVillage);
  auto village = Client(service_.port(), "jingzhun.identification.v1.VillageService",
                        service_.Token("viewer", kCounty))
                     .Call<idv1::Village>("GetVillage", request);
  ASSERT_TRUE(village.ok()) << village.status();
  EXPECT_EQ(village->items().collective_income_fen(), 8'250'000);
  EXPECT_EQ(village->items().exited(), idv1::YES_NO_YES);
}

TEST_F(Sheets, WriteNothingInModeValidate) {
  const cv1::Job job = Import(
      {.file = SheetOf(MonitoredCouple()), .request_id = "a", .mode = idv1::IMPORT_MODE_VALIDATE});
  EXPECT_EQ(SheetResultOf(job).created_household_count(), 1);
  EXPECT_THAT(service_.ListAll(officer_), IsEmpty());
}

TEST_F(Sheets, AreReadWithASavedMapping) {
  idv1::PutImportMappingRequest request;
  request.mutable_mapping()->set_name("importMappings/office");
  request.mutable_mapping()->set_region_code(kCounty);
  request.mutable_mapping()->set_kind(idv1::SHEET_KIND_MONITORED_OBJECTS);
  (*request.mutable_mapping()->mutable_columns())["户号"] = "户编号";
  request.set_request_id("m");
  auto mapping = officer_.Call<idv1::ImportMapping>("PutImportMapping", request);
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  std::vector<Cells> rows = MonitoredCouple();
  for (Cells& row : rows) {
    row["户号"] = row["户编号"];
    row.erase("户编号");
  }
  Import({.file = SheetOf(rows), .request_id = "a", .mapping = "importMappings/office"});
  EXPECT_EQ(Only().national_no(), "H1");
}

TEST_F(Sheets, SentTwiceAreOneJob) {
  const SheetUpload upload{.file = SheetOf(MonitoredCouple()), .request_id = "a"};
  const cv1::Job job = Import(upload);
  EXPECT_EQ(Import(upload).name(), job.name());
  EXPECT_EQ(service_.CountRows("job"), 1);
  EXPECT_THAT(SendSheet(officer_, {.file = SheetOf(MonitoredCouple("H2")), .request_id = "a"}),
              Refused(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

// Whether the second upload comes while the first is under way or after it: it is refused, or
// changes nothing.
TEST_F(Sheets, ImportedTwiceAtTheSameTimeAreEnteredOnce) {
  std::vector<Cells> rows;
  for (int i = 0; i < 300; ++i) {
    const std::vector<Cells> couple = MonitoredCouple(absl::StrCat("H", i), 1 + 2 * i);
    rows.insert(rows.end(), couple.begin(), couple.end());
  }
  const std::string file = SheetOf(rows);
  std::vector<std::thread> senders;
  for (const char* request : {"a", "b"}) {
    senders.emplace_back([&, request] {
      auto job = SendSheet(officer_, {.file = file, .request_id = request});
      if (job.ok()) {
        EXPECT_EQ(service_.Await(officer_, *job).state(), cv1::JOB_STATE_SUCCEEDED);
      } else {
        EXPECT_THAT(job, Refused(absl::StatusCode::kAlreadyExists, "IMPORT_UNDER_WAY"));
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(service_.CountRows("household"), 300);
  EXPECT_EQ(service_.CountRows("person"), 600);
  EXPECT_EQ(service_.CountRows("household_facts"), 300);
}

// More than one batch, with households across its border.
TEST_F(Sheets, AreWrittenInBatches) {
  std::vector<Cells> rows;
  for (int i = 0; i < 301; ++i) {
    const std::vector<Cells> couple = MonitoredCouple(absl::StrCat("H", i), 1 + 2 * i);
    rows.insert(rows.end(), couple.begin(), couple.end());
  }
  const cv1::Job job = Import({.file = SheetOf(rows), .request_id = "a"});
  EXPECT_EQ(SheetResultOf(job).created_household_count(), 301);
  EXPECT_EQ(service_.CountRows("person"), 602);
  EXPECT_EQ(service_.CountRows("household_facts"), 301);
  EXPECT_EQ(job.done_count(), 602);
}

}  // namespace
}  // namespace jz::testing
