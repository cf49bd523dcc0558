#include "tests/bench/frame/item_server.h"

#include <cstdio>
#include <cstdlib>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/once.h"
#include "common/status/status.h"
#include "tests/bench/frame/sql_row.h"

namespace jz::bench {
namespace {

constexpr char kRoles[] = R"({"roles": [{"name": "clerk", "permissions": ["bench.items.write"]}]})";
constexpr int kMostItems = 1000;

template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "item server: %s\n", value.status().ToString().c_str());
  std::abort();
}

// Every violation of `item`, and its region.
RegionCode CheckItem(const pb::Item& item, absl::string_view field, Violations& violations) {
  const absl::StatusOr<RegionCode> region = RegionCode::Parse(item.region_code());
  if (!region.ok()) violations.Add(absl::StrCat(field, ".region_code"), "REGION_FORMAT", "unknown");
  if (item.title().empty()) violations.Add(absl::StrCat(field, ".title"), "REQUIRED", "is empty");
  if (item.amount_fen() < 0) {
    violations.Add(absl::StrCat(field, ".amount_fen"), "OUT_OF_RANGE", "is negative");
  }
  return region.ok() ? *region : RegionCode();
}

void AppendRow(sql::Values& rows, ItemId id, RegionCode region, const pb::Item& item) {
  rows.insert(rows.end(), {id, region, item.title(), item.note(), item.amount_fen(), item.body()});
}

// One transaction for the writes that wait together.
absl::StatusOr<std::vector<absl::Status>> WriteItems(sql::Transaction& tx,
                                                     absl::Span<ItemWrite* const> writes) {
  absl::flat_hash_map<const sql::OnceRequest*, const ItemWrite*> by_request;
  std::vector<sql::OnceRequest*> requests;
  for (ItemWrite* write : writes) {
    requests.push_back(&write->once);
    by_request[&write->once] = write;
  }
  const auto insert = [&](absl::Span<sql::OnceRequest* const> fresh) -> absl::Status {
    sql::Values rows;
    rows.reserve(fresh.size() * kColumns);
    for (sql::OnceRequest* request : fresh) {
      const ItemWrite& write = *by_request.at(request);
      AppendRow(rows, write.id, write.region, write.item);
    }
    return tx.InsertRows(kInsertHead, kColumns, rows).status();
  };
  JZ_RETURN_IF_ERROR(sql::RunOnceEach(tx, absl::MakeConstSpan(requests), absl::Now(), insert));
  std::vector<absl::Status> statuses;
  statuses.reserve(writes.size());
  for (const ItemWrite* write : writes) statuses.push_back(write->once.answer.status());
  return statuses;
}

}  // namespace

ItemServer::ItemServer(sql::Database& db)
    : db_(db),
      ids_(db),
      writer_(db, {}, WriteItems),
      keys_(kRoles),
      metrics_(telemetry::Metrics::Create()),
      authenticator_(Must(auth::Authenticator::Create(keys_.auth()))) {
  rpc::Router router(kItemService);
  router.Deferred<pb::CreateItemRequest, pb::Item>(
      "CreateItem",
      [this](const rpc::CallContext& ctx, const pb::CreateItemRequest& request,
             rpc::Answer<pb::Item> answer) { CreateItem(ctx, request, std::move(answer)); });
  router.Unary<pb::BatchCreateItemsRequest, pb::BatchCreateItemsResponse>(
      "BatchCreateItems",
      [this](const rpc::CallContext& ctx, const pb::BatchCreateItemsRequest& request) {
        return BatchCreateItems(ctx, request);
      });
  rpc::ServerOptions options;
  options.service = "bench";
  server_ = Must(rpc::Server::Start(options, {router}, *authenticator_, *metrics_));
}

std::string ItemServer::Token() const {
  return keys_.Token({.subject = "clerk-1", .roles = {"clerk"}, .regions = {"230122000000"}});
}

void ItemServer::CreateItem(const rpc::CallContext& ctx, const pb::CreateItemRequest& request,
                            rpc::Answer<pb::Item> answer) {
  absl::StatusOr<std::unique_ptr<ItemWrite>> made = NewWrite(ctx, request);
  if (!made.ok()) return answer(made.status());
  ItemWrite& write = **made;
  writer_.WriteThen(
      write, ctx.deadline,
      [write = *std::move(made), answer = std::move(answer)](const absl::Status& status) mutable {
        answer(rpc::OnceAnswerOf(status, write->once, std::move(write->item)));
      });
}

absl::StatusOr<std::unique_ptr<ItemWrite>> ItemServer::NewWrite(
    const rpc::CallContext& ctx, const pb::CreateItemRequest& request) {
  Violations violations;
  const RegionCode region = CheckItem(request.item(), "item", violations);
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  JZ_ASSIGN_OR_RETURN(const int64_t id, ids_.Next(region, ctx.deadline));
  auto write = std::make_unique<ItemWrite>();
  write->id = ItemId(id);
  write->region = region;
  write->item = request.item();
  write->item.set_name(write->id.Name());
  write->once = rpc::OnceRequestOf(ctx, request, write->item);
  return write;
}

absl::StatusOr<pb::BatchCreateItemsResponse> ItemServer::BatchCreateItems(
    const rpc::CallContext& ctx, const pb::BatchCreateItemsRequest& request) {
  const int count = request.items_size();
  Violations violations;
  if (count < 1 || count > kMostItems) violations.Add("items", "COUNT", "1 to 1,000 items");
  std::vector<RegionCode> regions;
  for (int i = 0; i < count; ++i) {
    regions.push_back(CheckItem(request.items(i), absl::StrCat("items[", i, "]"), violations));
  }
  JZ_RETURN_IF_ERROR(violations.ToStatus());
  for (const RegionCode region : regions) JZ_RETURN_IF_ERROR(ctx.scope().Require(region));
  JZ_ASSIGN_OR_RETURN(const std::vector<int64_t> ids, ids_.Next(regions[0], count, ctx.deadline));
  using Response = pb::BatchCreateItemsResponse;
  const auto insert = [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
    Response response;
    sql::Values rows;
    rows.reserve(static_cast<size_t>(count) * kColumns);
    for (int i = 0; i < count; ++i) {
      AppendRow(rows, ItemId(ids[i]), regions[i], request.items(i));
      response.add_names(ItemId(ids[i]).Name());
    }
    JZ_RETURN_IF_ERROR(tx.InsertRows(kInsertHead, kColumns, rows).status());
    return response;
  };
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(request.request_id()));
  return db_.Transact(ctx.deadline, [&](sql::Transaction& tx) -> absl::StatusOr<Response> {
    return rpc::Once<Response>(tx, ctx, request, [&] { return insert(tx); });
  });
}

}  // namespace jz::bench
