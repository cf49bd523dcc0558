#include "deploy/lib/demo/generator.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/base/citizen_id.h"

namespace jz::demo {
namespace {

constexpr int kRegisterYear = 2016;  // incomes are of this year, ages are counted in 2017

// Numbers from a fixed sequence. The standard's distributions differ between libraries, so they are
// not used.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  int Between(int low, int high) { return low + Below(high - low + 1); }

 private:
  std::mt19937_64 engine_;
};

class Maker {
 public:
  explicit Maker(const TownshipPlan& plan) : plan_(plan), dice_(plan.seed) {}

  Township Make() {
    township_.code = plan_.code;
    township_.name = plan_.name;
    MakeVillages();
    for (const Part& part : plan_.parts) MakePart(part);
    LimitAblePersons();
    return std::move(township_);
  }

 private:
  void MakeVillages() {
    static constexpr const char* kNames[] = {"保卫村", "兴隆村", "永丰村",
                                             "东升村", "团结村", "向阳村"};
    for (int i = 0; i < plan_.village_count; ++i) {
      township_.villages.push_back(
          {absl::StrCat(plan_.code.substr(0, 9), 200 + i), kNames[i % std::size(kNames)]});
    }
  }

  // Household sizes that add up to the part's persons: the mean, then some moved from one household
  // to another.
  std::vector<int> Sizes(const Part& part) {
    std::vector<int> sizes(part.households, part.persons / part.households);
    for (int i = 0; i < part.persons % part.households; ++i) ++sizes[i];
    for (int i = 0; i < part.households; ++i) {
      int from = dice_.Below(part.households);
      int to = dice_.Below(part.households);
      if (sizes[from] > 1 && sizes[to] < 7 && from != to) {
        --sizes[from];
        ++sizes[to];
      }
    }
    return sizes;
  }

  void MakePart(const Part& part) {
    std::vector<int> sizes = Sizes(part);
    for (int i = 0; i < part.households; ++i) {
      Household household;
      int serial = static_cast<int>(township_.households.size()) + 1;
      household.number = absl::StrCat(plan_.code.substr(0, 9), absl::StrFormat("%05d", serial));
      household.village = serial % plan_.village_count;
      household.group = 1 + serial / plan_.village_count % 4;
      household.state = part.state;
      household.identified_on = part.state == "候选" ? "2017-03-01" : "2014-06-30";
      if (part.state == "已脱贫") household.exited_on = "2016-11-30";
      if (i < part.dangerous_houses) household.housing = i % 3 == 0 ? "03" : "02";
      if (part.excluded) household.exclusion = absl::StrFormat("%02d", 1 + i % 11);
      household.cause = absl::StrFormat("%02d", 1 + dice_.Below(9));
      for (int member = 0; member < sizes[i]; ++member) {
        household.persons.push_back(MakePerson(member, part));
      }
      SetIncome(household, part);
      township_.households.push_back(std::move(household));
    }
  }

  Person MakePerson(int member, const Part& part) {
    // Head, spouse, children, a parent: ages are those of the role.
    static constexpr struct {
      const char* male;
      const char* female;
      int youngest;
      int oldest;
    } kRoles[] = {{"01", "01", 38, 58}, {"02", "02", 36, 57}, {"03", "04", 6, 17},
                  {"03", "04", 18, 30}, {"11", "12", 62, 80}, {"03", "04", 1, 15},
                  {"99", "99", 20, 70}};
    const auto& role = kRoles[std::min<int>(member, std::size(kRoles) - 1)];
    bool male = member == 0 ? !head_female_ : member == 1 ? head_female_ : dice_.Below(2) == 0;
    if (member == 0) {
      head_female_ = dice_.Below(6) == 0;
      male = !head_female_;
    }
    int age = dice_.Between(role.youngest, role.oldest);
    Person person;
    person.citizen_id = MakeCitizenId(age, male);
    person.name = MakeName(male);
    person.relation = male ? role.male : role.female;
    SetEducation(person, age);
    static constexpr const char* kHealth[] = {"01", "01", "01", "02", "03", "04"};
    person.health = kHealth[age < 18 ? 0 : dice_.Below(std::size(kHealth))];
    bool working_age = age >= 16 && age <= 59 && person.student == "01";
    person.labour = working_age ? "01" : age > 59 ? "03" : "04";
    person.dies = part.dies_out;
    return person;
  }

  // Valid by GB 11643, unique: the order number runs through the township, odd for men.
  std::string MakeCitizenId(int age, bool male) {
    int order = 2 * (serial_ % 499) + (male ? 1 : 2);
    int day = serial_ / 499;
    ++serial_;
    std::string first = absl::StrCat(
        plan_.id_prefix, absl::StrFormat("%04d%02d%02d%03d", kRegisterYear + 1 - age - 1,
                                         1 + day / 27 % 12, 1 + day % 27, order % 1000));
    return first + CitizenIdCheckDigit(first);
  }

  std::string MakeName(bool male) {
    static constexpr const char* kSurnames[] = {"王", "李", "张", "刘", "陈", "杨",
                                                "赵", "孙", "周", "徐", "马", "高"};
    static constexpr const char* kMale[] = {"国强", "建军", "志明", "永福", "德贵",
                                            "春生", "海涛", "文",   "刚",   "宝林"};
    static constexpr const char* kFemale[] = {"桂英", "秀兰", "玉梅", "淑珍", "春花",
                                              "丽",   "芳",   "凤琴", "小红", "雪梅"};
    const char* given =
        male ? kMale[dice_.Below(std::size(kMale))] : kFemale[dice_.Below(std::size(kFemale))];
    return absl::StrCat(kSurnames[dice_.Below(std::size(kSurnames))], given);
  }

  void SetEducation(Person& person, int age) {
    person.student = "01";
    if (age < 6) {
      person.education = "06";
    } else if (age < 16) {
      person.education = age < 13 ? "02" : "03";
      person.student = age < 13 ? "03" : absl::StrFormat("%02d", 4 + std::min(age - 13, 2));
    } else if (age < 18) {
      person.education = "04";
      person.student = "08";
    } else {
      person.education = absl::StrFormat("%02d", 1 + dice_.Below(4));
    }
  }

  // The register takes what it knows: net = wage + business + property + transfer - cost.
  void SetIncome(Household& household, const Part& part) {
    int64_t size = static_cast<int64_t>(household.persons.size());
    int64_t line = plan_.line_yuan;
    int64_t per_head =
        part.income_above_line ? line + 50 + dice_.Below(4000) : line - 1 - dice_.Below(1400);
    int64_t net = per_head * size;
    household.transfer_yuan = std::min<int64_t>(net, 200 * size + dice_.Below(300));
    household.property_yuan = std::min<int64_t>(net - household.transfer_yuan, dice_.Below(200));
    household.wage_yuan =
        (net - household.transfer_yuan - household.property_yuan) * dice_.Below(80) / 100;
    household.cost_yuan = 300 + dice_.Below(2500);
    household.business_yuan = net - household.transfer_yuan - household.property_yuan -
                              household.wage_yuan + household.cost_yuan;
    bool above_before = part.income_above_line || part.income_fell;
    household.previous_net_per_head_yuan =
        above_before ? line + dice_.Below(3000) : line - 1 - dice_.Below(1200);
  }

  void LimitAblePersons() {
    if (plan_.able_persons < 0) return;
    int able = 0;
    for (Household& household : township_.households) {
      if (household.state == "候选") continue;
      for (Person& person : household.persons) {
        if (person.labour == "01" && ++able > plan_.able_persons) person.labour = "03";
      }
    }
  }

  const TownshipPlan& plan_;
  Dice dice_;
  Township township_;
  bool head_female_ = false;
  int serial_ = 0;
};

}  // namespace

TownshipPlan AdjustmentTownship() {
  TownshipPlan plan;
  plan.code = "230221101000";
  plan.name = "北兴镇";
  plan.id_prefix = "230221";
  plan.able_persons = 862;
  plan.seed = 2017;
  plan.parts = {
      // Wrongly admitted, 237/642: eleven exclusion kinds, or income steadily above the line.
      {.households = 190, .persons = 515, .income_above_line = true, .excluded = true},
      {.households = 47, .persons = 127, .income_above_line = true},
      // All members died, 9/42.
      {.households = 9, .persons = 42, .dies_out = true},
      // Retained, 206/528.
      {.households = 206, .persons = 528, .dangerous_houses = 10},
      // The exit was not solid, 169/362: income passes, housing fails.
      {.households = 169,
       .persons = 362,
       .state = "已脱贫",
       .income_above_line = true,
       .dangerous_houses = 169},
      // Missed before, 98/195.
      {.households = 98, .persons = 195, .state = "候选"},
  };
  return plan;
}

TownshipPlan CheckTownship() {
  TownshipPlan plan;
  plan.code = "230221102000";
  plan.name = "诗礼乡";
  plan.id_prefix = "530921";
  plan.village_count = 4;
  plan.line_yuan = 3146;
  plan.seed = 6195;
  plan.parts = {
      {.households = 74,
       .persons = 324,
       .income_above_line = true,
       .excluded = true},  // wrongly admitted
      {.households = 1,
       .persons = 4,
       .state = "已脱贫",
       .income_above_line = true,
       .dangerous_houses = 1},
      {.households = 1, .persons = 2, .state = "已脱贫", .income_fell = true},  // relapsed
      {.households = 1003, .persons = 4265},                                    // as they should be
      {.households = 377, .persons = 1600, .state = "已脱贫", .income_above_line = true},
      {.households = 178, .persons = 548, .state = "候选"},  // missed
  };
  return plan;
}

Township Generate(const TownshipPlan& plan) { return Maker(plan).Make(); }

std::string RegisterCsv(const Township& township, int village) {
  std::string csv =
      "行政区划代码,村民小组,户编号,人编号,姓名,证件号码,人数,与户主关系,文化程度,在校生状况,"
      "健康状况,劳动技能,主要致贫原因,"
      "住房安全,安全饮水,义务教育有保障,基本医疗有保障,收入年度,工资性收入,生产经营性收入,"
      "财产性收入,转移性收入,"
      "生产经营性支出,上年人均纯收入,户状态,识别日期,脱贫日期,剔除情形\n";
  for (const Household& household : township.households) {
    if (village >= 0 && household.village != village) continue;
    int member = 0;
    for (const Person& person : household.persons) {
      absl::StrAppend(
          &csv,
          absl::StrJoin({township.villages[household.village].code,
                         absl::StrCat(household.group, "组"),
                         household.number,
                         absl::StrCat(household.number, absl::StrFormat("%02d", ++member)),
                         person.name,
                         person.citizen_id,
                         absl::StrCat(household.persons.size()),
                         person.relation,
                         person.education,
                         person.student,
                         person.health,
                         person.labour,
                         household.cause,
                         household.housing,
                         std::string("是"),
                         std::string("是"),
                         std::string("是"),
                         absl::StrCat(kRegisterYear),
                         absl::StrCat(household.wage_yuan),
                         absl::StrCat(household.business_yuan),
                         absl::StrCat(household.property_yuan),
                         absl::StrCat(household.transfer_yuan),
                         absl::StrCat(household.cost_yuan),
                         absl::StrCat(household.previous_net_per_head_yuan),
                         household.state,
                         household.identified_on,
                         household.exited_on,
                         household.exclusion},
                        ","),
          "\n");
    }
  }
  return csv;
}

}  // namespace jz::demo
