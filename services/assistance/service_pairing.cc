// Pairings of cadres with households.
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/feed/households.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "jingzhun/assistance/v1/changes.pb.h"
#include "services/assistance/convert.h"
#include "services/assistance/household_ids.h"
#include "services/assistance/service.h"
#include "services/assistance/store/pairing_store.h"

namespace jz::assistance {
namespace {

absl::Status Publish(sql::Transaction& tx, const rpc::CallContext& ctx,
                     const std::vector<Pairing>& pairings) {
  std::vector<common::v1::Change> changes;
  for (const Pairing& pairing : pairings) {
    v1::PairingChanged payload;
    payload.set_pairing(pairing.id.Name());
    payload.set_household(HouseholdId(pairing.household).Name());
    payload.set_cadre(pairing.cadre.Name());
    payload.set_from_date(FormatDate(pairing.from));
    if (pairing.to != kNoEnd) payload.set_to_date(FormatDate(pairing.to));
    changes.push_back(
        feed::MakeChange(pairing.id.Name(), pairing.region, pairing.version, ctx.now, payload));
  }
  return feed::Publish(tx, std::move(changes));
}

// The households must be on the register on the first day, as the projection has it; their villages
// are taken over.
absl::Status PlaceHouseholds(sql::Transaction& tx, const rpc::CallContext& ctx,
                             std::vector<Pairing>& pairings) {
  absl::flat_hash_map<Date, std::vector<int64_t>> by_day;
  for (const Pairing& pairing : pairings) by_day[pairing.from].push_back(pairing.household);
  absl::flat_hash_map<Date, absl::flat_hash_map<int64_t, feed::HouseholdOnDay>> known;
  for (const auto& [day, ids] : by_day) {
    JZ_ASSIGN_OR_RETURN(known[day], feed::HouseholdsOnDay(tx, ctx.scope(), ids, day));
  }
  for (size_t i = 0; i < pairings.size(); ++i) {
    const auto& households = known[pairings[i].from];
    auto found = households.find(pairings[i].household);
    if (found == households.end() || !found->second.on_register()) {
      return FailedPrecondition(
          "HOUSEHOLD_NOT_REGISTERED",
          {{"index", absl::StrCat(i)}, {"household", HouseholdId(pairings[i].household).Name()}},
          absl::StrCat("pairings[", i, "]: not on the register in your region on that day"));
    }
    pairings[i].region = found->second.region;
  }
  return absl::OkStatus();
}

// Rows of cadres are locked before those of households, both in the order of ids, and only then the
// pairings are read: requests that share one of either are checked one after the other.
absl::Status CheckAgainstKept(sql::Transaction& tx, const rpc::CallContext& ctx,
                              const std::vector<Pairing>& pairings) {
  std::vector<int64_t> households;
  std::vector<int64_t> cadre_ids;
  for (const Pairing& pairing : pairings) {
    households.push_back(pairing.household);
    cadre_ids.push_back(pairing.cadre.value());
  }
  JZ_ASSIGN_OR_RETURN(std::vector<Cadre> cadres, LockCadres(tx, ctx.scope(), cadre_ids));
  absl::flat_hash_map<int64_t, int> limits;
  for (const Cadre& cadre : cadres) limits[cadre.id.value()] = cadre.household_limit;
  for (size_t i = 0; i < pairings.size(); ++i) {
    if (!limits.contains(cadre_ids[i])) {
      return NotFound("CADRE_NOT_FOUND", {{"index", absl::StrCat(i)}},
                      absl::StrCat("pairings[", i, "].cadre: no such cadre in your region"));
    }
  }
  JZ_RETURN_IF_ERROR(feed::LockHouseholds(tx, households));
  JZ_ASSIGN_OR_RETURN(std::vector<Pairing> existing, PairingsOf(tx, households, cadre_ids));
  return CheckPairings(existing, pairings, limits);
}

}  // namespace

absl::StatusOr<v1::BatchCreatePairingsResponse> BatchCreatePairings(
    const Deps& deps, const rpc::CallContext& ctx, const v1::BatchCreatePairingsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<Pairing> asked, FromRequest(request));
  JZ_ASSIGN_OR_RETURN(std::vector<int64_t> ids,
                      IdsNear(deps, ctx, asked.front().household, asked.size()));
  for (size_t i = 0; i < asked.size(); ++i) asked[i].id = PairingId(ids[i]);
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::BatchCreatePairingsResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::BatchCreatePairingsResponse> {
          std::vector<Pairing> pairings = asked;
          JZ_RETURN_IF_ERROR(PlaceHouseholds(tx, ctx, pairings));
          JZ_RETURN_IF_ERROR(CheckAgainstKept(tx, ctx, pairings));
          JZ_RETURN_IF_ERROR(InsertPairings(tx, pairings, {ctx.subject(), ctx.now}));
          JZ_RETURN_IF_ERROR(Publish(tx, ctx, pairings));
          v1::BatchCreatePairingsResponse answer;
          for (const Pairing& pairing : pairings) *answer.add_pairings() = ToMessage(pairing);
          return answer;
        });
  });
  deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::BatchEndPairingsResponse> BatchEndPairings(
    const Deps& deps, const rpc::CallContext& ctx, const v1::BatchEndPairingsRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  Violations violations;
  CheckBatch("names", request.names_size(), violations);
  std::vector<int64_t> ids;
  for (int i = 0; i < request.names_size(); ++i) {
    auto id = PairingId::Parse(request.names(i));
    if (!id.ok())
      violations.Add(absl::StrCat("names[", i, "]"), ReasonOf(id.status()), id.status().message());
    if (id.ok()) ids.push_back(id->value());
  }
  auto to = ParseDate(request.to_date());
  if (!to.ok()) violations.Add("to_date", ReasonOf(to.status()), to.status().message());
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  absl::flat_hash_set<int64_t> distinct(ids.begin(), ids.end());

  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::BatchEndPairingsResponse>(
        tx, ctx, request, [&]() -> absl::StatusOr<v1::BatchEndPairingsResponse> {
          JZ_ASSIGN_OR_RETURN(std::vector<Pairing> pairings, LockPairings(tx, ctx.scope(), ids));
          if (pairings.size() != distinct.size()) {
            return NotFound("PAIRING_NOT_FOUND", {}, "a pairing does not exist in your region");
          }
          for (Pairing& pairing : pairings) {
            if (*to < pairing.from || pairing.to != kNoEnd) {
              return FailedPrecondition(*to < pairing.from ? "BEFORE_START" : "PAIRING_ENDED",
                                        {{"pairing", pairing.id.Name()}},
                                        "the pairing cannot end on that day");
            }
            pairing.to = *to;
            ++pairing.version;
          }
          JZ_RETURN_IF_ERROR(EndPairings(tx, ids, *to));
          JZ_RETURN_IF_ERROR(Publish(tx, ctx, pairings));
          v1::BatchEndPairingsResponse answer;
          for (const Pairing& pairing : pairings) *answer.add_pairings() = ToMessage(pairing);
          return answer;
        });
  });
  deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::ListPairingsResponse> ListPairings(const Deps& deps, const rpc::CallContext& ctx,
                                                      const v1::ListPairingsRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  PairingFilter filter;
  JZ_ASSIGN_OR_RETURN(filter.household, OptionalId<HouseholdId>(request.household()));
  JZ_ASSIGN_OR_RETURN(filter.cadre, OptionalId<CadreId>(request.cadre()));
  if (!request.as_of().empty()) {
    JZ_ASSIGN_OR_RETURN(filter.as_of, ParseDate(request.as_of()));
  }
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  const Page page{.after = pages.Number(0), .limit = pages.limit()};
  JZ_ASSIGN_OR_RETURN(std::vector<Pairing> pairings,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return ListPairings(tx, scope, filter, page);
                      }));
  v1::ListPairingsResponse response;
  response.set_next_page_token(pages.Next(pairings, rpc::ById));
  for (const Pairing& pairing : pairings) *response.add_pairings() = ToMessage(pairing);
  return response;
}

}  // namespace jz::assistance
