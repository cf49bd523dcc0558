#include "services/identification/service_village.h"

#include <algorithm>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/listing.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "jingzhun/identification/v1/storage.pb.h"
#include "jingzhun/identification/v1/village.pb.h"
#include "services/identification/convert_statistics.h"
#include "services/identification/record_village.h"
#include "services/identification/request_checks.h"
#include "services/identification/store/history_store.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::util::TimeUtil;

constexpr int kMaxVillages = 1000;
constexpr char kRecorded[] = "RECORDED";

std::string NameOf(RegionCode village) { return "villages/" + village.ToString(); }

absl::StatusOr<RegionCode> ParseName(absl::string_view name) {
  if (absl::ConsumePrefix(&name, "villages/")) {
    auto village = RegionCode::Parse(name);
    if (village.ok() && village->level() == RegionLevel::kVillage) return *village;
  }
  return InvalidArgument("RESOURCE_NAME_FORMAT", {},
                         "a village's name is villages/ and its 12 digits");
}

std::string EtagOf(const VillageRow& row) { return absl::StrCat("v", row.version); }

absl::StatusOr<v1::Village> ToMessage(const VillageRow& row) {
  v1::Village message;
  message.set_name(NameOf(row.region));
  if (!message.mutable_items()->ParseFromString(row.facts)) {
    return Internal("FACTS_BROKEN", "the record of a village does not parse");
  }
  message.set_etag(EtagOf(row));
  message.set_updated_by(row.updated_by);
  *message.mutable_update_time() =
      TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(row.updated_at));
  return message;
}

absl::Status VillageNotFound(RegionCode village) {
  return NotFound("VILLAGE_NOT_FOUND", {{"village", NameOf(village)}}, "there is no record of it");
}

absl::StatusOr<v1::Village> GetAt(const Deps& deps, const rpc::CallContext& ctx, RegionCode village,
                                  absl::Time at) {
  JZ_ASSIGN_OR_RETURN(std::optional<VillageRow> row,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return FindVillageAt(tx, ctx.scope(), village, at);
                      }));
  if (!row) return VillageNotFound(village);
  v1::VillageRecord record;
  if (!record.ParseFromString(row->facts)) {
    return Internal("HISTORY_BROKEN", "a version of a village does not parse");
  }
  row->facts = record.items().SerializeAsString();
  return ToMessage(*row);
}

absl::StatusOr<v1::Village> Get(const Deps& deps, const rpc::CallContext& ctx,
                                const v1::GetVillageRequest& request) {
  JZ_ASSIGN_OR_RETURN(RegionCode village, ParseName(request.name()));
  JZ_ASSIGN_OR_RETURN(std::optional<absl::Time> as_of,
                      AsOfFrom(request.has_as_of(), request.as_of(), ctx.now));
  if (as_of) return GetAt(deps, ctx, village, *as_of);
  JZ_ASSIGN_OR_RETURN(std::vector<VillageRow> rows,
                      deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
                        return LoadVillages(tx, ctx.scope(), {village});
                      }));
  if (rows.empty()) return VillageNotFound(village);
  return ToMessage(rows.front());
}

absl::StatusOr<v1::ListVillagesResponse> List(const Deps& deps, const rpc::CallContext& ctx,
                                              const v1::ListVillagesRequest& request) {
  JZ_ASSIGN_OR_RETURN(auth::RegionScope scope, rpc::NarrowScope(ctx, request.region_code()));
  JZ_ASSIGN_OR_RETURN(rpc::ListPage pages, rpc::ListPage::Of(deps.page_tokens, ctx, request));
  JZ_ASSIGN_OR_RETURN(
      std::vector<VillageRow> rows, deps.db.Fetch(ctx.deadline, [&](sql::Transaction& tx) {
        return ListVillages(tx, scope, RegionCode::FromNumber(pages.Number(0)), pages.limit());
      }));
  v1::ListVillagesResponse response;
  response.set_next_page_token(pages.Next(rows, [](const VillageRow& last) {
    return std::vector<std::string>{absl::StrCat(last.region.number())};
  }));
  for (const VillageRow& row : rows) {
    JZ_ASSIGN_OR_RETURN(*response.add_villages(), ToMessage(row));
  }
  return response;
}

// What cannot be: numbers below nothing, but for money.
void CheckItems(const v1::VillageItems& items, const std::string& field, Violations& violations) {
  std::vector<const FieldDescriptor*> set;
  items.GetReflection()->ListFields(items, &set);
  for (const FieldDescriptor* item : set) {
    int64_t number = 0;
    if (item->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      number = items.GetReflection()->GetInt32(items, item);
    } else if (item->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      number = items.GetReflection()->GetInt64(items, item);
    }
    if (number < 0 && !absl::EndsWith(item->name(), "_fen")) {
      violations.Add(absl::StrCat(field, ".items.", item->name()), "NUMBER_NEGATIVE",
                     "it cannot be negative");
    }
  }
}

bool IsReason(absl::string_view reason) {
  return reason.size() <= 64 && std::all_of(reason.begin(), reason.end(), [](char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

absl::StatusOr<std::vector<RegionCode>> VillagesFrom(const v1::BatchPutVillagesRequest& request) {
  Violations violations;
  CheckBatch("villages", request.villages_size(), kMaxVillages, violations);
  if (!IsReason(request.reason())) {
    violations.Add("reason", "REASON_FORMAT", "UPPER_SNAKE, up to 64 characters");
  }
  std::set<RegionCode> seen;
  std::vector<RegionCode> villages;
  for (int i = 0; i < std::min(request.villages_size(), kMaxVillages); ++i) {
    const std::string field = absl::StrCat("villages[", i, "]");
    absl::StatusOr<RegionCode> village = ParseName(request.villages(i).name());
    if (!village.ok()) {
      violations.Add(field + ".name", "RESOURCE_NAME_FORMAT", "villages/ and 12 digits");
    } else if (!seen.insert(*village).second) {
      violations.Add(field + ".name", "VILLAGE_DUPLICATE", "the village comes twice");
    }
    villages.push_back(village.value_or(RegionCode()));
    CheckItems(request.villages(i).items(), field, violations);
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  return villages;
}

absl::Status CheckRegions(sql::Transaction& tx, absl::Span<const RegionCode> villages) {
  JZ_ASSIGN_OR_RETURN(std::vector<Region> stored, LoadRegions(tx, villages));
  const RegionBook book(stored);
  Violations violations;
  for (size_t i = 0; i < villages.size(); ++i) {
    if (!book.Exists(villages[i])) {
      violations.Add(absl::StrCat("villages[", i, "].name"), "REGION_UNKNOWN",
                     "there is no such region");
    }
  }
  return violations.ToStatus();
}

absl::StatusOr<v1::BatchPutVillagesResponse> Store(const rpc::CallContext& ctx,
                                                   sql::Transaction& tx,
                                                   const v1::BatchPutVillagesRequest& request,
                                                   absl::Span<const RegionCode> villages) {
  JZ_RETURN_IF_ERROR(CheckRegions(tx, villages));
  JZ_ASSIGN_OR_RETURN(std::vector<VillageRow> stored, LockVillages(tx, ctx.scope(), villages));
  absl::flat_hash_map<int64_t, VillageRow> known;
  for (VillageRow& row : stored) known[row.region.number()] = std::move(row);
  std::vector<VillageChange> changes;
  for (int i = 0; i < request.villages_size(); ++i) {
    VillageChange& change = changes.emplace_back();
    change.row = known[villages[i].number()];
    change.row.region = villages[i];
    change.items = request.villages(i).items();
    const std::string& etag = request.villages(i).etag();
    if (!etag.empty() && etag != EtagOf(change.row)) {
      return Aborted("ETAG_MISMATCH", {{"village", NameOf(villages[i])}},
                     "the village was changed meanwhile");
    }
  }
  const std::string reason = request.reason().empty() ? kRecorded : request.reason();
  JZ_RETURN_IF_ERROR(RecordVillages(tx, absl::MakeSpan(changes), reason,
                                    {.recorded_by = ctx.subject(), .recorded_at = ctx.now}));
  v1::BatchPutVillagesResponse response;
  for (const VillageChange& change : changes) {
    JZ_ASSIGN_OR_RETURN(*response.add_villages(), ToMessage(change.row));
  }
  return response;
}

absl::StatusOr<v1::BatchPutVillagesResponse> BatchPut(const Deps& deps, const rpc::CallContext& ctx,
                                                      const v1::BatchPutVillagesRequest& request) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  JZ_ASSIGN_OR_RETURN(std::vector<RegionCode> villages, VillagesFrom(request));
  for (RegionCode village : villages) JZ_RETURN_IF_ERROR(ctx.scope().Require(village));
  auto response = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
    return rpc::Once<v1::BatchPutVillagesResponse>(
        tx, ctx, request, [&] { return Store(ctx, tx, request, villages); });
  });
  if (response.ok()) deps.outbox.Notify();
  return response;
}

absl::StatusOr<v1::Village> Put(const Deps& deps, const rpc::CallContext& ctx,
                                const v1::PutVillageRequest& request) {
  v1::BatchPutVillagesRequest batch;
  *batch.add_villages() = request.village();
  batch.set_reason(request.reason());
  batch.set_request_id(request.request_id());
  JZ_ASSIGN_OR_RETURN(v1::BatchPutVillagesResponse response, BatchPut(deps, ctx, batch));
  return response.villages(0);
}

}  // namespace

rpc::Router VillageRouter(const Deps& deps) {
  rpc::Router router("jingzhun.identification.v1.VillageService");
  auto unary = [&]<class Request, class Response>(
                   const char* name, absl::StatusOr<Response> (*handler)(
                                         const Deps&, const rpc::CallContext&, const Request&)) {
    router.Unary<Request, Response>(
        name, [&deps, handler](const rpc::CallContext& ctx, const Request& request) {
          return handler(deps, ctx, request);
        });
  };
  unary("GetVillage", Get);
  unary("ListVillages", List);
  unary("PutVillage", Put);
  unary("BatchPutVillages", BatchPut);
  return router;
}

}  // namespace jz::identification
