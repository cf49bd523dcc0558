// Ids for rows that belong to households.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/context.h"
#include "services/assistance/deps.h"

namespace jz::assistance {

// `count` fresh ids, ascending, in the county where `household` was born. That may be any number
// that a caller sent: no ids are set aside for a county that the caller's scope does not touch, but
// in the nation's block. Outside of transactions only: a new block takes a connection of its own,
// and callers that each hold one would wait for each other.
absl::StatusOr<std::vector<int64_t>> IdsNear(const Deps& deps, const rpc::CallContext& ctx,
                                             int64_t household, size_t count);

}  // namespace jz::assistance
