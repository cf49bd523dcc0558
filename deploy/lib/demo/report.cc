#include "deploy/lib/demo/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace jz::demo {
namespace {

struct FlowRow {
  const char* key;
  const char* title;
  ev1::Count evaluated;
  int64_t households;  // as identification has it
  int64_t persons;
};

std::vector<FlowRow> FlowRows(const Result& result) {
  const ev1::Flows& evaluated = result.adjustment.evaluation.flows();
  const idv1::Flows& flows = result.flows;
  auto row = [](const char* key, const char* title, const ev1::Count& count, const auto& own) {
    return FlowRow{key, title, count, own.households(), own.persons()};
  };
  return {
      row("opening", "opening 年初", evaluated.opening(), flows.opening().total()),
      row("removed_wrongly_admitted", "removed 剔除", evaluated.removed_wrongly_admitted(),
          flows.removed_wrongly_admitted()),
      row("closed_by_death", "died out 死亡", evaluated.closed_by_death(), flows.closed_by_death()),
      row("retained", "retained 保留", evaluated.retained(), flows.retained()),
      row("reverted_exit", "reverted 回退", evaluated.reverted_exit(), flows.reverted_exit()),
      row("newly_admitted", "new 新识别", evaluated.newly_admitted(), flows.newly_admitted()),
      row("closing", "closing 年末", evaluated.closing(), flows.closing().total()),
  };
}

const ev1::Check* CheckOf(const Judged& judged, const std::string& figure) {
  for (const ev1::Check& check : judged.evaluation.checks()) {
    if (check.figure() == figure) return &check;
  }
  return nullptr;
}

std::string PublishedOf(const Judged& judged, const std::string& figure) {
  const ev1::Check* check = CheckOf(judged, figure);
  return check == nullptr ? "" : check->published();
}

void AppendFigures(std::string& table, const Judged& judged) {
  for (const Published& figure : judged.figures) {
    const ev1::Check* check = CheckOf(judged, figure.figure);
    if (check == nullptr || figure.figure.substr(0, 6) == "flows.") continue;
    absl::StrAppendFormat(&table, "  %-52s %12s %12s  %s\n", figure.name, check->computed(),
                          check->published(),
                          check->equal() ? "equal"
                          : figure.exact ? "DIFFERENT"
                                         : "differs in the source");
  }
}

void AppendRates(std::string& table, const Judged& judged) {
  for (const ev1::Rate& rate : judged.evaluation.rates()) {
    absl::StrAppendFormat(&table, "  %-34s %6d / %-6d = %6s %%  (÷ %s)\n", rate.name(),
                          rate.numerator(), rate.denominator(), rate.percent(),
                          rate.denominator_name());
  }
}

void AddChecks(nlohmann::ordered_json& checks, const Judged& judged) {
  for (const Published& figure : judged.figures) {
    const ev1::Check* check = CheckOf(judged, figure.figure);
    checks.push_back({{"name", figure.name},
                      {"computed", check == nullptr ? "" : check->computed()},
                      {"published", figure.value},
                      {"equal", check != nullptr && check->equal()}});
  }
}

void AddFindings(nlohmann::ordered_json& findings, const Judged& judged) {
  for (const ev1::Finding& finding : judged.evaluation.findings()) {
    findings.push_back({{"reason", finding.reason()},
                        {"subject", finding.subject()},
                        {"text_zh", finding.text_zh()},
                        {"text_en", finding.text_en()}});
  }
}

}  // namespace

std::string Table(const Result& result) {
  std::string table =
      "Dynamic adjustment of one township, 2017 (动态调整), computed | published\n\n";
  absl::StrAppend(&table, "                        households          persons\n");
  for (const FlowRow& row : FlowRows(result)) {
    std::string figure = absl::StrCat("flows.", row.key);
    absl::StrAppendFormat(
        &table, "  %-14s %10d | %5s %10d | %5s   %s\n",
        row.key == std::string("removed_wrongly_admitted") ? "removed" : row.key,
        row.evaluated.households(), PublishedOf(result.adjustment, figure + ".households"),
        row.evaluated.persons(), PublishedOf(result.adjustment, figure + ".persons"), row.title);
  }
  absl::StrAppendFormat(&table, "\nMoney, goods and decline %28s %12s %12s\n", "", "computed",
                        "published");
  AppendFigures(table, result.adjustment);
  absl::StrAppend(&table, "\nRates of this township, each with its denominator\n");
  AppendRates(table, result.adjustment);
  absl::StrAppendFormat(&table, "\nRegister check of another township, 2017 %12s %12s %12s\n", "",
                        "computed", "published");
  AppendFigures(table, result.check);
  AppendRates(table, result.check);
  absl::StrAppend(&table, "\nFindings: what the source says differently\n");
  for (const Judged* judged : {&result.adjustment, &result.check}) {
    for (const ev1::Finding& finding : judged->evaluation.findings()) {
      absl::StrAppend(&table, "  ", finding.reason(), " ", finding.subject(), ": ",
                      finding.text_en(), "\n");
    }
  }
  return table;
}

std::string Json(const Result& result) {
  nlohmann::ordered_json json;
  for (const FlowRow& row : FlowRows(result)) {
    json["flows"][row.key] = {{"households", row.evaluated.households()},
                              {"persons", row.evaluated.persons()}};
  }
  json["checks"] = nlohmann::ordered_json::array();
  json["findings"] = nlohmann::ordered_json::array();
  for (const Judged* judged : {&result.adjustment, &result.check}) {
    AddChecks(json["checks"], *judged);
    AddFindings(json["findings"], *judged);
  }
  return json.dump(2) + "\n";
}

std::vector<std::string> Failures(const Result& result) {
  std::vector<std::string> failures;
  for (const FlowRow& row : FlowRows(result)) {
    if (row.evaluated.households() != row.households || row.evaluated.persons() != row.persons) {
      failures.push_back(absl::StrCat(row.key, ": identification has ", row.households, "/",
                                      row.persons, ", evaluation ", row.evaluated.households(), "/",
                                      row.evaluated.persons()));
    }
  }
  for (const Judged* judged : {&result.adjustment, &result.check}) {
    for (const Published& figure : judged->figures) {
      const ev1::Check* check = CheckOf(*judged, figure.figure);
      if (check == nullptr) {
        failures.push_back(figure.name + ": was not checked");
      } else if (check->equal() != figure.exact) {
        failures.push_back(absl::StrCat(figure.name, ": computed ", check->computed(),
                                        ", published ", figure.value));
      }
    }
  }
  return failures;
}

}  // namespace jz::demo
