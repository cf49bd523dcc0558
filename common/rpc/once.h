// One effect and one answer per request_id, for handlers whose request has a `request_id` field.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/canonical.h"
#include "common/rpc/context.h"
#include "common/sql/idempotency.h"
#include "common/status/status.h"

namespace jz::rpc {

// Runs `effect` (absl::StatusOr<Response>()) once per caller, method and request_id, inside `tx`;
// see sql::RunOnce.
template <class Response, class Request, class Effect>
absl::StatusOr<Response> Once(sql::Transaction& tx, const CallContext& ctx, const Request& request,
                              Effect effect) {
  sql::RequestKey key{
      .subject = ctx.subject(), .method = ctx.method, .request_id = request.request_id()};
  auto answer =
      sql::RunOnce(tx, key, Canonical(request), ctx.now, [&]() -> absl::StatusOr<std::string> {
        absl::StatusOr<Response> response = effect();
        if (!response.ok()) return response.status();
        return Canonical(*response);
      });
  if (!answer.ok()) return answer.status();
  Response response;
  if (!response.ParseFromString(*answer))
    return Internal("ANSWER_MALFORMED", "a kept answer does not parse");
  return response;
}

}  // namespace jz::rpc
