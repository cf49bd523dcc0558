// Values of an evaluation to its message.
#pragma once

#include "jingzhun/evaluation/v1/evaluation.pb.h"
#include "services/evaluation/domain/evaluate.h"

namespace jz::evaluation {

namespace v1 = ::jingzhun::evaluation::v1;

std::vector<Published> FromRequest(const v1::CreateEvaluationRequest& request);

void ToMessage(const Flows& flows, v1::Flows& message);
void ToMessage(const std::vector<Rate>& rates, v1::Evaluation& message);
void ToMessage(const std::vector<FundTotal>& funds, v1::Evaluation& message);
void ToMessage(const Judgement& judgement, v1::Evaluation& message);

}  // namespace jz::evaluation
