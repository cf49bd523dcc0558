#include "tests/rpc/access/requests.h"

namespace jz::testing {
namespace {

std::vector<AccessCase> RegionCases() {
  const std::string service = "identification.v1.RegionService.";
  return {
      {.method = service + "ImportRegions",
       .request = R"(regions { code: '230221101298' display_name: 'new' valid_from: '2017-01-01' }
                     request_id: '${request}')"},
      {.method = service + "ReformRegions",
       .request = R"(new_regions { code: '230221101297' display_name: 'new' }
                     moves { from_code: '230221101298' to_code: '230221101297' }
                     effective_date: '2017-08-01' reason: 'r' request_id: '${request}')"},
      {.method = service + "ResolveRegions", .request = "codes: '230221101298'"},
      {.method = service + "GetRegion",
       .request = "name: 'regions/230221000000'",
       .shows_ancestors = true},
      {.method = service + "ListRegions",
       .request = "parent_code: '230221000000'",
       .shows_ancestors = true},
      {.method = service + "SetParameters",
       .request = R"(parameters { kind: 'publicity_days' region_code: '230221000000' value: 7
                       valid_from: '2018-01-01' reason: 'r' } request_id: '${request}')"},
      {.method = service + "ResolveParameter",
       .request = "kind: 'poverty_line_fen' region_code: '230221000000' date: '2017-06-30'"},
      {.method = service + "ListParameters",
       .request = "kind: 'poverty_line_fen' region_code: '230221000000'",
       .shows_ancestors = true},
  };
}

std::vector<AccessCase> RegisterCases() {
  const std::string service = "identification.v1.RegisterService.";
  return {
      {.method = service + "GetJob", .request = "name: '${job}'"},
      {.method = service + "ListJobErrors", .request = "name: '${failed_job}'"},
      {.method = service + "GetHousehold", .request = "name: '${household_P0}'"},
      {.method = service + "BatchGetHouseholds",
       .request = "names: '${household_P0}' names: '${household_P1}'"},
      {.method = service + "ListHouseholds", .request = "region_code: '230221000000'"},
      {.method = service + "SearchPersons", .request = "citizen_id: '${citizen_id}'"},
      {.method = service + "StreamChanges",
       .request = "region_code: '230221000000' until_current: true"},
      {.method = service + "ImportHouseholds",
       .request = R"(region_code: '230221000000' mode: IMPORT_MODE_VALIDATE file_name: 'f'
                     request_id: '${request}' data: "${csv}")"},
      {.method = service + "RecordMemberChanges",
       .request = R"(changes { person: '${person_P7}' kind: '02' date: '2017-08-01' }
                     request_id: '${request}')"},
      {.method = service + "MoveHouseholds",
       .request = R"(moves { household: '${household_P6}' to_code: '230221101299' to_group: '1' }
                     effective_date: '2017-08-01' request_id: '${request}')"},
      {.method = service + "ImportSheet",
       .request = R"(region_code: '230221000000' kind: SHEET_KIND_RURAL_HOUSEHOLDS
                     mode: IMPORT_MODE_VALIDATE file_name: 'f' request_id: '${request}'
                     data: "证件号码,户类型\n${citizen_id},脱贫户\n")"},
      {.method = service + "PutImportMapping",
       .request = R"(mapping { name: 'importMappings/access' region_code: '230221000000'
                       kind: SHEET_KIND_VILLAGES columns { key: 'a' value: '总户数' } }
                     request_id: '${request}')"},
      {.method = service + "GetImportMapping",
       .request = "name: 'importMappings/access'",
       .shows_ancestors = true},
      {.method = service + "RecordIncomes",
       .request = R"(entries { household: '${household_P7}' year: 2014 reason: 'SURVEY'
                       items { migrant_wage_fen: 100 } } request_id: '${request}')"},
      {.method = service + "ListIncomes", .request = "household: '${household_P0}'"},
      {.method = service + "CancelJob", .request = "name: '${job}' request_id: '${request}'"},
  };
}

std::vector<AccessCase> CodeListCases() {
  const std::string service = "identification.v1.CodeListService.";
  return {
      {.method = service + "ListCodes", .request = "list: 'relation'", .is_public = true},
      {.method = service + "PutCodes",
       .request = R"(codes { list: 'access' code: 1 key: 'one' zh: '一' en: 'one'
                       region_code: '230221000000' valid_from: '2017-01-01' }
                     request_id: '${request}')"},
  };
}

std::vector<AccessCase> VillageCases() {
  const std::string service = "identification.v1.VillageService.";
  return {
      {.method = service + "PutVillage",
       .request = R"(village { name: 'villages/230221101200' items { population: 1234 } }
                     request_id: '${request}')"},
      {.method = service + "BatchPutVillages",
       .request = R"(villages { name: 'villages/230221101200' items { population: 2345 } }
                     request_id: '${request}')"},
      {.method = service + "GetVillage", .request = "name: 'villages/230221101200'"},
      {.method = service + "ListVillages", .request = "region_code: '230221000000'"},
  };
}

// The second campaign goes from the assessment to the publicity, the first one on from there.
std::vector<AccessCase> CaseCases() {
  const std::string service = "identification.v1.CaseService.";
  const std::string second =
      "campaign: '${campaign_2}' region_code: '230221102000' request_id: '${request}' ";
  const std::string meeting =
      "meeting { attendance: 12 votes_for: 10 votes_against: 1 abstained: 1 minutes: 'm' } ";
  return {
      {.method = service + "GetCampaign",
       .request = "name: '${campaign_1}'",
       .shows_ancestors = true},
      {.method = service + "ListCampaigns", .request = "", .shows_ancestors = true},
      {.method = service + "GetCase", .request = "name: '${case_A0}'"},
      {.method = service + "ListCases",
       .request = "campaign: '${campaign_1}' region_code: '230221000000'"},
      {.method = service + "GetNotice", .request = "name: '${notice}'"},
      {.method = service + "ListNotices",
       .request = "campaign: '${campaign_1}' region_code: '230221000000'"},
      {.method = service + "ListObjections", .request = "region_code: '230221000000'"},
      {.method = service + "ComputeFlows",
       .request = R"(region_code: '230221000000' period_start: '2017-01-01'
                     period_end: '2017-12-31')"},
      {.method = service + "CreateCases",
       .request = R"(proposals { household: '${household_P1}' kind: ADJUSTMENT_KIND_REMOVE_ERROR
                     reason: 'FOUND_RICH' } request_id: '${request}')"},
      {.method = service + "CreateCampaign",
       .request = R"(region_code: '230221103000' title: 't' period_start: '2017-01-01'
                     period_end: '2017-06-30' request_id: '${request}')"},
      {.method = service + "RecordGroupAssessments",
       .request = second + meeting +
                  "cases: '${case_B0}' cases: '${case_B1}' held_on: "
                  "'2017-05-05'"},
      {.method = service + "RecordVillageDeliberations",
       .request = second + meeting + "held_on: '2017-05-10'"},
      {.method = service + "VerifyCases",
       .request = second + "cases: '${case_B0}' cases: '${case_B1}' held_on: '2017-05-18'"},
      {.method = service + "DecideCases", .request = second + "held_on: '2017-05-25'"},
      {.method = service + "OpenPublicity", .request = second + "posted_on: '2017-05-26'"},
      {.method = service + "FileObjection",
       .request = "case: '${case_B0}' text: 't' request_id: '${request}'"},
      {.method = service + "AnswerObjection",
       .request = R"(name: '${objection}' outcome: OBJECTION_STATE_UPHELD answer: 'a'
                     request_id: '${request}')"},
      {.method = service + "ReassessCases",
       .request = "cases: '${case_A0}' request_id: '${request}'"},
      {.method = service + "ConcludePublicity",
       .request = R"(campaign: '${campaign_1}' region_code: '230221101000'
                     concluded_on: '2017-06-12' effective_date: '2017-06-14'
                     request_id: '${request}')"},
      {.method = service + "CancelCampaign",
       .request = "name: '${campaign_2}' request_id: '${request}'"},
  };
}

std::vector<AccessCase> ComparisonCases() {
  const std::string service = "identification.v1.ComparisonService.";
  return {
      {.method = service + "ListComparisonKinds", .request = "", .is_public = true},
      {.method = service + "GetComparisonList",
       .request = "name: '${comparison_list}'",
       .shows_ancestors = true},
      {.method = service + "ListComparisonLists",
       .request = "kind: 'payroll'",
       .shows_ancestors = true},
      {.method = service + "GetComparisonFinding", .request = "name: '${finding_answered}'"},
      {.method = service + "ListComparisonFindings", .request = "region_code: '230221000000'"},
      {.method = service + "GetComparisonFigures", .request = "region_code: '230221000000'"},
      {.method = service + "PutComparisonKinds",
       .request = R"(kinds { code: 'access' region_code: '230221000000' valid_from: '2017-01-01'
                       label_zh: '一' label_en: 'one' severity: COMPARISON_SEVERITY_MUST_REVIEW
                       due_days: 5 } request_id: '${request}')"},
      {.method = service + "CreateComparisonList",
       .request = R"(kind: 'payroll' region_code: '230221000000' authority: 'a' purpose: 'p'
                     data_date: '2017-05-31' expires_on: '2099-12-31' request_id: '${request}'
                     entries { citizen_id: '${citizen_id}' })"},
      {.method = service + "PutAuthorizations",
       .request = R"(authorizations { household: '${household_P0}' signed_on: '2017-01-01'
                       valid_to: '2099-12-31' evidence_sha256:
                       '0000000000000000000000000000000000000000000000000000000000000000' }
                     request_id: '${request}')"},
      {.method = service + "RunComparison",
       .request = R"(region_code: '230221000000' lists: '${comparison_list}'
                     request_id: '${request}')"},
      {.method = service + "BatchAnswerComparisonFindings",
       .request = R"(answers { finding: '${finding_assigned}' reason: 'r'
                       outcome: COMPARISON_OUTCOME_CONFIRMED } request_id: '${request}')"},
      {.method = service + "BatchCheckComparisonFindings",
       .request = R"(checks { finding: '${finding_answered}' verdict: VERDICT_ACCEPT }
                     request_id: '${request}')"},
      {.method = service + "ExpireComparisonList",
       .request = "name: '${comparison_list}' request_id: '${request}'"},
  };
}

std::vector<AccessCase> DuplicateCases() {
  const std::string service = "identification.v1.DuplicateService.";
  return {
      {.method = service + "ListDuplicates", .request = "region_code: '230221000000'"},
      {.method = service + "FindDuplicates",
       .request = "region_code: '230221000000' request_id: '${request}'"},
      {.method = service + "DecideDuplicates",
       .request = R"(items { duplicate: '${duplicate}' decision: DUPLICATE_DECISION_DIFFERENT
                       reason: 'r' } request_id: '${request}')"},
  };
}

std::vector<AccessCase> ExportCases() {
  const std::string service = "identification.v1.ExportService.";
  const std::string spec = R"(spec { region_code: '230221000000' kind: SHEET_KIND_MONITORED_OBJECTS
      purpose: EXPORT_PURPOSE_STATISTICS reason: 'r' } )";
  return {
      {.method = service + "ExportSheet", .request = spec},
      {.method = service + "DownloadExport", .request = "name: '${export_job}'"},
      {.method = service + "DownloadJobErrors", .request = "name: '${failed_job}'"},
      {.method = service + "ListExportAccesses", .request = "region_code: '230221000000'"},
      {.method = service + "StartExport", .request = spec + "request_id: '${request}'"},
  };
}

std::vector<AccessCase> QualityCases() {
  const std::string service = "identification.v1.QualityService.";
  const std::string rule = R"(
      variants { code: 'access2' population: RULE_POPULATION_ALL } scope: RULE_SCOPE_PERSON
      severity: RULE_SEVERITY_WARNING title_zh: 't' title_en: 't' expression: 'has(person.sex)'
      region_code: '230221000000' )";
  return {
      {.method = service + "GetRule",
       .request = "name: '${quality_rule}'",
       .shows_ancestors = true},
      {.method = service + "ListRules",
       .request = "region_code: '230221000000' code: 'access'",
       .shows_ancestors = true},
      {.method = service + "PreviewRule",
       .request = "region_code: '230221000000' rule {" + rule + "}",
       .repeats_safely_by = "storing nothing"},
      {.method = service + "PutRules", .request = "rules {" + rule + "} request_id: '${request}'"},
      {.method = service + "RunRules",
       .request = "region_code: '230221000000' codes: 'access' request_id: '${request}'"},
      // Tells nothing but of the record that it is given.
      {.method = service + "CheckFacts",
       .request = "region_code: '230221000000' household { members { person_id: 1 sex: 1 } }",
       .shows_ancestors = true},
      {.method = service + "GetQualityFinding", .request = "name: '${quality_finding_P0}'"},
      {.method = service + "ListQualityFindings",
       .request = "region_code: '230221000000' household: '${household_P0}'"},
      {.method = service + "BatchAssignQualityFindings",
       .request = R"(names: '${quality_finding_P0}' assignee: 'a' due_on: '2099-12-31'
                     request_id: '${request}')"},
      {.method = service + "BatchCorrectQualityFindings",
       .request = R"(corrections { name: '${quality_finding_P1}'
                       outcome: QUALITY_OUTCOME_CORRECTED } request_id: '${request}')"},
      {.method = service + "BatchVerifyQualityFindings",
       .request = R"(verifications { name: '${quality_finding_P2}' accept: true }
                     request_id: '${request}')"},
      {.method = service + "PutExemptions",
       .request = R"(exemptions { code: 'access' subject: '${household_P0}' reason: 'r'
                       expires_on: '2030-12-31' } request_id: '${request}')"},
      {.method = service + "ListExemptions", .request = "region_code: '230221000000'"},
      {.method = service + "GetQualityStatistics", .request = "region_code: '230221000000'"},
  };
}

std::vector<AccessCase> StatisticsCases() {
  const std::string service = "identification.v1.StatisticsService.";
  return {
      {.method = service + "ComputeStatistics",
       .request = "region_code: '230221000000' group_by: STATISTIC_DIMENSION_AGE"},
      {.method = service + "ListStatisticHouseholds", .request = "region_code: '230221000000'"},
      {.method = service + "ListStatisticPersons", .request = "region_code: '230221000000'"},
      {.method = service + "RebuildStatistics",
       .request = "region_code: '230221000000' request_id: '${request}'"},
  };
}

std::vector<AccessCase> AssistanceCases() {
  const std::string service = "assistance.v1.AssistanceService.";
  return {
      {.method = service + "ListUnits", .request = "region_code: '230221000000'"},
      {.method = service + "ListCadres", .request = "region_code: '230221000000'"},
      {.method = service + "ListPairings",
       .request = R"(region_code: '230221000000' household: '${household_P0}'
                     cadre: '${cadre}')"},
      {.method = service + "ComputeCoverage",
       .request = "region_code: '230221000000' as_of: '2017-12-31'"},
      {.method = service + "GetPlan", .request = "name: '${plan}'"},
      {.method = service + "ListPlans", .request = "region_code: '230221000000' year: 2017"},
      {.method = service + "ListVisits",
       .request = "region_code: '230221000000' household: '${household_P0}'"},
      {.method = service + "GetProjectionStatus", .request = "region_code: '230221000000'"},
      {.method = service + "StreamChanges",
       .request = "region_code: '230221000000' until_current: true"},
      {.method = service + "BatchCreateUnits",
       .request = R"(units { region_code: '230221000000' code: 'U2' title: 't' level: '04' }
                     request_id: '${request}')"},
      {.method = service + "BatchCreateCadres",
       .request = R"(cadres { region_code: '230221000000' unit: '${unit}' staff_number: 'S2'
                       display_name: 'n' phone: '13900000002' } request_id: '${request}')"},
      {.method = service + "BatchCreatePairings",
       .request = R"(pairings { household: '${household_P1}' cadre: '${cadre}'
                       from_date: '2017-01-01' } request_id: '${request}')"},
      {.method = service + "BatchCreatePlans",
       .request = R"(plans { household: '${household_P1}' year: 2017 measures { group: 'housing'
                       description: 'd' due_date: '2017-10-31' } } request_id: '${request}')"},
      {.method = service + "BatchCompleteMeasures",
       .request = "names: '${measure}' done_date: '2017-09-30' request_id: '${request}'"},
      {.method = service + "UploadVisits",
       .request = R"(visits { client_id: '${uuid}' household: '${household_P0}' cadre: '${cadre}'
                       visit_date: '2017-05-01' summary: 's' } request_id: '${request}')"},
      {.method = service + "BatchEndPairings",
       .request = "names: '${pairing}' to_date: '2017-12-31' request_id: '${request}'"},
  };
}

std::vector<AccessCase> LedgerCases() {
  const std::string service = "funds.v1.FundsService.";
  return {
      {.method = service + "ListPurposes", .request = "", .is_public = true},
      {.method = service + "GetAccount", .request = "name: '${account_ASSET}'"},
      {.method = service + "ListAccounts", .request = "region_code: '230221000000'"},
      {.method = service + "GetTransfer", .request = "name: '${transfer}'"},
      {.method = service + "ListTransfers", .request = "account: '${account_ASSET}'"},
      {.method = service + "GetTrialBalance", .request = "region_code: '230221000000'"},
      {.method = service + "GetBudgetLine", .request = "name: '${budget_line}'"},
      {.method = service + "ListBudgetLines", .request = "region_code: '230221000000'"},
      {.method = service + "GetProject", .request = "name: '${project}'"},
      {.method = service + "ListProjects", .request = "region_code: '230221000000'"},
      {.method = service + "CreateAccounts",
       .request = R"(accounts { region_code: '230221000000' code: 'C2' display_name: 'n'
                       type: ACCOUNT_TYPE_ASSET } request_id: '${request}')"},
      {.method = service + "PostTransfers",
       .request = R"(transfers { id: '${uuid}' debit_account: '${account_ASSET}'
                       credit_account: '${account_INCOME}' amount_fen: 5 })",
       .repeats_safely_by = "the ids of the transfers"},
      {.method = service + "PostPending",
       .request = "posts { id: '${uuid}' pending_transfer: '${pending}' amount_fen: 1 }",
       .repeats_safely_by = "the ids of the transfers"},
      {.method = service + "VoidPending",
       .request = "voids { id: '${uuid}' pending_transfer: '${pending}' }",
       .repeats_safely_by = "the ids of the transfers"},
      {.method = service + "CreateBudgetLine",
       .request = R"(region_code: '230221000000' source_level: SOURCE_LEVEL_CENTRE year: 2017
                     purpose: 'housing_renovation' amount_fen: 5 document_number: 'D2'
                     source_account: '${account_INCOME}' request_id: '${request}')"},
      {.method = service + "CreateProject",
       .request = R"(region_code: '230221000000' display_name: 'n' budget_line: '${budget_line}'
                     amount_fen: 5 request_id: '${request}')"},
      {.method = service + "AdvanceProject",
       .request = R"(name: '${project}' state: PROJECT_STATE_IMPLEMENTING
                     request_id: '${request}')"},
  };
}

std::vector<AccessCase> DisbursementCases() {
  const std::string service = "funds.v1.FundsService.";
  return {
      {.method = service + "GetDisbursementBatch", .request = "name: '${batch_approved}'"},
      {.method = service + "ListDisbursementBatches", .request = "region_code: '230221000000'"},
      {.method = service + "ListDisbursementLines", .request = "batch: '${batch_approved}'"},
      {.method = service + "ListHouseholdPayments", .request = "household: '${household_P0}'"},
      {.method = service + "CheckDisbursementBatch", .request = "name: '${batch_ready}'"},
      {.method = service + "StreamChanges",
       .request = "region_code: '230221000000' until_current: true"},
      {.method = service + "CreateDisbursementBatch",
       .request = R"(region_code: '230221103000' purpose: 'housing_renovation'
                     budget_line: '${budget_line}' project: '${project}'
                     paying_account: '${account_ASSET}' pay_date: '2017-07-10' declared_count: 1
                     declared_total_fen: 750000 standard_fen: 750000 per: PAID_PER_HOUSEHOLD
                     request_id: '${request}')"},
      {.method = service + "AddDisbursementLines",
       .request = R"(name: '${batch_draft}' lines { client_line_id: 'L2'
                       household: '${household_P1}' payee_name: 'n' amount_fen: 750000
                       bank_account: '6222021234567890124' } request_id: '${request}')",
       .subject = "maker"},
      {.method = service + "RemoveDisbursementLines",
       .request = "name: '${batch_draft}' client_line_ids: 'L1' request_id: '${request}'",
       .subject = "maker"},
      {.method = service + "CancelDisbursementBatch",
       .request = "name: '${batch_draft}' request_id: '${request}'",
       .subject = "maker"},
      {.method = service + "SubmitDisbursementBatch",
       .request = "name: '${batch_ready}' request_id: '${request}'",
       .subject = "maker"},
      {.method = service + "ApproveDisbursementBatch",
       .request = "name: '${batch_submitted}' request_id: '${request}'"},
      {.method = service + "RejectDisbursementBatch",
       .request = "name: '${batch_returned}' reason: 'r' request_id: '${request}'"},
      {.method = service + "ReadBankFile",
       .request = "name: '${batch_approved}' reason: 'r'",
       .repeats_safely_by = "changing nothing: each reading is recorded"},
      {.method = service + "UploadBankReceipt",
       .request = R"(name: '${batch_approved}' request_id: '${request}'
           data: "line_id,result,amount_fen,bank_reference\n${line_id},PAID,750000,R\n")"},
  };
}

std::vector<AccessCase> EvaluationCases() {
  const std::string service = "evaluation.v1.EvaluationService.";
  return {
      {.method = service + "GetEvaluation", .request = "name: '${evaluation}'"},
      {.method = service + "ListEvaluations", .request = "region_code: '230221000000'"},
      {.method = service + "GetProjectionStatus", .request = "region_code: '230221000000'"},
      {.method = service + "CreateEvaluation",
       .request = R"(region_code: '230221000000' period_start: '2017-01-01'
                     period_end: '2017-12-31' request_id: '${request}')"},
  };
}

std::vector<AccessCase> HouseholdCases() {
  const std::string service = "identification.v1.HouseholdService.";
  return {
      {.method = service + "UpdateHousehold",
       .request = R"(edit { household: '${household_Q0}' etag: 'v1' values { group_name: '9' }
                       update_mask { paths: 'group_name' } } request_id: '${request}')"},
      {.method = service + "SplitHousehold",
       .request = R"(household: '${household_Q1}' etag: 'v1' parts { persons: '${person_Q1}'
                       head { person: '${person_Q1}' } } effective_date: '2017-08-01' reason: 'r'
                     request_id: '${request}')"},
      {.method = service + "MergeHouseholds", .request = R"(household: '${household_Q2}' etag: 'v1'
                     sources { household: '${household_Q3}' etag: 'v1' }
                     head { relations { person: '${person_Q3}' relation_to_head: 99 } }
                     effective_date: '2017-08-01' reason: 'r' request_id: '${request}')"},
      {.method = service + "ListHouseholdLinks", .request = "household: '${household_Q3}'"},
      {.method = service + "SearchHouseholds",
       .request = "region_code: '230221000000' name_prefix: '县内改'"},
  };
}

std::vector<AccessCase> ChangeRequestCases() {
  const std::string service = "identification.v1.ChangeRequestService.";
  return {
      {.method = service + "ProposeChange",
       .request = R"(edit { household: '${household_Q4}' etag: 'v1' values { group_name: '9' }
                       update_mask { paths: 'group_name' } } reason: 'r'
                     request_id: '${request}')"},
      {.method = service + "VerifyChange",
       .request = "name: '${change_5}' request_id: '${request}'"},
      {.method = service + "ApproveChange",
       .request = "name: '${change_6}' request_id: '${request}'"},
      {.method = service + "RejectChange",
       .request = "name: '${change_7}' note: 'r' request_id: '${request}'"},
      {.method = service + "WithdrawChange",
       .request = "name: '${change_8}' request_id: '${request}'",
       .subject = "proposer"},
      {.method = service + "GetChangeRequest", .request = "name: '${change_5}'"},
      {.method = service + "ListChangeRequests", .request = "region_code: '230221000000'"},
  };
}

}  // namespace

std::vector<AccessCase> AccessCases() {
  std::vector<AccessCase> all;
  // Splits and merges before the campaign, that opens cases.
  for (auto cases : {RegionCases(), RegisterCases(), HouseholdCases(), ChangeRequestCases(),
                     CodeListCases(), VillageCases(), CaseCases(), ComparisonCases(),
                     DuplicateCases(), ExportCases(), QualityCases(), StatisticsCases(),
                     AssistanceCases(), LedgerCases(), DisbursementCases(), EvaluationCases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

}  // namespace jz::testing
