// The evaluation part of the main job, and the comparison with the published figures.
#pragma once

#include <string>
#include <vector>

#include "deploy/lib/demo/identify.h"
#include "jingzhun/evaluation/v1/evaluation.pb.h"

namespace jz::demo {

namespace ev1 = ::jingzhun::evaluation::v1;

// A published figure. `exact`: false where the source contradicts itself or rounds, so that a
// difference is a finding and not an error.
struct Published {
  std::string name;    // as shown
  std::string figure;  // as evaluation names it
  std::string value;
  std::string source;
  bool exact = true;
  std::vector<std::string> terms = {};  // the source against itself
};
std::vector<Published> AdjustmentFigures();
std::vector<Published> CheckFigures();

// Waits until evaluation knows every change of the township, then evaluates the year 2017.
absl::StatusOr<ev1::Evaluation> Evaluate(Suite& suite, const Township& township,
                                         const std::vector<Published>& figures);

}  // namespace jz::demo
