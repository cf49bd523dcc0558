// What a handler knows about its call.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/base/region_code.h"

namespace jz::rpc {

struct CallContext {
  std::shared_ptr<const auth::Principal> principal;
  std::string method;  // "/jingzhun.funds.v1.FundsService/GetAccount"
  absl::Time now;      // when the call came in; handlers use it as the time of the write
  absl::Time deadline;
  std::string trace_id;
  std::string traceparent;  // to pass on to other services

  const std::string& subject() const { return principal->subject; }
  const auth::RegionScope& scope() const { return principal->scope; }
};

}  // namespace jz::rpc
