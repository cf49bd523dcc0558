#include "services/identification/comparison_job.h"

#include <algorithm>
#include <future>

#include "common/status/status.h"
#include "jingzhun/identification/v1/comparison.pb.h"
#include "jingzhun/identification/v1/comparison_storage.pb.h"
#include "services/identification/comparison_candidates.h"
#include "services/identification/comparison_writing.h"
#include "services/identification/store/comparison_store.h"

namespace jz::identification {
namespace {

// Lists by kind, kinds in order of code.
absl::StatusOr<std::vector<KindLists>> LoadKindLists(const Deps& deps, jobs::JobRun& run,
                                                     const v1::ComparisonJobParams& params) {
  std::vector<ComparisonListId> ids;
  for (int64_t id : params.list_ids()) ids.emplace_back(id);
  const Date today = DateInShanghai(absl::FromUnixMicros(params.asked_at_us()));
  return deps.db.Fetch(
      run.deadline(), [&](sql::Transaction& tx) -> absl::StatusOr<std::vector<KindLists>> {
        JZ_ASSIGN_OR_RETURN(std::vector<ComparisonList> lists,
                            LoadComparisonLists(tx, auth::RegionScope::Everything(), ids));
        std::map<std::string, KindLists> by_kind;
        for (ComparisonList& list : lists) {
          if (!Comparable(list, today)) {
            return FailedPrecondition("COMPARISON_LIST_EXPIRED", {{"list", list.id.Name()}},
                                      "the list was ended");
          }
          by_kind[list.kind].lists.push_back(std::move(list));
        }
        std::vector<KindLists> kinds;
        for (auto& [code, kind] : by_kind) {
          kind.kind = code;
          JZ_ASSIGN_OR_RETURN(kind.versions, LoadKinds(tx, {code}));
          kinds.push_back(std::move(kind));
        }
        return kinds;
      });
}

std::unique_ptr<google::protobuf::Message> ResultOf(const v1::ComparisonJobState& state) {
  auto result = std::make_unique<v1::RunComparisonResult>();
  result->set_entry_count(state.entry_count());
  result->set_hit_count(state.hit_count());
  result->set_new_count(state.new_count());
  result->set_reopened_count(state.reopened_count());
  result->set_known_count(state.known_count());
  result->set_skipped_count(state.skipped_count());
  result->set_closed_count(state.closed_count());
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RunComparisonJob(const Deps& deps,
                                                                            jobs::JobRun& run) {
  v1::ComparisonJobParams params;
  v1::ComparisonJobState state;
  if (!params.ParseFromString(run.params()) || !state.ParseFromString(run.state())) {
    return Internal("COMPARISON_STATE_BROKEN", "params or state of a comparison do not parse");
  }
  JZ_ASSIGN_OR_RETURN(std::vector<KindLists> kinds, LoadKindLists(deps, run, params));
  ComparisonWriter writer(deps, run, kinds, params, std::move(state));
  CandidateReader reader(deps, run.region(), kinds);
  auto read = [&](int part) { return reader.Read(part, run.deadline()); };
  // The next part is read while one is written.
  std::future<absl::StatusOr<CandidatePart>> next;
  while (writer.state().part() < reader.parts()) {
    const int part = writer.state().part();
    absl::StatusOr<CandidatePart> found = next.valid() ? next.get() : read(part);
    JZ_RETURN_IF_ERROR(found.status());
    if (part + 1 < reader.parts()) next = std::async(std::launch::async, read, part + 1);
    JZ_RETURN_IF_ERROR(writer.WritePart(*found));
  }
  JZ_RETURN_IF_ERROR(writer.CloseUntrueFindings());
  return ResultOf(writer.state());
}

}  // namespace jz::identification
