// A small service that writes as the suite's services do: token, permission, scope of region,
// checks, request_id, durable commit. Its limits are the services' defaults.
#pragma once

#include <memory>
#include <string>

#include "common/rpc/server.h"
#include "common/sql/coalescing_writer.h"
#include "common/sql/id_allocator.h"
#include "common/sql/idempotency.h"
#include "common/telemetry/telemetry.h"
#include "item.pb.h"
#include "tests/support/service_harness.h"

namespace jz::bench {

namespace pb = ::jingzhun::bench::v1;

inline constexpr char kItemService[] = "jingzhun.bench.v1.ItemService";

struct ItemTag {
  static constexpr char kCollection[] = "items";
};
using ItemId = Id<ItemTag>;

// One CreateItem that waits for the commit it shares with others.
struct ItemWrite {
  ItemId id;
  RegionCode region;
  pb::Item item;
  sql::OnceRequest once;
};

class ItemServer {
 public:
  // `db` has the table of sql_row.h and the shared tables.
  explicit ItemServer(sql::Database& db);

  int port() const { return server_->port(); }
  std::string Token() const;

 private:
  void CreateItem(const rpc::CallContext& ctx, const pb::CreateItemRequest& request,
                  rpc::Answer<pb::Item> answer);
  absl::StatusOr<std::unique_ptr<ItemWrite>> NewWrite(const rpc::CallContext& ctx,
                                                      const pb::CreateItemRequest& request);
  absl::StatusOr<pb::BatchCreateItemsResponse> BatchCreateItems(
      const rpc::CallContext& ctx, const pb::BatchCreateItemsRequest& request);

  sql::Database& db_;
  sql::IdAllocator ids_;
  sql::CoalescingWriter<ItemWrite> writer_;
  testing::TestKeys keys_;
  std::unique_ptr<telemetry::Metrics> metrics_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace jz::bench
