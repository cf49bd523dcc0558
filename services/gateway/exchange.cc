#include "services/gateway/exchange.h"

#include "absl/strings/str_cat.h"

namespace jz::gateway {

HttpResponse ProblemResponse(const Problem& problem, RequestRecord* record) {
  record->code = problem.code;
  record->reason = problem.reason;
  HttpResponse response;
  response.status = problem.http_status;
  response.content_type = "application/problem+json";
  response.body = problem.json;
  if (problem.retry_after_s.has_value()) {
    response.headers.emplace_back("Retry-After", absl::StrCat(*problem.retry_after_s));
  }
  if (problem.http_status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace jz::gateway
