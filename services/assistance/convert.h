// Messages to values and back. Every function reports all violations of its message at once.
#pragma once

#include <string>
#include <vector>

#include "common/status/status.h"
#include "jingzhun/assistance/v1/assistance.pb.h"
#include "services/assistance/deps.h"
#include "services/assistance/store/pairing_store.h"

namespace jz::assistance {

namespace v1 = ::jingzhun::assistance::v1;

inline constexpr int kMaxBatch = 1000;

// 1 to kMaxBatch elements.
void CheckBatch(absl::string_view field, int size, Violations& violations);

// Ids and what the server adds are left empty.
absl::StatusOr<std::vector<Unit>> FromRequest(const v1::BatchCreateUnitsRequest& request);
absl::StatusOr<std::vector<Cadre>> FromRequest(const v1::BatchCreateCadresRequest& request,
                                               const crypto::Sealer& sealer);
absl::StatusOr<std::vector<Pairing>> FromRequest(const v1::BatchCreatePairingsRequest& request);
absl::StatusOr<std::vector<Plan>> FromRequest(const v1::BatchCreatePlansRequest& request);

// A visit, or the reason in UPPER_SNAKE why it is refused.
absl::StatusOr<Visit> ToVisit(const v1::Visit& message, Date today);

v1::Unit ToMessage(const Unit& unit);
v1::Cadre ToMessage(const Cadre& cadre, const crypto::Sealer& sealer);
v1::Pairing ToMessage(const Pairing& pairing);
v1::Measure ToMessage(const Measure& measure);
v1::Plan ToMessage(const Plan& plan);
v1::Visit ToMessage(const Visit& visit);

// The caller's scope, narrowed to `region_code` when it is not empty.
absl::StatusOr<auth::RegionScope> ScopeOf(const rpc::CallContext& ctx,
                                          absl::string_view region_code);

// The page that a list request asks for, and the token of the next one. `query`: the filters as
// text.
absl::StatusOr<Page> ReadPage(const Deps& deps, absl::string_view query, int page_size,
                              absl::string_view page_token);
template <class T>
std::string NextToken(const Deps& deps, absl::string_view query, const Page& page,
                      const std::vector<T>& items) {
  if (static_cast<int>(items.size()) < page.limit) return "";
  return deps.page_tokens.Make(query, {std::to_string(items.back().id.value())});
}

// A resource name in a filter; 0 when it is empty.
template <class IdType>
absl::StatusOr<int64_t> OptionalId(absl::string_view name) {
  if (name.empty()) return 0;
  JZ_ASSIGN_OR_RETURN(IdType id, IdType::Parse(name));
  return id.value();
}

}  // namespace jz::assistance
