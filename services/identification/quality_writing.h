// The writing half of a run of quality rules: hits become findings, and findings of checked
// subjects that were not hit are closed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/jobs/jobs.h"
#include "jingzhun/identification/v1/quality_storage.pb.h"
#include "services/identification/deps.h"
#include "services/identification/domain/quality_finding.h"

namespace jz::identification {

namespace v1 = ::jingzhun::identification::v1;

// What a run saw of some subjects.
struct CheckedBatch {
  std::vector<int64_t> subjects;  // at most 1,000
  std::vector<QualityHit> hits;   // each key once
  std::vector<common::v1::JobError> errors;
  v1::QualityJobState after;  // the checkpoint, without what the findings add to its result
  int64_t done_count = 0;
};

class QualityWriter {
 public:
  QualityWriter(const Deps& deps, jobs::JobRun& run, const v1::QualityJobParams& params);

  // Writes findings, events and checkpoint in one transaction; the state after it.
  absl::StatusOr<v1::QualityJobState> Write(const CheckedBatch& batch);

  // Brings the findings after `state` whose household is not where they are to the place where it
  // is, or closes them. False when there are none left.
  absl::StatusOr<bool> WriteStrays(v1::QualityJobState& state);

 private:
  using FreeIds = std::map<int32_t, std::vector<int64_t>>;  // by county
  struct Changes {
    std::vector<QualityFinding> inserted;
    std::vector<QualityFinding> updated;
    std::vector<QualityEvent> events;
  };

  absl::StatusOr<bool> TryWrite(sql::Transaction& tx, const CheckedBatch& batch, FreeIds ids,
                                std::map<int32_t, int>& needed, v1::QualityJobState& after);
  void Observe(QualityFinding finding, const QualityHit* hit, bool exempt, Changes& changes,
               v1::RunRulesResult& result) const;
  void Note(QualityFinding finding, const Observation& seen, Changes& changes,
            v1::RunRulesResult& result) const;
  absl::Status Save(sql::Transaction& tx, const Changes& changes) const;

  const Deps& deps_;
  jobs::JobRun& run_;
  const std::vector<std::string> codes_;
  const absl::Time now_;  // of the whole run, so that a resumed one writes the same
};

}  // namespace jz::identification
