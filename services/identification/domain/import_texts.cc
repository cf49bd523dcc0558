// Texts of import errors: data, not logic. `$0` is the error's detail.
#include "absl/strings/str_replace.h"
#include "services/identification/domain/import_file.h"

namespace jz::identification {
namespace {

struct ReasonText {
  absl::string_view reason;
  absl::string_view zh;
  absl::string_view en;
};

constexpr ReasonText kTexts[] = {
    {"FILE_EMPTY", "文件中没有数据行", "the file has no data row"},
    {"FILE_ENCODING", "文件编码无法识别", "the file is not in an encoding that is known"},
    {"FILE_TOO_MANY_ROWS", "文件超过$0行,请拆分后导入", "the file has more than $0 rows; split it"},
    {"COLUMN_MISSING", "缺少该列", "this column is missing"},
    {"COLUMN_UNKNOWN", "未知的列", "this column is not known"},
    {"COLUMN_DUPLICATE", "该列重复", "this column appears twice"},
    {"ROW_ENCODING", "该行不符合文件的编码", "the row is not in the encoding of the file"},
    {"ROW_TOO_LONG", "该行超过64KiB", "the row is longer than 64 KiB"},
    {"ROW_QUOTES", "该行引号不符合RFC 4180", "the quotes of the row are not as RFC 4180 has them"},
    {"ROW_FIELD_COUNT", "该行列数与表头不一致($0)",
     "the row has another number of fields than the header ($0)"},
    {"TEXT_CONTROL_CHARACTER", "含有控制字符", "contains a control character"},
    {"TEXT_REQUIRED", "不能为空", "must not be empty"},
    {"TEXT_TOO_LONG", "超过$0个字符", "is longer than $0 characters"},
    {"REGION_CODE_FORMAT", "行政区划代码应为12位数字", "a region code has 12 digits"},
    {"REGION_NOT_VILLAGE", "应为村级代码", "must be the code of a village"},
    {"REGION_OUTSIDE_IMPORT", "不在本次导入的区域内", "lies outside the region of this import"},
    {"REGION_UNKNOWN", "区划不存在", "there is no such region"},
    {"REGION_NOT_VALID", "区划在$0无效", "the region is not valid on $0"},
    {"CITIZEN_ID_LENGTH", "证件号码应为18、20或22位", "an id has 18, 20 or 22 characters"},
    {"CITIZEN_ID_CHARACTERS", "证件号码含有非法字符",
     "the id contains characters that it cannot have"},
    {"CITIZEN_ID_BIRTH_DATE", "证件号码中的出生日期不存在",
     "the birth date in the id does not exist"},
    {"CITIZEN_ID_CHECK_DIGIT", "证件号码校验码错误", "the check digit of the id is wrong"},
    {"CITIZEN_ID_DISABILITY_TYPE", "残疾证类别应为1至7", "the disability type must be 1 to 7"},
    {"CITIZEN_ID_DISABILITY_GRADE", "残疾证等级应为1至4", "the disability grade must be 1 to 4"},
    {"CITIZEN_ID_DUPLICATE", "证件号码与第$0行重复", "the same id is in line $0"},
    {"CITIZEN_ID_TAKEN", "该人已在册,请与县级核实",
     "the person is in the register already; ask the county"},
    {"SEX_FORMAT", "性别应为1或2", "sex must be 1 or 2"},
    {"SEX_MISMATCH", "性别与证件号码不符", "the sex differs from that in the id"},
    {"BIRTH_DATE_MISMATCH", "出生日期与证件号码不符", "the birth date differs from that in the id"},
    {"BIRTH_DATE_FUTURE", "出生日期在今天之后", "the birth date lies in the future"},
    {"CODE_REQUIRED", "编码不能为空", "a code is required"},
    {"CODE_UNKNOWN", "编码不在编码表中", "the code is not in its list"},
    {"YES_NO_FORMAT", "应为“是”或“否”", "must be 是 (yes) or 否 (no)"},
    {"MEMBER_COUNT_FORMAT", "人数应为1至$0的整数", "the number of members must be 1 to $0"},
    {"PHONE_FORMAT", "电话号码格式错误", "this is not a phone number"},
    {"BANK_ACCOUNT_FORMAT", "银行账号应为8至32位数字", "a bank account has 8 to 32 digits"},
    {"INCOME_YEAR_FORMAT", "收入年度错误", "this is not a year of income"},
    {"MONEY_FORMAT", "金额格式错误(元,最多两位小数)",
     "not an amount in yuan with at most two decimals"},
    {"MONEY_RANGE", "金额超出范围", "the amount is out of range"},
    {"INCOME_NEGATIVE", "金额不能为负", "the amount must not be negative"},
    {"INCOME_ABSURD", "金额超过1000万元", "the amount is over 10 million yuan"},
    {"STATE_UNKNOWN", "户状态应为候选、在册或已脱贫", "the state must be 候选, 在册 or 已脱贫"},
    {"DATE_FORMAT", "日期格式应为YYYY-MM-DD", "a date has the form YYYY-MM-DD"},
    {"DATE_REQUIRED", "该状态必须填写此日期", "this state needs the date"},
    {"DATE_UNEXPECTED", "该状态不应填写此日期", "this state must not have the date"},
    {"DATE_FUTURE", "日期在今天之后", "the date lies in the future"},
    {"EXIT_BEFORE_IDENTIFICATION", "脱贫日期早于识别日期",
     "the exit lies before the identification"},
    {"HOUSEHOLD_NO_DUPLICATE", "户编号与第$0行的另一户重复",
     "another household, in line $0, has this number"},
    {"HOUSEHOLD_NO_TAKEN", "该户编号在本县已存在",
     "a household of the county has this number already"},
    {"HOUSEHOLD_COLUMNS_DIFFER", "与同一户第$0行的内容不一致",
     "differs from line $0 of the same household"},
    {"PERSON_NO_DUPLICATE", "人编号与第$0行重复", "the same person number is in line $0"},
    {"HEAD_MISSING", "该户没有户主", "the household has no head"},
    {"HEAD_TWICE", "该户有两个户主(另一个在第$0行)",
     "the household has two heads, the other in line $0"},
    {"MEMBER_COUNT_MISMATCH", "人数与该户的行数($0)不符",
     "the number of members differs from the rows ($0)"},
    {"NUMBER_FORMAT", "不是数字", "this is not a number"},
    {"NUMBER_NEGATIVE", "不能为负数", "must not be negative"},
    {"NUMBER_RANGE", "数字超出范围", "the number is out of range"},
    {"MONTH_FORMAT", "年月格式应为202304、2023年4月或2023-04",
     "a month has the form 202304, 2023年4月 or 2023-04"},
    {"REGION_AMBIGUOUS", "有多个同名的村", "several villages have this name"},
    {"HOUSEHOLD_ROWS_APART", "同一户的行不相邻(另见第$0行)",
     "rows of a household must follow each other; others are at line $0"},
    {"HOUSEHOLD_IN_OTHER_VILLAGE", "该户登记在另一个村", "the household is in another village"},
    {"HOUSEHOLD_NO_MISMATCH", "户编号与登记的不一致",
     "the household has another number in the register"},
    {"HOUSEHOLD_TOO_LARGE", "该户超过50人", "the household has more than 50 members"},
    {"NAME_REQUIRED", "新成员缺少姓名", "a new member has no name"},
    {"RELATION_REQUIRED", "新成员缺少与户主关系", "a new member has no relation to the head"},
    {"PERSON_UNKNOWN", "该人不在册", "the person is not in the register"},
    {"PERSON_IN_OTHER_HOUSEHOLD", "该人已登记在另一户,请与县级核实",
     "the person is in another household; ask the county"},
    {"VILLAGE_DUPLICATE", "与第$0行为同一个村", "the same village is in line $0"},
    {"HOUSEHOLD_REFUSED", "导入期间该户或其成员已被他人录入",
     "somebody else entered the household or a member of it during the import"},
};

const ReasonText* Find(absl::string_view reason) {
  for (const ReasonText& text : kTexts) {
    if (text.reason == reason) return &text;
  }
  return nullptr;
}

}  // namespace

std::string ImportErrorTextZh(const ImportError& error) {
  const ReasonText* text = Find(error.reason);
  if (text == nullptr) return error.reason;
  return absl::StrReplaceAll(text->zh, {{"$0", error.detail}});
}

std::string ImportErrorTextEn(const ImportError& error) {
  const ReasonText* text = Find(error.reason);
  if (text == nullptr) return error.reason;
  return absl::StrReplaceAll(text->en, {{"$0", error.detail}});
}

}  // namespace jz::identification
