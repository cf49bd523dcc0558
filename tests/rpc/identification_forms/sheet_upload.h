// Uploads of national sheets for tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "tests/rpc/identification/register_service.h"
#include "tests/unit/identification/register_file.h"

namespace jz::testing {

using Cells = std::map<std::string, std::string>;  // header -> cell

// As exported: two rows of titles, the header, the rows.
inline std::string SheetOf(const std::vector<Cells>& rows) {
  std::vector<std::string> headers;
  for (const auto& [header, cell] : rows.at(0)) headers.push_back(header);
  std::string text = "（自定义）信息表,,\r\n填报时间：2023年9月,,\r\n";
  text += absl::StrJoin(headers, ",") + "\r\n";
  for (const Cells& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& header : headers) {
      auto cell = row.find(header);
      cells.push_back(cell == row.end() ? "" : "\"" + cell->second + "\"");
    }
    text += absl::StrJoin(cells, ",") + "\r\n";
  }
  return text;
}

struct SheetUpload {
  idv1::SheetKind kind = idv1::SHEET_KIND_MONITORED_OBJECTS;
  std::string file;
  std::string request_id;
  idv1::ImportMode mode = idv1::IMPORT_MODE_COMMIT;
  idv1::ImportAtomicity atomicity = idv1::IMPORT_ATOMICITY_PER_FILE;
  int max_duplicate_percent = 0;
  std::string mapping = "";
  std::string region = kCounty;
};

inline absl::StatusOr<cv1::Job> SendSheet(const Client& client, const SheetUpload& upload) {
  auto stream = client.WithTimeout(absl::Minutes(2)).ClientStream("ImportSheet");
  idv1::ImportSheetRequest message;
  message.set_region_code(upload.region);
  message.set_kind(upload.kind);
  message.set_mode(upload.mode);
  message.set_file_name("sheet.csv");
  message.set_request_id(upload.request_id);
  message.set_atomicity(upload.atomicity);
  message.set_max_duplicate_percent(upload.max_duplicate_percent);
  message.set_mapping(upload.mapping);
  bool open = stream->Write(message);
  message.Clear();
  for (size_t at = 0; open && at < upload.file.size(); at += 1000) {
    message.set_data(upload.file.substr(at, 1000));
    open = stream->Write(message);
  }
  cv1::Job job;
  JZ_RETURN_IF_ERROR(stream->Finish(job));
  return job;
}

inline idv1::ImportSheetResult SheetResultOf(const cv1::Job& job) {
  idv1::ImportSheetResult result;
  EXPECT_TRUE(job.result().UnpackTo(&result)) << job.ShortDebugString();
  return result;
}

// A household of two in village `kVillage`: one row a person, household and monitoring repeated.
inline std::vector<Cells> MonitoredCouple(const std::string& household_no = "H1", int serial = 1) {
  using identification::testing::IdOf;
  Cells head = {{"县", kCounty},
                {"乡", kTownship},
                {"村", kVillage},
                {"户编号", household_no},
                {"人编号", household_no + "-1"},
                {"姓名", "王国强"},
                {"证件号码", IdOf(19700101, serial)},
                {"证件类型", "居民身份证"},
                {"与户主关系", "户主"},
                {"民族", "苗族"},
                {"性别", "男"},
                {"文化程度", "小学"},
                {"在校生状况", ""},
                {"健康状况", "长期慢性病,残疾"},
                {"劳动技能", "弱劳动力或半劳动力"},
                {"是否参加城乡居民基本医疗保险", "是"},
                {"公益性岗位", "护林员、保洁员"},
                {"公益性岗位(月数)", "12.0"},
                {"家庭成员联系电话", "13812345678.0"},
                {"户类型", "脱贫户"},
                {"监测对象类别", "脱贫不稳定户"},
                {"户联系电话", "13812345678"},
                {"人均纯收入（元）", "7500.5"},
                {"是否危房户", "否"},
                {"是否解决安全饮用水", "是"},
                {"耕地面积（亩）", "3.25"},
                {"识别监测时间", "202104"},
                {"致贫/返贫风险1", "因病"},
                {"致贫/返贫风险2", "务工就业不稳"},
                {"风险是否已消除", "否"},
                {"就业帮扶", "外出务工补贴,技能培训"},
                {"没有的列", "x"}};
  Cells wife = head;
  wife["人编号"] = household_no + "-2";
  wife["姓名"] = "李桂英";
  wife["证件号码"] = IdOf(19720505, serial + 1);
  wife["与户主关系"] = "配偶";
  wife["性别"] = "女";
  wife["劳动技能"] = "普通劳动力";
  wife["健康状况"] = "健康";
  wife["公益性岗位"] = "";
  wife["公益性岗位(月数)"] = "";
  return {head, wife};
}

}  // namespace jz::testing
