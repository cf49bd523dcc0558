// One effect and one answer per request_id, for handlers whose request has a `request_id` field.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/canonical.h"
#include "common/rpc/context.h"
#include "common/sql/idempotency.h"
#include "common/status/status.h"

namespace jz::rpc {

template <class Response>
absl::StatusOr<Response> ParseAnswer(const std::string& answer) {
  Response response;
  if (response.ParseFromString(answer)) return response;
  return Internal("ANSWER_MALFORMED", "a kept answer does not parse");
}

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
  return ParseAnswer<Response>(*answer);
}

// The same for a write that shares its commit with others (Router::Deferred): what goes to
// sql::RunOnceEach, with the answer that `request` will have when it is no repetition.
template <class Request, class Response>
sql::OnceRequest OnceRequestOf(const CallContext& ctx, const Request& request,
                               const Response& expected) {
  return {
      .key = {.subject = ctx.subject(), .method = ctx.method, .request_id = request.request_id()},
      .request = Canonical(request),
      .expected_answer = Canonical(expected)};
}

// What to answer when the writer has finished with `written` (and `expected` is as it was above).
template <class Response>
absl::StatusOr<Response> OnceAnswerOf(const absl::Status& written, const sql::OnceRequest& once,
                                      Response expected) {
  JZ_RETURN_IF_ERROR(written);
  JZ_RETURN_IF_ERROR(once.answer.status());
  if (*once.answer == once.expected_answer) return expected;
  return ParseAnswer<Response>(*once.answer);
}

}  // namespace jz::rpc
