// Upload of departments' lists.
#include "common/rpc/canonical.h"
#include "common/rpc/once.h"
#include "services/identification/comparison_upload.h"
#include "services/identification/convert_comparison.h"
#include "services/identification/service_comparison.h"
#include "services/identification/store/comparison_store.h"

namespace jz::identification {
namespace {

constexpr int kBlocksPerDelete = 500;
// Longer than any upload may take.
constexpr absl::Duration kAbandonedAfter = absl::Hours(25);
// How often a list is settled anew when the same one is published at the same moment.
constexpr int kMaxTries = 5;

absl::Status DeleteAllBlocks(const Deps& deps, ComparisonListId id, absl::Time deadline) {
  int64_t deleted = kBlocksPerDelete;
  while (deleted == kBlocksPerDelete) {
    JZ_ASSIGN_OR_RETURN(deleted, deps.db.Transact(deadline, [&](sql::Transaction& tx) {
      return DeleteBlocks(tx, id, kBlocksPerDelete);
    }));
  }
  return absl::OkStatus();
}

// An upload that came to nothing.
absl::Status Drop(const Deps& deps, ComparisonListId id, absl::Time deadline) {
  JZ_RETURN_IF_ERROR(DeleteAllBlocks(deps, id, deadline));
  return deps.db.Run(deadline, [&](sql::Transaction& tx) { return DeleteReceivingList(tx, id); });
}

// Forgets what earlier uploads left when their server was killed, and the content of lists that
// have expired since. A few at a time: every upload does it.
absl::Status Clean(const Deps& deps, const rpc::CallContext& ctx) {
  std::vector<ComparisonListId> abandoned;
  std::vector<ComparisonListId> expired;
  JZ_RETURN_IF_ERROR(deps.db.Read(ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(abandoned, FindAbandonedLists(tx, ctx.now - kAbandonedAfter));
    JZ_ASSIGN_OR_RETURN(expired, FindListsToClear(tx, DateInShanghai(ctx.now)));
    return absl::OkStatus();
  }));
  for (ComparisonListId id : abandoned) JZ_RETURN_IF_ERROR(Drop(deps, id, ctx.deadline));
  for (ComparisonListId id : expired) JZ_RETURN_IF_ERROR(DeleteAllBlocks(deps, id, ctx.deadline));
  return absl::OkStatus();
}

// The list described by the first message, with its row.
absl::StatusOr<ComparisonList> Begin(const Deps& deps, const rpc::CallContext& ctx,
                                     const v1::CreateComparisonListRequest& head) {
  JZ_RETURN_IF_ERROR(sql::CheckRequestId(head.request_id()));
  const Date today = DateInShanghai(ctx.now);
  JZ_ASSIGN_OR_RETURN(ComparisonList list, ListFrom(head, today));
  JZ_RETURN_IF_ERROR(ctx.scope().Require(list.region));
  JZ_RETURN_IF_ERROR(Clean(deps, ctx));
  JZ_ASSIGN_OR_RETURN(int64_t id, deps.ids.Next(list.region, ctx.deadline));
  list.id = ComparisonListId(id);
  list.created_by = ctx.subject();
  list.created_at = ctx.now;
  JZ_RETURN_IF_ERROR(deps.db.Run(ctx.deadline, [&](sql::Transaction& tx) -> absl::Status {
    JZ_ASSIGN_OR_RETURN(std::vector<ComparisonKind> versions, LoadKinds(tx, {list.kind}));
    const ComparisonKind* kind = ResolveKind(versions, list.region, today);
    if (kind == nullptr) {
      return NotFound("COMPARISON_KIND_NOT_FOUND", {{"kind", list.kind}},
                      "no such kind holds in the region today");
    }
    list.attributes = kind->attributes;
    return InsertComparisonList(tx, list);
  }));
  return list;
}

absl::Status Receive(ListUpload& upload, v1::CreateComparisonListRequest message,
                     rpc::Reader<v1::CreateComparisonListRequest>& messages) {
  bool more = true;
  while (more) {
    JZ_RETURN_IF_ERROR(upload.Add(message));
    JZ_ASSIGN_OR_RETURN(more, messages.Read(message));
  }
  return absl::OkStatus();
}

// Publishes `list`, unless the same one is there.
absl::StatusOr<v1::ComparisonList> Publish(sql::Transaction& tx, const rpc::CallContext& ctx,
                                           ComparisonList list, const std::string& digest) {
  const Date today = DateInShanghai(ctx.now);
  JZ_ASSIGN_OR_RETURN(auto same, FindListByContent(tx, digest));
  if (same) {
    JZ_ASSIGN_OR_RETURN(std::vector<ComparisonList> lists,
                        LoadComparisonLists(tx, ctx.scope(), {*same}));
    if (!lists.empty()) return ToMessage(lists.front(), today);
  }
  JZ_RETURN_IF_ERROR(PublishComparisonList(tx, list, digest));
  list.state = ComparisonListState::kReady;
  return ToMessage(list, today);
}

absl::StatusOr<v1::ComparisonList> Settle(const Deps& deps, const rpc::CallContext& ctx,
                                          const ComparisonList& list,
                                          v1::CreateComparisonListRequest head,
                                          const std::string& content) {
  head.clear_entries();
  head.set_data(content);
  // What makes it the same list: everything but who asks for it.
  v1::CreateComparisonListRequest description = head;
  description.clear_request_id();
  FileDigest digest;
  digest.Add(rpc::Canonical(description));
  const std::string whole = digest.Finish();
  absl::StatusOr<v1::ComparisonList> settled;
  for (int tries = 0; tries < kMaxTries; ++tries) {
    settled = deps.db.Transact(ctx.deadline, [&](sql::Transaction& tx) {
      return rpc::Once<v1::ComparisonList>(tx, ctx, head,
                                           [&] { return Publish(tx, ctx, list, whole); });
    });
    if (!absl::IsAlreadyExists(settled.status())) break;
  }
  return settled;
}

absl::StatusOr<v1::ComparisonList> ReceiveAndSettle(
    const Deps& deps, const rpc::CallContext& ctx, const ComparisonList& list,
    const v1::CreateComparisonListRequest& head,
    rpc::Reader<v1::CreateComparisonListRequest>& messages) {
  ListUpload upload(deps, list, head.skip_invalid_ids(), ctx.deadline);
  JZ_RETURN_IF_ERROR(Receive(upload, head, messages));
  JZ_ASSIGN_OR_RETURN(ComparisonList complete, upload.Finish());
  return Settle(deps, ctx, complete, head, upload.Digest());
}

absl::StatusOr<v1::ComparisonList> Create(const Deps& deps, const rpc::CallContext& ctx,
                                          rpc::Reader<v1::CreateComparisonListRequest>& messages) {
  v1::CreateComparisonListRequest head;
  JZ_ASSIGN_OR_RETURN(bool any, messages.Read(head));
  if (!any) return InvalidArgument("UPLOAD_EMPTY", {}, "the first message describes the list");
  JZ_ASSIGN_OR_RETURN(ComparisonList list, Begin(deps, ctx, head));
  absl::StatusOr<v1::ComparisonList> settled = ReceiveAndSettle(deps, ctx, list, head, messages);
  if (!settled.ok() || settled->name() != list.id.Name()) {
    // A deadline of its own: the caller of a cut upload is gone. What stays is forgotten later, see
    // Clean.
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    absl::Status dropped = Drop(deps, list.id, deadline);
    while (absl::IsResourceExhausted(dropped) && absl::Now() < deadline) {
      dropped = Drop(deps, list.id, deadline);
    }
  }
  return settled;
}

}  // namespace

void AddComparisonUpload(rpc::Router& router, const Deps& deps) {
  router.ClientStream<v1::CreateComparisonListRequest, v1::ComparisonList>(
      "CreateComparisonList",
      [&](const auto& ctx, auto& messages) { return Create(deps, ctx, messages); });
}

}  // namespace jz::identification
