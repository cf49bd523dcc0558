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

// A resource name in a filter; 0 when it is empty.
template <class IdType>
absl::StatusOr<int64_t> OptionalId(absl::string_view name) {
  if (name.empty()) return 0;
  JZ_ASSIGN_OR_RETURN(IdType id, IdType::Parse(name));
  return id.value();
}

}  // namespace jz::assistance
