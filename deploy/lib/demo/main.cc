// The main job: one township's dynamic adjustment of 2017 and one township's register check, from
// the register file to the evaluation, through the edge only. Every call is idempotent, so it may
// be run, or killed and run, again at any time.
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/config/config.h"
#include "common/status/status.h"
#include "deploy/lib/demo/assist.h"
#include "deploy/lib/demo/pay.h"
#include "deploy/lib/demo/report.h"

namespace jz::demo {
namespace {

void Say(const std::string& text) {
  std::printf("  %s\n", text.c_str());
  std::fflush(stdout);
}

std::vector<idv1::Household> OnRegister(const std::vector<idv1::Household>& households) {
  std::vector<idv1::Household> registered;
  for (const idv1::Household& household : households) {
    bool on = household.state() == idv1::HOUSEHOLD_STATE_REGISTERED ||
              household.state() == idv1::HOUSEHOLD_STATE_EXITED;
    if (on) registered.push_back(household);
  }
  return registered;
}

absl::StatusOr<Judged> RunAdjustment(Suite& suite, const Township& township) {
  Say("importing the register of " + township.name);
  JZ_RETURN_IF_ERROR(ImportRegister(suite, township));
  JZ_ASSIGN_OR_RETURN(std::vector<idv1::Household> opening, ReadRegister(suite, township));
  Say("paying the year's insurance contributions");
  JZ_RETURN_IF_ERROR(SetUpFunds(suite, township));
  JZ_RETURN_IF_ERROR(PayInsurance(suite, township, OnRegister(opening)));
  Say("recording deaths, then assessing, deliberating, verifying, deciding, publishing");
  JZ_RETURN_IF_ERROR(RecordDeaths(suite, township, opening));
  JZ_RETURN_IF_ERROR(RunCampaign(suite, township));
  JZ_ASSIGN_OR_RETURN(std::vector<idv1::Household> closing, ReadRegister(suite, township));
  const std::vector<idv1::Household> registered = OnRegister(closing);
  Say(absl::StrCat("pairing cadres, plans and visits for ", registered.size(), " households"));
  JZ_RETURN_IF_ERROR(AssistHouseholds(suite, township, registered));
  Say("paying housing subsidies, relief and grants, handing out chicks and geese");
  JZ_RETURN_IF_ERROR(PayBenefits(suite, township, registered));
  Say("evaluating");
  Judged judged{.figures = AdjustmentFigures(), .evaluation = {}};
  JZ_ASSIGN_OR_RETURN(judged.evaluation, Evaluate(suite, township, judged.figures));
  return judged;
}

absl::StatusOr<Judged> RunCheck(Suite& suite, const Township& township) {
  Say("checking the register of " + township.name);
  JZ_RETURN_IF_ERROR(ImportRegister(suite, township));
  JZ_RETURN_IF_ERROR(RunCampaign(suite, township));
  Judged judged{.figures = CheckFigures(), .evaluation = {}};
  JZ_ASSIGN_OR_RETURN(judged.evaluation, Evaluate(suite, township, judged.figures));
  return judged;
}

absl::StatusOr<Result> RunMainJob(Suite& suite) {
  Township adjusted = Generate(AdjustmentTownship());
  Township checked = Generate(CheckTownship());
  Say("entering regions and parameters");
  JZ_RETURN_IF_ERROR(EnterRegionsAndParameters(suite, {&adjusted, &checked}));
  Result result;
  JZ_ASSIGN_OR_RETURN(result.adjustment, RunAdjustment(suite, adjusted));
  JZ_ASSIGN_OR_RETURN(result.check, RunCheck(suite, checked));
  JZ_ASSIGN_OR_RETURN(result.flows, ReadFlows(suite, adjusted));
  return result;
}

// Whole or not at all: a reader never sees half a result.
absl::Status WriteFile(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  std::ofstream out(draft, std::ios::binary);
  out << text;
  out.close();
  if (!out || std::rename(draft.c_str(), path.c_str()) != 0) {
    return FailedPrecondition("FILE_UNWRITABLE", {{"path", path}}, "cannot write " + path);
  }
  return absl::OkStatus();
}

absl::Status Run(int argc, char** argv) {
  std::string edge, ca, tokens, out;
  config::Options options("demo");
  options.Required("edge", &edge, "host:port of the edge");
  options.Required("ca", &ca, "PEM file of its certificate authority");
  options.Required("tokens", &tokens, "folder with the people's tokens");
  options.Required("out", &out, "folder for table.txt and result.json");
  JZ_RETURN_IF_ERROR(options.Parse(argc, argv));
  JZ_ASSIGN_OR_RETURN(std::unique_ptr<Suite> suite, Suite::Open(edge, ca, tokens));
  std::printf("==> main job: the register of 621 households, from import to evaluation\n");
  JZ_ASSIGN_OR_RETURN(Result result, RunMainJob(*suite));
  const std::string table = Table(result);
  std::printf("\n%s\n", table.c_str());
  JZ_RETURN_IF_ERROR(WriteFile(out + "/result.json", Json(result)));
  std::vector<std::string> failures = Failures(result);
  for (const std::string& failure : failures) std::printf("WRONG: %s\n", failure.c_str());
  if (!failures.empty()) {
    return FailedPrecondition("RESULT_DIFFERS", {},
                              absl::StrCat(failures.size(), " figures are not as published"));
  }
  return WriteFile(out + "/table.txt", table);
}

}  // namespace
}  // namespace jz::demo

int main(int argc, char** argv) {
  absl::Status status = jz::demo::Run(argc, argv);
  if (status.ok()) return 0;
  std::fprintf(stderr, "demo: %s: %s\n", jz::ReasonOf(status).c_str(),
               std::string(status.message()).c_str());
  return 1;
}
