#include "services/identification/domain/code_list.h"

#include <algorithm>

namespace jz::identification {
namespace {

constexpr Code kRelation[] = {
    {"01", "户主", "head"},
    {"02", "配偶", "spouse"},
    {"03", "之子", "son"},
    {"04", "之女", "daughter"},
    {"05", "之儿媳", "daughter-in-law"},
    {"06", "之女婿", "son-in-law"},
    {"07", "之孙子", "son's son"},
    {"08", "之孙女", "son's daughter"},
    {"09", "之外孙子", "daughter's son"},
    {"10", "之外孙女", "daughter's daughter"},
    {"11", "之父", "father"},
    {"12", "之母", "mother"},
    {"13", "之岳父", "wife's father"},
    {"14", "之岳母", "wife's mother"},
    {"15", "之公公", "husband's father"},
    {"16", "之婆婆", "husband's mother"},
    {"17", "之祖父", "father's father"},
    {"18", "之祖母", "father's mother"},
    {"19", "之外祖父", "mother's father"},
    {"20", "之外祖母", "mother's mother"},
    {"99", "其他", "other"},
};

// GB/T 3304-1991, in the order of the standard.
constexpr Code kEthnicity[] = {
    {"01", "汉族", "Han"},          {"02", "蒙古族", "Mongol"},
    {"03", "回族", "Hui"},          {"04", "藏族", "Zang"},
    {"05", "维吾尔族", "Uygur"},    {"06", "苗族", "Miao"},
    {"07", "彝族", "Yi"},           {"08", "壮族", "Zhuang"},
    {"09", "布依族", "Buyei"},      {"10", "朝鲜族", "Chosen"},
    {"11", "满族", "Man"},          {"12", "侗族", "Dong"},
    {"13", "瑶族", "Yao"},          {"14", "白族", "Bai"},
    {"15", "土家族", "Tujia"},      {"16", "哈尼族", "Hani"},
    {"17", "哈萨克族", "Kazak"},    {"18", "傣族", "Dai"},
    {"19", "黎族", "Li"},           {"20", "傈僳族", "Lisu"},
    {"21", "佤族", "Va"},           {"22", "畲族", "She"},
    {"23", "高山族", "Gaoshan"},    {"24", "拉祜族", "Lahu"},
    {"25", "水族", "Sui"},          {"26", "东乡族", "Dongxiang"},
    {"27", "纳西族", "Naxi"},       {"28", "景颇族", "Jingpo"},
    {"29", "柯尔克孜族", "Kirgiz"}, {"30", "土族", "Tu"},
    {"31", "达斡尔族", "Daur"},     {"32", "仫佬族", "Mulao"},
    {"33", "羌族", "Qiang"},        {"34", "布朗族", "Blang"},
    {"35", "撒拉族", "Salar"},      {"36", "毛南族", "Maonan"},
    {"37", "仡佬族", "Gelao"},      {"38", "锡伯族", "Xibe"},
    {"39", "阿昌族", "Achang"},     {"40", "普米族", "Pumi"},
    {"41", "塔吉克族", "Tajik"},    {"42", "怒族", "Nu"},
    {"43", "乌孜别克族", "Uzbek"},  {"44", "俄罗斯族", "Russ"},
    {"45", "鄂温克族", "Ewenki"},   {"46", "德昂族", "Deang"},
    {"47", "保安族", "Bonan"},      {"48", "裕固族", "Yugur"},
    {"49", "京族", "Gin"},          {"50", "塔塔尔族", "Tatar"},
    {"51", "独龙族", "Derung"},     {"52", "鄂伦春族", "Oroqen"},
    {"53", "赫哲族", "Hezhen"},     {"54", "门巴族", "Monba"},
    {"55", "珞巴族", "Lhoba"},      {"56", "基诺族", "Jino"},
    {"97", "其他", "other"},        {"98", "外国血统中国籍人士", "naturalised"},
};

constexpr Code kEducation[] = {
    {"01", "文盲或半文盲", "illiterate or nearly"},
    {"02", "小学", "primary school"},
    {"03", "初中", "middle school"},
    {"04", "高中", "high school"},
    {"05", "大专及以上", "college or more"},
    {"06", "学龄前儿童", "below school age"},
};

constexpr Code kStudent[] = {
    {"01", "非在校生", "not a student"},
    {"02", "学前教育", "kindergarten"},
    {"03", "小学", "primary school"},
    {"04", "七年级", "grade 7"},
    {"05", "八年级", "grade 8"},
    {"06", "九年级", "grade 9"},
    {"07", "高中一年级", "high school 1"},
    {"08", "高中二年级", "high school 2"},
    {"09", "高中三年级", "high school 3"},
    {"10", "中职一年级", "secondary vocational 1"},
    {"11", "中职二年级", "secondary vocational 2"},
    {"12", "中职三年级", "secondary vocational 3"},
    {"13", "高职一年级", "higher vocational 1"},
    {"14", "高职二年级", "higher vocational 2"},
    {"15", "高职三年级", "higher vocational 3"},
    {"16", "大专及以上", "college or more"},
};

constexpr Code kHealth[] = {
    {"01", "健康", "healthy"},
    {"02", "长期慢性病", "chronic illness"},
    {"03", "患有大病", "serious illness"},
    {"04", "残疾", "disabled"},
};

constexpr Code kLabour[] = {
    {"01", "普通劳动力", "ordinary"},
    {"02", "技能劳动力", "skilled"},
    {"03", "丧失劳动力", "lost"},
    {"04", "无劳动力", "none"},
};

constexpr Code kCause[] = {
    {"01", "因病", "illness"},
    {"02", "因残", "disability"},
    {"03", "因学", "schooling"},
    {"04", "因灾", "disaster"},
    {"05", "缺土地", "no land"},
    {"06", "缺水", "no water"},
    {"07", "缺技术", "no skill"},
    {"08", "缺劳力", "no labour"},
    {"09", "缺资金", "no money"},
    {"10", "交通条件落后", "poor transport"},
    {"11", "自身发展动力不足", "low motivation"},
    {"12", "因婚", "marriage"},
    {"99", "其他", "other"},
};

constexpr Code kHousing[] = {
    {"01", "安全", "safe"},
    {"02", "危房C级", "dangerous, grade C"},
    {"03", "危房D级", "dangerous, grade D"},
};

// The eleven kinds of a county in Heilongjiang (line of 2016); a province may have another list.
constexpr Code kExclusion[] = {
    {"01", "举家外出三年以上", "whole family away for three years or more"},
    {"02", "购买商品房或门市房", "bought a building in town, or several homes"},
    {"03", "拥有汽车或高档消费品", "car or other luxury"},
    {"04", "拥有大型农机具", "large farm machinery"},
    {"05", "现任村干部", "village cadre in office"},
    {"06", "种养大户或长期雇工", "large grower or breeder, or hires labour"},
    {"07", "家庭成员财政供养", "member on the public payroll"},
    {"08", "注册企业或合作社", "registered business or cooperative"},
    {"09", "国有林场农场职工或退休", "worker or retiree of a state forest or farm"},
    {"10", "购买商业养老保险", "buys a commercial pension"},
    {"11", "住房或装修明显超标", "house clearly above the ordinary"},
};

constexpr Code kMemberChange[] = {
    {"01", "死亡", "death"},         {"02", "嫁出", "married out"},
    {"03", "出国定居", "emigrated"}, {"04", "判刑收监", "imprisoned"},
    {"05", "嫁入", "married in"},    {"06", "新生儿", "newborn"},
    {"07", "其他转入", "other, in"}, {"08", "其他转出", "other, out"},
};

}  // namespace

absl::Span<const Code> CodesOf(CodeList list) {
  switch (list) {
    case CodeList::kRelation:
      return kRelation;
    case CodeList::kEthnicity:
      return kEthnicity;
    case CodeList::kEducation:
      return kEducation;
    case CodeList::kStudent:
      return kStudent;
    case CodeList::kHealth:
      return kHealth;
    case CodeList::kLabour:
      return kLabour;
    case CodeList::kCause:
      return kCause;
    case CodeList::kHousing:
      return kHousing;
    case CodeList::kExclusion:
      return kExclusion;
    case CodeList::kMemberChange:
      return kMemberChange;
  }
  return {};
}

std::optional<std::string> FindCode(CodeList list, absl::string_view text) {
  for (const Code& code : CodesOf(list)) {
    if (code.code == text || code.zh == text) return std::string(code.code);
  }
  return std::nullopt;
}

bool IsDeparture(absl::string_view member_change) {
  constexpr absl::string_view kDepartures[] = {"01", "02", "03", "04", "08"};
  return std::find(std::begin(kDepartures), std::end(kDepartures), member_change) !=
         std::end(kDepartures);
}

}  // namespace jz::identification
