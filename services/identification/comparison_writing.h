// The writing half of a comparison: candidates become findings, and findings that are no longer
// true are closed.
#pragma once

#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/jobs/jobs.h"
#include "jingzhun/identification/v1/comparison_storage.pb.h"
#include "services/identification/comparison_candidates.h"
#include "services/identification/domain/comparison_finding.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

class ComparisonWriter {
 public:
  ComparisonWriter(const Deps& deps, jobs::JobRun& run, const std::vector<KindLists>& kinds,
                   const v1::ComparisonJobParams& params, v1::ComparisonJobState state);

  const v1::ComparisonJobState& state() const { return state_; }

  // Writes what is not written yet of the part that state() is at, and moves state() to the next.
  absl::Status WritePart(const CandidatePart& part);
  // Closes findings that this run did not hit.
  absl::Status CloseUntrueFindings();

 private:
  struct Chunk;  // of one transaction

  absl::Status WriteChunk(absl::Span<const Candidate> candidates);
  absl::Status Store(sql::Transaction& tx, Chunk& chunk);
  absl::StatusOr<std::vector<ComparisonObservation>> Verify(sql::Transaction& tx,
                                                            const Chunk& chunk,
                                                            v1::ComparisonJobState& after);
  absl::StatusOr<bool> CloseSome(int kind, absl::Span<const ComparisonListId> versions);
  absl::Status Checkpoint(sql::Transaction& tx, const v1::ComparisonJobState& after);
  // An id for each person, of the county that the person was born in.
  absl::StatusOr<std::vector<ComparisonFindingId>> TakeIds(absl::Span<const PersonId> persons);
  ObservationRules RulesOf(const ComparisonKind& kind) const;

  const Deps& deps_;
  jobs::JobRun& run_;
  const std::vector<KindLists>& kinds_;
  const absl::Time now_;
  const Date today_;
  const bool hold_;
  int64_t total_ = 0;
  v1::ComparisonJobState state_;
  std::map<int32_t, std::vector<int64_t>> free_ids_;  // by county
};

}  // namespace jz::identification
