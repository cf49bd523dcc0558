// Changes for the feed, made from what was stored; see changes.proto.
#pragma once

#include "absl/time/time.h"
#include "jingzhun/common/v1/feed.pb.h"
#include "services/funds/domain/budget.h"
#include "services/funds/domain/disbursement.h"

namespace jz {
namespace common = ::jingzhun::common;  // the generated messages
}

namespace jz::funds {

common::v1::Change BudgetLineChange(const BudgetLine& line);
common::v1::Change ProjectChange(const Project& project, absl::Time now);
common::v1::Change BatchChange(const Batch& batch, absl::Time now);
// `line` was paid.
common::v1::Change PaymentChange(const Batch& batch, const Line& line);

}  // namespace jz::funds
