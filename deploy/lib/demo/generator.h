// Makes the demo's registers: households and persons whose figures add up to published ones, the
// same at every run. The data are invented; only their totals are published (a township's dynamic
// adjustment of 2017).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jz::demo {

struct Person {
  std::string citizen_id;
  std::string name;
  std::string relation;  // code list `relation`
  std::string education;
  std::string student;
  std::string health;
  std::string labour;
  bool dies = false;  // in spring 2017, after the register was made
};

struct Household {
  std::string number;  // 户编号
  int village = 0;     // index into Township::villages
  int group = 1;
  std::string state;  // 户状态: 在册, 已脱贫 or 候选
  std::string identified_on;
  std::string exited_on;
  std::string cause = "01";
  std::string housing = "01";
  std::string exclusion;  // 剔除情形, codes
  int64_t wage_yuan = 0;
  int64_t business_yuan = 0;
  int64_t property_yuan = 0;
  int64_t transfer_yuan = 0;
  int64_t cost_yuan = 0;
  int64_t previous_net_per_head_yuan = 0;
  std::vector<Person> persons;
};

struct Village {
  std::string code;  // 12 digits
  std::string name;
};

// A part of the township: so many households with so many persons in all, and what distinguishes
// them.
struct Part {
  int households = 0;
  int persons = 0;
  std::string state = "在册";
  // Income per head lies below the poverty line, or above it in both years.
  bool income_above_line = false;
  // In the first of the two years only.
  bool income_fell = false;
  bool excluded = false;
  int dangerous_houses = 0;
  bool dies_out = false;
};

struct TownshipPlan {
  std::string code;  // 12 digits
  std::string name;
  std::string id_prefix;  // first six digits of its people's citizen ids
  int village_count = 6;
  int64_t line_yuan = 3146;
  // Persons on the opening register who can work; the rest of working age have lost the ability.
  // -1: all can.
  int able_persons = -1;
  uint64_t seed = 1;
  std::vector<Part> parts;
};

struct Township {
  std::string code;
  std::string name;
  std::vector<Village> villages;
  std::vector<Household> households;
};

// The township of 2017 with 621 households (domain figures A1 to A3), and the one of the register
// check whose rates were published (6,195 registered persons).
TownshipPlan AdjustmentTownship();
TownshipPlan CheckTownship();

Township Generate(const TownshipPlan& plan);

// The register file of one village, or of all with village < 0: one row a person, columns as the
// import documents them.
std::string RegisterCsv(const Township& township, int village = -1);

}  // namespace jz::demo
