// National sheets out of the register, and back into it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "jingzhun/identification/v1/export.pb.h"
#include "services/identification/upload.h"
#include "tests/rpc/identification/status_matchers.h"
#include "tests/rpc/identification_forms/sheet_upload.h"

namespace jz::testing {
namespace {

using identification::testing::Csv;
using identification::testing::IdOf;
using identification::testing::Singles;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kMark[] = "\xEF\xBB\xBF";

struct File {
  std::string bytes;
  std::string content_type;
  bool complete = false;
  int64_t rows = 0;
  absl::Status status;
};

File ReadFile(const Client& client, const char* method, const google::protobuf::Message& request) {
  File file;
  auto stream = client.WithTimeout(absl::Minutes(1)).ServerStream(method, request);
  idv1::FileChunk chunk;
  while (stream->Read(chunk)) {
    EXPECT_FALSE(file.complete) << "nothing follows the last message";
    file.bytes += chunk.data();
    if (!chunk.content_type().empty()) file.content_type = chunk.content_type();
    file.complete = chunk.complete();
    file.rows = chunk.row_count();
  }
  file.status = stream->Finish();
  return file;
}

std::string Sha256(const std::string& bytes) {
  identification::FileDigest digest;
  digest.Add(bytes);
  return absl::BytesToHexString(digest.Finish());
}

class Exports : public ::testing::Test {
 protected:
  static idv1::ExportSpec Spec(idv1::SheetKind kind) {
    idv1::ExportSpec spec;
    spec.set_region_code(kCounty);
    spec.set_kind(kind);
    spec.set_purpose(idv1::EXPORT_PURPOSE_REGISTER_WORK);
    spec.set_reason("round trip");
    return spec;
  }
  Client Exporter(const TokenSpec& token) const {
    return Client(service_.port(), "jingzhun.identification.v1.ExportService",
                  service_.TokenOf(token));
  }
  File Export(const idv1::ExportSpec& spec) const {
    idv1::ExportSheetRequest request;
    *request.mutable_spec() = spec;
    return ReadFile(exporter_, "ExportSheet", request);
  }
  cv1::Job Start(const idv1::ExportSpec& spec, const std::string& request_id) {
    idv1::StartExportRequest request;
    *request.mutable_spec() = spec;
    request.set_request_id(request_id);
    auto job = exporter_.Call<cv1::Job>("StartExport", request);
    EXPECT_TRUE(job.ok()) << job.status();
    return service_.Await(officer_, *job);
  }
  File Download(const Client& client, const std::string& job, int64_t offset = 0) const {
    idv1::DownloadExportRequest request;
    request.set_name(job);
    request.set_offset(offset);
    return ReadFile(client, "DownloadExport", request);
  }
  std::vector<idv1::ExportAccess> Accesses() const {
    const Client auditor = Exporter({.roles = {"administrator"}, .regions = {kCounty}});
    auto response = auditor.Call<idv1::ListExportAccessesResponse>(
        "ListExportAccesses", idv1::ListExportAccessesRequest());
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->accesses().begin(), response->accesses().end()};
  }
  idv1::ImportSheetResult Import(const SheetUpload& upload) {
    auto job = SendSheet(officer_, upload);
    EXPECT_TRUE(job.ok()) << job.status();
    const cv1::Job ended = service_.Await(officer_, *job);
    EXPECT_EQ(ended.state(), cv1::JOB_STATE_SUCCEEDED)
        << ended.ShortDebugString() << ::testing::PrintToString(service_.ErrorsOf(officer_, ended));
    return SheetResultOf(ended);
  }
  // Households, work, plans and a village.
  void Fill() {
    std::vector<Cells> rows = MonitoredCouple();
    rows[1]["姓名"] = "=1+1";
    for (Cells& row : rows) {
      row["其他备注"] = "逗号,和\"\"引号\"\"";
      row["民族"] = "汉族";
    }
    Import({.file = SheetOf(rows), .request_id = "objects"});
    const std::string id = IdOf(19700101, 1);
    Import({.kind = idv1::SHEET_KIND_MIGRANT_WORK,
            .file = SheetOf({{{"证件号码", id},
                              {"是否已务工", "是"},
                              {"开始时间", "202203"},
                              {"结束时间", "202212"},
                              {"务工月收入", "3500.5"},
                              {"务工企业名称", "某厂"}},
                             {{"证件号码", id}, {"是否已务工", "是"}, {"开始时间", "202301"}}}),
            .request_id = "work"});
    Import({.kind = idv1::SHEET_KIND_PLANNED_WORK,
            .file =
                SheetOf({{{"证件号码", id}, {"是否计划务工", "是"}, {"就业服务需求", "技能培训"}}}),
            .request_id = "plans"});
    Import({.kind = idv1::SHEET_KIND_VILLAGES,
            .file = SheetOf(
                {{{"村", kVillage}, {"总户数", "120"}, {"村级集体经济收入（万元）", "8.25"}}}),
            .request_id = "villages"});
  }

  RegisterService service_;
  Client officer_ = service_.Register();
  Client exporter_ =
      Exporter({.subject = "officer", .roles = {"county_officer"}, .regions = {kCounty}});
};

TEST_F(Exports, OfEverySheetImportAgainWithoutAnyChange) {
  Fill();
  service_.SendAndAwait({.csv = Csv(Singles(3, 10)), .request_id = "register"});
  const int64_t versions = service_.CountRows("household_version");
  const int64_t villages = service_.CountRows("village_version");
  for (idv1::SheetKind kind :
       {idv1::SHEET_KIND_MONITORED_OBJECTS, idv1::SHEET_KIND_RURAL_HOUSEHOLDS,
        idv1::SHEET_KIND_MIGRANT_WORK, idv1::SHEET_KIND_PLANNED_WORK, idv1::SHEET_KIND_VILLAGES}) {
    for (idv1::ExportFormat format :
         {idv1::EXPORT_FORMAT_CSV_UTF8, idv1::EXPORT_FORMAT_CSV_GB18030}) {
      SCOPED_TRACE(absl::StrCat(kind, " ", format));
      idv1::ExportSpec spec = Spec(kind);
      spec.set_format(format);
      const File file = Export(spec);
      ASSERT_TRUE(file.status.ok()) << file.status;
      ASSERT_TRUE(file.complete);
      const idv1::ImportSheetResult result = Import(
          {.kind = kind, .file = file.bytes, .request_id = absl::StrCat("again", kind, format)});
      EXPECT_EQ(result.row_count(), file.rows);
      EXPECT_THAT(result.ignored_columns(), IsEmpty());
      EXPECT_EQ(result.created_household_count() + result.created_person_count(), 0);
      EXPECT_EQ(result.updated_household_count(), 0);
      EXPECT_EQ(result.village_count(), 0);
      EXPECT_EQ(result.encoding(), format == idv1::EXPORT_FORMAT_CSV_UTF8 ? "UTF-8" : "GB18030");
      EXPECT_EQ(Export(spec).bytes, file.bytes);
    }
  }
  EXPECT_EQ(service_.CountRows("household_version"), versions);
  EXPECT_EQ(service_.CountRows("village_version"), villages);
}

TEST_F(Exports, EnterTheSameHouseholdsInAnEmptyRegister) {
  Fill();
  const File file = Export(Spec(idv1::SHEET_KIND_MONITORED_OBJECTS));
  RegisterService other;
  const Client officer = other.Register();
  auto job = SendSheet(officer, {.file = file.bytes, .request_id = "copy"});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(other.Await(officer, *job).state(), cv1::JOB_STATE_SUCCEEDED);
  idv1::ExportSheetRequest request;
  *request.mutable_spec() = Spec(idv1::SHEET_KIND_MONITORED_OBJECTS);
  const Client exporter(other.port(), "jingzhun.identification.v1.ExportService",
                        other.Token("county_officer", kCounty));
  EXPECT_EQ(ReadFile(exporter, "ExportSheet", request).bytes, file.bytes);
}

TEST_F(Exports, HaveTheNationalColumnsAndNoFormula) {
  Fill();
  const File file = Export(Spec(idv1::SHEET_KIND_MONITORED_OBJECTS));
  EXPECT_EQ(file.content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(file.rows, 2);
  const std::vector<std::string> lines = absl::StrSplit(file.bytes, "\r\n");
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_THAT(lines[0], StartsWith(absl::StrCat(
                            kMark, "县,乡,村,行政区划代码,村民小组,户编号,人编号,姓名,证件号码,")));
  EXPECT_THAT(lines[0], HasSubstr("致贫/返贫风险1,致贫/返贫风险2,致贫/返贫风险3"));
  EXPECT_THAT(lines[0], Not(HasSubstr("信息采集人")));
  EXPECT_THAT(lines[1], AllOf(HasSubstr(IdOf(19700101, 1)), HasSubstr("13812345678"),
                              HasSubstr("\"生态护林员,保洁员\""), HasSubstr("7500.5"),
                              HasSubstr("\"逗号,和\"\"引号\"\"\"")));
  EXPECT_THAT(lines[2], HasSubstr(",'=1+1,"));
}

TEST_F(Exports, MaskByPurpose) {
  Fill();
  idv1::ExportSpec spec = Spec(idv1::SHEET_KIND_MONITORED_OBJECTS);
  spec.set_purpose(idv1::EXPORT_PURPOSE_STATISTICS);
  const std::string masked = Export(spec).bytes;
  EXPECT_THAT(masked, AllOf(HasSubstr("王**"), HasSubstr("138****5678"), HasSubstr("长期慢性病"),
                            Not(HasSubstr("王国强")), Not(HasSubstr(IdOf(19700101, 1))),
                            Not(HasSubstr("13812345678"))));
  spec.set_purpose(idv1::EXPORT_PURPOSE_PUBLICITY);
  const std::string published = Export(spec).bytes;
  EXPECT_THAT(published,
              AllOf(HasSubstr("王国强"), HasSubstr("脱贫不稳定户"),
                    Not(HasSubstr(IdOf(19700101, 1))), Not(HasSubstr("138")),
                    Not(HasSubstr("慢性病")), Not(HasSubstr("因病")), Not(HasSubstr("7500"))));
}

TEST_F(Exports, KeepToTheFilterAndTheRegion) {
  Fill();
  service_.SendAndAwait({.csv = Csv(Singles(3, 10)), .request_id = "register"});
  idv1::ExportSpec spec = Spec(idv1::SHEET_KIND_MONITORED_OBJECTS);
  EXPECT_EQ(Export(spec).rows, 5);
  spec.set_monitored(idv1::MONITORED_FILTER_OPEN);
  EXPECT_EQ(Export(spec).rows, 2);
  spec.set_monitored(idv1::MONITORED_FILTER_NEVER);
  EXPECT_EQ(Export(spec).rows, 3);
  spec.add_states(idv1::HOUSEHOLD_STATE_EXITED);
  EXPECT_EQ(Export(spec).rows, 0);
  spec.clear_monitored();
  spec.add_household_types(1);
  spec.add_monitored_categories(1);
  EXPECT_EQ(Export(spec).rows, 2);
  idv1::ExportSpec neighbour = Spec(idv1::SHEET_KIND_MONITORED_OBJECTS);
  neighbour.set_region_code(kNeighbour);
  EXPECT_THAT(Export(neighbour).status,
              Refused(absl::StatusCode::kPermissionDenied, "REGION_OUT_OF_SCOPE"));
}

TEST_F(Exports, AsJsonLinesTellTheirEnd) {
  Fill();
  idv1::ExportSpec spec = Spec(idv1::SHEET_KIND_VILLAGES);
  spec.set_format(idv1::EXPORT_FORMAT_NDJSON);
  const File file = Export(spec);
  EXPECT_EQ(file.content_type, "application/x-ndjson");
  const std::vector<std::string> lines = absl::StrSplit(file.bytes, '\n');
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0], AllOf(StartsWith("{\"县\":\""), HasSubstr("\"总户数\":\"120\"")));
  EXPECT_EQ(lines[1], R"({"end":{"rows":1}})");
}

TEST_F(Exports, AsAJobAreAFileForTheRequesterAndTheAuditor) {
  Fill();
  const idv1::ExportSpec spec = Spec(idv1::SHEET_KIND_MONITORED_OBJECTS);
  const cv1::Job job = Start(spec, "a");
  ASSERT_EQ(job.state(), cv1::JOB_STATE_SUCCEEDED) << job.ShortDebugString();
  idv1::StartExportResult result;
  ASSERT_TRUE(job.result().UnpackTo(&result));
  const File file = Download(exporter_, job.name());
  ASSERT_TRUE(file.status.ok()) << file.status;
  EXPECT_TRUE(file.complete);
  EXPECT_EQ(file.bytes, Export(spec).bytes);
  EXPECT_EQ(result.row_count(), 2);
  EXPECT_EQ(result.byte_count(), static_cast<int64_t>(file.bytes.size()));
  EXPECT_EQ(result.sha256(), Sha256(file.bytes));
  EXPECT_EQ(Download(exporter_, job.name(), 10).bytes, file.bytes.substr(10));
  EXPECT_EQ(Start(spec, "a").name(), job.name());

  EXPECT_THAT(
      Download(Exporter({.subject = "other", .roles = {"county_officer"}, .regions = {kCounty}}),
               job.name())
          .status,
      Refused(absl::StatusCode::kPermissionDenied, "EXPORT_OF_ANOTHER"));
  EXPECT_THAT(Download(Exporter({.subject = "officer", .roles = {"viewer"}, .regions = {kCounty}}),
                       job.name())
                  .status,
              Refused(absl::StatusCode::kPermissionDenied, "EXPORT_FULL_NOT_PERMITTED"));
  EXPECT_THAT(
      Download(
          Exporter({.subject = "officer", .roles = {"county_officer"}, .regions = {kNeighbour}}),
          job.name())
          .status,
      Refused(absl::StatusCode::kNotFound, "EXPORT_NOT_FOUND"));
  EXPECT_THAT(Download(exporter_, job.name(), result.byte_count() + 1).status,
              Refused(absl::StatusCode::kInvalidArgument, "OFFSET_RANGE"));
  const File audited =
      Download(Exporter({.roles = {"administrator"}, .regions = {kCounty}}), job.name());
  EXPECT_EQ(audited.bytes, file.bytes);
}

TEST_F(Exports, AreOnRecordWithPurposeRowsAndWho) {
  Fill();
  const idv1::ExportSpec spec = Spec(idv1::SHEET_KIND_MONITORED_OBJECTS);
  Export(spec);
  const cv1::Job job = Start(spec, "a");
  Download(exporter_, job.name());
  const std::vector<idv1::ExportAccess> accesses = Accesses();
  ASSERT_THAT(accesses, SizeIs(3));
  for (const idv1::ExportAccess& access : accesses) {
    EXPECT_EQ(access.subject(), "officer");
    EXPECT_EQ(access.spec().purpose(), idv1::EXPORT_PURPOSE_REGISTER_WORK);
    EXPECT_EQ(access.spec().reason(), "round trip");
    EXPECT_EQ(access.row_count(), 2);
    EXPECT_TRUE(access.complete());
  }
  EXPECT_EQ(accesses[0].kind(), idv1::EXPORT_ACCESS_KIND_DOWNLOAD);
  EXPECT_EQ(accesses[1].job(), job.name());
  EXPECT_EQ(accesses[2].kind(), idv1::EXPORT_ACCESS_KIND_STREAM);
}

TEST_F(Exports, NameEverythingThatIsWrongAtOnce) {
  idv1::ExportSheetRequest request;
  request.mutable_spec()->set_region_code("23");
  request.mutable_spec()->add_states(static_cast<idv1::HouseholdState>(99));
  const File file = ReadFile(exporter_, "ExportSheet", request);
  EXPECT_THAT(file.status, Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  for (const char* field :
       {"spec.region_code", "spec.kind", "spec.purpose", "spec.reason", "spec.states"}) {
    EXPECT_THAT(file.status.ToString(), HasSubstr(field));
  }
  EXPECT_THAT(Accesses(), IsEmpty());
}

TEST_F(Exports, InFullNeedAPermissionOfTheirOwn) {
  idv1::ExportSheetRequest request;
  *request.mutable_spec() = Spec(idv1::SHEET_KIND_MONITORED_OBJECTS);
  const Client viewer = Exporter({.roles = {"viewer"}, .regions = {kCounty}});
  EXPECT_THAT(ReadFile(viewer, "ExportSheet", request).status,
              Refused(absl::StatusCode::kPermissionDenied, "EXPORT_FULL_NOT_PERMITTED"));
  request.mutable_spec()->set_purpose(idv1::EXPORT_PURPOSE_STATISTICS);
  EXPECT_TRUE(ReadFile(viewer, "ExportSheet", request).complete);
}

TEST_F(Exports, OfErrorsAreAFileToo) {
  std::vector<identification::testing::Fields> rows = Singles(2);
  rows[1]["住房安全"] = "=?";
  const cv1::Job job = service_.SendAndAwait({.csv = Csv(rows), .request_id = "a"});
  idv1::DownloadJobErrorsRequest request;
  request.set_name(job.name());
  const File file = ReadFile(exporter_, "DownloadJobErrors", request);
  ASSERT_TRUE(file.status.ok()) << file.status;
  EXPECT_EQ(file.rows, 1);
  EXPECT_THAT(file.bytes, StartsWith(absl::StrCat(kMark,
                                                  "行号,列,错误代码,错误说明,message\r\n3,"
                                                  "住房安全,CODE_UNKNOWN,")));
  const Client stranger = Exporter({.roles = {"county_officer"}, .regions = {kNeighbour}});
  EXPECT_THAT(ReadFile(stranger, "DownloadJobErrors", request).status,
              Refused(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

}  // namespace
}  // namespace jz::testing
