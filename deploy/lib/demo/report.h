// The main job's result: the table for people, result.json for programs.
#pragma once

#include <string>

#include "deploy/lib/demo/judge.h"

namespace jz::demo {

struct Judged {
  std::vector<Published> figures;
  ev1::Evaluation evaluation;
};

struct Result {
  Judged adjustment;
  Judged check;
  idv1::Flows flows;  // as identification computes them, beside evaluation's
};

// The published table beside the computed one, then money, rates and differences.
std::string Table(const Result& result);
std::string Json(const Result& result);
// Figures that should be equal and are not, and flows on which identification and evaluation
// differ.
std::vector<std::string> Failures(const Result& result);

}  // namespace jz::demo
