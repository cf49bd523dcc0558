// The data of the county: some of everything, each by the API.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "jingzhun/common/v1/job.pb.h"
#include "jingzhun/identification/v1/comparison.pb.h"
#include "jingzhun/identification/v1/quality.pb.h"
#include "jingzhun/identification/v1/register.pb.h"
#include "tests/rpc/access/suite.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {
namespace {

namespace idv1 = ::jingzhun::identification::v1;
using identification::testing::Csv;
using identification::testing::Fields;
using identification::testing::IdOf;
using identification::testing::RowWith;

// Townships 101 and 102 have a campaign each; the households of 103 are paid.
constexpr int kHouseholds = 12;
constexpr const char* kVillages[] = {"230221101200", "230221102200", "230221103200"};

// Two in the first village (A0, A1), two in the second (B0, B1), the rest in the third (P0 … P7).
std::string NumberOf(int index) {
  if (index < 2) return absl::StrCat("A", index);
  if (index < 4) return absl::StrCat("B", index - 2);
  return absl::StrCat("P", index - 4);
}

std::string CitizenIdOf(int index) { return IdOf(19600101, 101 + index); }

// A household of one, on the register; the first of each village is poor.
Fields RowOf(int index) {
  const bool poor = index % 2 == 0 && index < 4;
  return RowWith({{"户编号", NumberOf(index)},
                  {"人编号", absl::StrCat("N", index)},
                  {"行政区划代码", kVillages[std::min(index / 2, 2)]},
                  {"证件号码", CitizenIdOf(index)},
                  {"姓名", absl::StrCat("县内人", index)},
                  {"性别", ""},
                  {"出生日期", ""},
                  {"住房安全", "01"},
                  {"基本医疗有保障", "是"},
                  {"工资性收入", poor ? "3000" : "4000"},
                  {"生产经营性收入", "0"},
                  {"转移性收入", "0"},
                  {"生产经营性支出", "0"},
                  {"上年人均纯收入", "4000"},
                  {"健康状况", "01"},
                  {"剔除情形", ""}});
}

std::string Meeting() {
  return "meeting { attendance: 12 votes_for: 10 votes_against: 1 abstained: 1 minutes: 'm' }";
}

}  // namespace

void Suite::MakeRegister() {
  std::string regions;
  for (const char* code :
       {kProvince, "230200000000", kCounty, "230221101000", "230221102000", "230221103000",
        kVillages[0], kVillages[1], kVillages[2], kEmptyVillage, kNeighbour}) {
    absl::StrAppend(&regions, "regions { code: '", code, "' display_name: 'region ", code,
                    "' valid_from: '2000-01-01' } ");
  }
  Must("identification.v1.RegionService.ImportRegions", regions + "request_id: '${request}'",
       "administrator", kProvince);
  std::string parameters;
  for (const char* kind :
       {"poverty_line_fen: 314600", "planned_exit_year.retained: 2017",
        "planned_exit_year.unable_to_work: 2018", "planned_exit_year.able_to_work_first: 2019",
        "planned_exit_year.able_to_work_second: 2020"}) {
    absl::StrAppend(&parameters, "parameters { kind: '",
                    absl::StrReplaceAll(kind, {{": ", "' value: "}}), " region_code: '", kCounty,
                    "' valid_from: '2017-01-01' reason: 'test' } ");
  }
  Must("identification.v1.RegionService.SetParameters", parameters + "request_id: '${request}'",
       "administrator");
  ImportHouseholds();
}

void Suite::ImportHouseholds() {
  std::vector<Fields> rows;
  for (int i = 0; i < kHouseholds; ++i) rows.push_back(RowOf(i));
  placeholders_["csv"] =
      absl::StrReplaceAll(Csv(rows), {{"\r", ""}, {"\n", "\\n"}, {"\"", "\\\""}});
  placeholders_["citizen_id"] = CitizenIdOf(4);
  const std::string upload = R"(region_code: '230221000000' mode: IMPORT_MODE_COMMIT
      file_name: 'register.csv' request_id: '${request}' data: "${csv}")";
  const std::string import = "identification.v1.RegisterService.ImportHouseholds";
  Keep("job", *Must(import, upload, "officer"), "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${job}'", "JOB_STATE_SUCCEEDED");
  // Everybody is there already.
  Keep("failed_job", *Must(import, upload, "officer"), "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${failed_job}'", "JOB_STATE_FAILED");
  Keep("export_job",
       *Must("identification.v1.ExportService.StartExport",
             R"(spec { region_code: '230221000000' kind: SHEET_KIND_MONITORED_OBJECTS
                purpose: EXPORT_PURPOSE_STATISTICS reason: 'r' } request_id: '${request}')",
             "officer"),
       "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${export_job}'", "JOB_STATE_SUCCEEDED");
  auto listed =
      Must("identification.v1.RegisterService.ListHouseholds", "page_size: 1000", "officer");
  for (const auto& household : static_cast<idv1::ListHouseholdsResponse&>(*listed).households()) {
    placeholders_["household_" + household.national_no()] = household.name();
  }
  for (const char* number : {"P0", "P7"}) {
    auto household = Must("identification.v1.RegisterService.GetHousehold",
                          absl::StrCat("name: '${household_", number, "}'"), "officer");
    Keep(absl::StrCat("person_", number), *household, "members.name");
  }
  for (int i = 0; i < kHouseholds; ++i) {
    names_.insert(absl::StrCat("县内人", i));
    names_.insert(CitizenIdOf(i));
  }
}

void Suite::MakeCases() {
  const std::string service = "identification.v1.CaseService.";
  for (const char* number : {"1", "2"}) {
    auto created = Must(service + "CreateCampaign",
                        absl::StrCat("region_code: '23022110", number, R"(000' title: '动态调整'
                            period_start: '2017-01-01' period_end: '2017-06-30'
                            request_id: '${request}')"),
                        "officer");
    Keep(absl::StrCat("campaign_", number), *created, "campaign.name");
    Keep("campaign_job", *created, "job.name");
    Await("identification.v1.RegisterService.GetJob", "name: '${campaign_job}'",
          "JOB_STATE_SUCCEEDED");
  }
  const std::string first =
      "campaign: '${campaign_1}' region_code: '230221101000' request_id: '${request}' ";
  Must(service + "RecordGroupAssessments", first + "held_on: '2017-05-05' " + Meeting(), "group");
  Must(service + "RecordVillageDeliberations", first + "held_on: '2017-05-10' " + Meeting(),
       "village");
  Must(service + "VerifyCases", first + "held_on: '2017-05-18' reference: 'v'", "township");
  Must(service + "DecideCases", first + "held_on: '2017-05-25' reference: 'd'", "county");
  Keep("notice", *Must(service + "OpenPublicity", first + "posted_on: '2017-05-26'", "village"),
       "notices");
  for (const char* number : {"A0", "A1", "B0", "B1"}) {
    auto cases = Must(service + "ListCases", absl::StrCat("household: '${household_", number, "}'"),
                      "officer");
    Keep(absl::StrCat("case_", number), *cases, "cases.name");
  }
  Keep("objection",
       *Must(service + "FileObjection", "case: '${case_A0}' text: '异议' request_id: '${request}'",
             "village"),
       "name");
}

void Suite::MakeComparisons() {
  const std::string service = "identification.v1.ComparisonService.";
  std::string entries;
  for (int index : {4, 5}) {
    absl::StrAppend(&entries, "entries { citizen_id: '", CitizenIdOf(index),
                    "' attributes { name: 'unit' text: 'u' } } ");
  }
  Keep("comparison_list",
       *Must(service + "CreateComparisonList",
             R"(kind: 'payroll' region_code: '230221000000' authority: '县财政局' purpose: '比对'
                data_date: '2017-05-31' expires_on: '2099-12-31' request_id: '${request}' )" +
                 entries,
             "officer"),
       "name");
  Keep("comparison_job",
       *Must(service + "RunComparison", R"(region_code: '230221000000'
               lists: '${comparison_list}' request_id: '${request}')",
             "officer"),
       "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${comparison_job}'",
        "JOB_STATE_SUCCEEDED");
  auto found = Must(service + "ListComparisonFindings", "page_size: 1000", "officer");
  for (const auto& finding :
       static_cast<idv1::ListComparisonFindingsResponse&>(*found).findings()) {
    const bool first = finding.household() == placeholders_["household_P0"];
    placeholders_[first ? "finding_assigned" : "finding_answered"] = finding.name();
    names_.insert(finding.name());
  }
  Must(service + "BatchAnswerComparisonFindings",
       R"(answers { finding: '${finding_answered}' outcome: COMPARISON_OUTCOME_CONFIRMED
            reason: 'r' } request_id: '${request}')",
       "township");
}

// A rule of the county that everybody violates; the findings of P0 to P2, that of P2 is corrected.
void Suite::MakeQuality() {
  const std::string service = "identification.v1.QualityService.";
  Keep("quality_rule",
       *Must(service + "PutRules",
             R"(rules { variants { code: 'access' population: RULE_POPULATION_ALL }
                  scope: RULE_SCOPE_PERSON severity: RULE_SEVERITY_ERROR title_zh: 't'
                  title_en: 't' expression: 'has(person.birth_date)'
                  region_code: '230221000000' } request_id: '${request}')",
             "administrator"),
       "rules.name");
  Keep("quality_job",
       *Must(service + "RunRules", R"(region_code: '230221000000' codes: 'access'
               request_id: '${request}')",
             "officer"),
       "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${quality_job}'",
        "JOB_STATE_SUCCEEDED");
  auto found = Must(service + "ListQualityFindings", "code: 'access' page_size: 1000", "officer");
  for (const auto& finding : static_cast<idv1::ListQualityFindingsResponse&>(*found).findings()) {
    names_.insert(finding.name());
    for (const char* number : {"P0", "P1", "P2"}) {
      if (finding.household() == placeholders_[absl::StrCat("household_", number)]) {
        placeholders_[absl::StrCat("quality_finding_", number)] = finding.name();
      }
    }
  }
  Must(service + "BatchCorrectQualityFindings",
       R"(corrections { name: '${quality_finding_P2}' outcome: QUALITY_OUTCOME_CORRECTED }
          request_id: '${request}')",
       "township");
  Must(service + "PutExemptions",
       R"(exemptions { code: 'access' subject: '${household_P7}' reason: 'r'
            expires_on: '2030-12-31' } request_id: '${request}')",
       "officer");
}

// All households of the county give one number; so does one of a third county.
void Suite::MakeDuplicates() {
  const std::string service = "identification.v1.DuplicateService.";
  std::string regions;
  for (const char* code : {"230223000000", "230223101000", "230223101200"}) {
    absl::StrAppend(&regions, "regions { code: '", code, "' display_name: 'region ", code,
                    "' valid_from: '2000-01-01' } ");
  }
  Must("identification.v1.RegionService.ImportRegions", regions + "request_id: '${request}'",
       "administrator", kProvince);
  Fields row = RowOf(0);
  row["户编号"] = "Z0";
  row["行政区划代码"] = "230223101200";
  row["证件号码"] = CitizenIdOf(kHouseholds + 20);
  row["姓名"] = "县外人";
  placeholders_["other_csv"] =
      absl::StrReplaceAll(Csv({row}), {{"\r", ""}, {"\n", "\\n"}, {"\"", "\\\""}});
  Keep("other_job",
       *Must("identification.v1.RegisterService.ImportHouseholds",
             R"(region_code: '230223000000' mode: IMPORT_MODE_COMMIT file_name: 'f'
                request_id: '${request}' data: "${other_csv}")",
             "officer", "230223000000"),
       "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${other_job}'", "JOB_STATE_SUCCEEDED",
        "230223000000");
  Keep("duplicate_job",
       *Must(service + "FindDuplicates", "region_code: '230000000000' request_id: '${request}'",
             "officer", kProvince),
       "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${duplicate_job}'",
        "JOB_STATE_SUCCEEDED", kProvince);
  Keep("duplicate", *Must(service + "ListDuplicates", "", "officer"), "duplicates.name");
}

void Suite::MakeAssistance() {
  const std::string service = "assistance.v1.AssistanceService.";
  Await(service + "GetProjectionStatus", "", absl::StrCat("household_count: ", kHouseholds));
  Keep("unit",
       *Must(service + "BatchCreateUnits", R"(units { region_code: '230221000000' code: 'U1'
               title: '县扶贫办' level: '04' } request_id: '${request}')",
             "officer"),
       "units.name");
  Keep("cadre",
       *Must(service + "BatchCreateCadres", R"(cadres { region_code: '230221000000'
               unit: '${unit}' staff_number: 'S1' display_name: '县内干部' phone: '13900000001' }
               request_id: '${request}')",
             "officer"),
       "cadres.name");
  names_.insert("县内干部");
  Keep("pairing",
       *Must(service + "BatchCreatePairings", R"(pairings { household: '${household_P0}'
               cadre: '${cadre}' from_date: '2017-01-01' } request_id: '${request}')",
             "officer"),
       "pairings.name");
  auto plan = Must(service + "BatchCreatePlans", R"(plans { household: '${household_P0}' year: 2017
                     measures { group: 'housing' description: '修房' due_date: '2017-10-31' } }
                     request_id: '${request}')",
                   "officer");
  Keep("plan", *plan, "plans.name");
  Keep("measure", *plan, "plans.measures.name");
  Must(service + "UploadVisits", R"(visits { client_id: 'device-1-1' household: '${household_P0}'
         cadre: '${cadre}' visit_date: '2017-03-01' summary: '走访' } request_id: '${request}')",
       "officer");
}

void Suite::MakeFunds() {
  const std::string service = "funds.v1.FundsService.";
  for (const char* type : {"ASSET", "INCOME"}) {
    Keep(absl::StrCat("account_", type),
         *Must(service + "CreateAccounts",
               absl::Substitute(R"(accounts { region_code: '230221000000' code: '$0'
                   display_name: '专户' type: ACCOUNT_TYPE_$0 } request_id: '$${request}')",
                                type),
               "maker"),
         "accounts.name");
  }
  const std::string move =
      "id: '${uuid}' debit_account: '${account_ASSET}' credit_account: '${account_INCOME}' ";
  Keep("transfer",
       *Must(service + "PostTransfers", "transfers { " + move + " amount_fen: 90000000 }", "maker"),
       "results.transfer");
  Keep("pending",
       *Must(service + "PostTransfers", "transfers { " + move + " amount_fen: 9 pending: true }",
             "maker"),
       "results.transfer");
  Keep("budget_line",
       *Must(service + "CreateBudgetLine", R"(region_code: '230221000000' year: 2017
               source_level: SOURCE_LEVEL_CENTRE purpose: 'housing_renovation'
               amount_fen: 80000000 document_number: 'D1' source_account: '${account_INCOME}'
               request_id: '${request}')",
             "maker"),
       "name");
  Keep("project",
       *Must(service + "CreateProject", R"(region_code: '230221103000' display_name: '危房改造'
               budget_line: '${budget_line}' amount_fen: 5000000 request_id: '${request}')",
             "maker"),
       "name");
  placeholders_["batch_draft"] = MakeBatch("P2", "draft");
  // Payments need the register: it has come when the batch can be submitted.
  Await(service + "CheckDisbursementBatch", "name: '${batch_draft}'", "ok: true");
  placeholders_["batch_ready"] = MakeBatch("P3", "draft");
  placeholders_["batch_submitted"] = MakeBatch("P4", "submitted");
  placeholders_["batch_returned"] = MakeBatch("P5", "submitted");
  placeholders_["batch_paid"] = MakeBatch("P0", "paid");
  placeholders_["batch_approved"] = MakeBatch("P6", "approved");
}

std::string Suite::MakeBatch(const std::string& household, const std::string& state) {
  const std::string service = "funds.v1.FundsService.";
  Keep("batch",
       *Must(service + "CreateDisbursementBatch", R"(region_code: '230221103000'
               purpose: 'housing_renovation' budget_line: '${budget_line}'
               paying_account: '${account_ASSET}' pay_date: '2017-07-10' declared_count: 1
               declared_total_fen: 750000 standard_fen: 750000 per: PAID_PER_HOUSEHOLD
               request_id: '${request}')",
             "maker"),
       "name");
  auto added = Must(service + "AddDisbursementLines",
                    absl::StrCat("name: '${batch}' lines { client_line_id: 'L1' household: "
                                 "'${household_",
                                 household,
                                 "}' payee_name: '县内收款人' bank_account: '6222021234567890123' "
                                 "amount_fen: 750000 } request_id: '${request}'"),
                    "maker");
  Keep("line", *added, "lines");
  placeholders_["line_id"] = placeholders_["line"].substr(placeholders_["line"].find('/') + 1);
  const std::string batch = placeholders_["batch"];
  const std::string of_batch = "name: '${batch}' request_id: '${request}' ";
  if (state == "draft") return batch;
  Must(service + "SubmitDisbursementBatch", of_batch, "maker");
  if (state == "submitted") return batch;
  Must(service + "ApproveDisbursementBatch", of_batch, "checker");
  if (state == "approved") return batch;
  Must(service + "UploadBankReceipt",
       of_batch + R"(data: "line_id,result,amount_fen,bank_reference\n${line_id},PAID,750000,R\n")",
       "checker");
  return batch;
}

void Suite::MakeEvaluation() {
  const std::string service = "evaluation.v1.EvaluationService.";
  for (const char* count :
       {"household_count: 12", "pairing_count: 1", "visit_count: 1", "payment_count: 1"}) {
    Await(service + "GetProjectionStatus", "", count);
  }
  Keep("evaluation",
       *Must(service + "CreateEvaluation", R"(region_code: '230221000000'
               period_start: '2017-01-01' period_end: '2017-12-31' request_id: '${request}')",
             "officer"),
       "name");
}

// Households Q0 to Q8, Q1 with a second member, and change requests of some of them.
void Suite::MakeChanges() {
  constexpr int kChanged = 9;
  std::vector<Fields> rows;
  for (int i = 0; i < kChanged + 1; ++i) {
    Fields row = RowOf(kHouseholds - 1);
    const bool second = i == kChanged;
    row["户编号"] = absl::StrCat("Q", second ? 1 : i);
    row["人编号"] = absl::StrCat("Q", i);
    row["证件号码"] = CitizenIdOf(kHouseholds + 30 + i);
    row["姓名"] = absl::StrCat("县内改", i);
    row["人数"] = second || i == 1 ? "2" : "1";
    row["与户主关系"] = second ? "02" : "01";
    names_.insert(row["姓名"]);
    names_.insert(row["证件号码"]);
    rows.push_back(row);
  }
  placeholders_["changed_csv"] =
      absl::StrReplaceAll(Csv(rows), {{"\r", ""}, {"\n", "\\n"}, {"\"", "\\\""}});
  Keep("changed_job",
       *Must("identification.v1.RegisterService.ImportHouseholds",
             R"(region_code: '230221000000' mode: IMPORT_MODE_COMMIT file_name: 'f'
                request_id: '${request}' data: "${changed_csv}")",
             "officer"),
       "name");
  Await("identification.v1.RegisterService.GetJob", "name: '${changed_job}'",
        "JOB_STATE_SUCCEEDED");
  auto listed =
      Must("identification.v1.RegisterService.ListHouseholds", "page_size: 1000", "officer");
  for (const auto& household : static_cast<idv1::ListHouseholdsResponse&>(*listed).households()) {
    placeholders_["household_" + household.national_no()] = household.name();
  }
  for (const char* number : {"Q1", "Q3"}) {
    auto household = Must("identification.v1.RegisterService.GetHousehold",
                          absl::StrCat("name: '${household_", number, "}'"), "officer");
    const auto& members = static_cast<idv1::Household&>(*household).members();
    placeholders_[absl::StrCat("person_", number)] = members.rbegin()->name();
  }
  const std::string service = "identification.v1.ChangeRequestService.";
  for (const char* number : {"5", "6", "7", "8"}) {
    Keep(absl::StrCat("change_", number),
         *Must(service + "ProposeChange",
               absl::StrCat("edit { household: '${household_Q", number,
                            "}' etag: 'v1' values { group_name: '8' } update_mask { paths: "
                            "'group_name' } } reason: 'r' request_id: '${request}'"),
               "proposer"),
         "name");
    names_.insert(placeholders_[absl::StrCat("change_", number)]);
  }
  Must(service + "VerifyChange", "name: '${change_6}' request_id: '${request}'", "township");
}

}  // namespace jz::testing
