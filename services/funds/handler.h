// What all handlers of this service share: registration and writes with a request_id.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/rpc/router.h"
#include "services/funds/deps.h"
#include "services/funds/fields.h"

namespace jz::funds {

template <class Request, class Response>
void AddUnary(rpc::Router& router, const Deps& deps, const char* name,
              absl::StatusOr<Response> (*handler)(const Deps&, const rpc::CallContext&,
                                                  const Request&)) {
  router.Unary<Request, Response>(
      name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
        return handler(deps, ctx, request);
      });
}

// Runs `effect` (absl::StatusOr<Response>(sql::Transaction&)) in a transaction, once per
// request_id.
template <class Response, class Request, class Effect>
absl::StatusOr<Response> WriteOnce(const Deps& deps, const rpc::CallContext& ctx,
                                   const Request& request, Effect effect) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  absl::StatusOr<Response> response =
      deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
        return rpc::Once<Response>(tx, ctx, request, [&] { return effect(tx); });
      });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

// The single resource name of a request.
template <class IdType>
absl::StatusOr<IdType> NameOf(const std::string& name) {
  return IdType::Parse(name);
}

}  // namespace jz::funds
