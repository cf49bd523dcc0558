// Budget lines and projects: proto <-> domain.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "jingzhun/funds/v1/budget.pb.h"
#include "services/funds/domain/budget.h"
#include "services/funds/use_case_budget.h"

namespace jz::funds {

namespace v1 = ::jingzhun::funds::v1;

v1::BudgetLine ToProto(const BudgetLine& line);
v1::Project ToProto(const Project& project);

// Without ids.
absl::StatusOr<BudgetLine> FromProto(const rpc::CallContext& ctx,
                                     const v1::CreateBudgetLineRequest& request);
absl::StatusOr<Project> FromProto(const rpc::CallContext& ctx,
                                  const v1::CreateProjectRequest& request);
absl::StatusOr<ProjectStep> FromProto(const v1::AdvanceProjectRequest& request);

}  // namespace jz::funds
