#include "services/identification/quality_writing.h"

#include "common/status/status.h"
#include "services/identification/store/quality_finding_store.h"

namespace jz::identification {
namespace {

constexpr int kStrayBatch = 500;
// How often a batch is tried anew when another run enters the same findings at the same moment.
constexpr int kMaxTries = 10;

bool IsExempt(const std::set<QualityKey>& exemptions, QualityKey key) {
  if (exemptions.contains(key)) return true;
  key.person = 0;
  return exemptions.contains(key);
}

}  // namespace

QualityWriter::QualityWriter(const Deps& deps, jobs::JobRun& run,
                             const v1::QualityJobParams& params)
    : deps_(deps),
      run_(run),
      codes_(params.codes().begin(), params.codes().end()),
      now_(absl::FromUnixMicros(params.asked_at_us())) {}

absl::StatusOr<v1::QualityJobState> QualityWriter::Write(const CheckedBatch& batch) {
  // How many ids are needed is known once the findings are locked; the second try has them.
  FreeIds ids;
  for (int tries = 0;; ++tries) {
    v1::QualityJobState after;
    std::map<int32_t, int> needed;
    bool written = false;
    absl::Status status = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      needed.clear();
      JZ_ASSIGN_OR_RETURN(written, TryWrite(tx, batch, ids, needed, after));
      return absl::OkStatus();
    });
    if (absl::IsAlreadyExists(status) && tries < kMaxTries) continue;
    JZ_RETURN_IF_ERROR(status);
    if (written) return after;
    ids.clear();
    for (const auto& [county, count] : needed) {
      const RegionCode region = RegionCode::FromNumber(int64_t{county} * 1'000'000);
      JZ_ASSIGN_OR_RETURN(ids[county], deps_.ids.Next(region, count, run_.deadline()));
    }
  }
}

absl::StatusOr<bool> QualityWriter::TryWrite(sql::Transaction& tx, const CheckedBatch& batch,
                                             FreeIds ids, std::map<int32_t, int>& needed,
                                             v1::QualityJobState& after) {
  after = batch.after;
  v1::RunRulesResult& result = *after.mutable_result();
  JZ_ASSIGN_OR_RETURN(std::vector<QualityFinding> known,
                      LockFindingsOfSubjects(tx, batch.subjects, codes_));
  JZ_ASSIGN_OR_RETURN(std::vector<QualityKey> exempt_keys,
                      LoadExemptions(tx, batch.subjects, DateInShanghai(now_)));
  const std::set<QualityKey> exemptions(exempt_keys.begin(), exempt_keys.end());
  std::map<QualityKey, const QualityHit*> hits;
  for (const QualityHit& hit : batch.hits) hits[hit.key] = &hit;
  result.set_hit_count(result.hit_count() + static_cast<int64_t>(hits.size()));
  Changes changes;
  for (QualityFinding& finding : known) {
    auto hit = hits.find(finding.hit.key);
    const bool exempt = IsExempt(exemptions, finding.hit.key);
    Observe(std::move(finding), hit == hits.end() ? nullptr : hit->second, exempt, changes, result);
    if (hit != hits.end()) hits.erase(hit);
  }
  for (const auto& [key, hit] : hits) ++needed[hit->region.CountyNumber()];
  for (const auto& [county, count] : needed) {
    if (ids[county].size() < static_cast<size_t>(count)) return false;
  }
  for (const auto& [key, hit] : hits) {
    std::vector<int64_t>& free = ids[hit->region.CountyNumber()];
    const bool exempt = IsExempt(exemptions, key);
    changes.inserted.push_back(NewFinding(*hit, QualityFindingId(free.front()), exempt, now_));
    free.erase(free.begin());
    result.set_new_count(result.new_count() + 1);
    if (exempt) result.set_exempt_count(result.exempt_count() + 1);
  }
  JZ_RETURN_IF_ERROR(Save(tx, changes));
  JZ_RETURN_IF_ERROR(run_.Checkpoint(tx, {.state = after.SerializeAsString(),
                                          .done_count = batch.done_count,
                                          .total_count = after.total_count(),
                                          .errors = batch.errors}));
  return true;
}

void QualityWriter::Observe(QualityFinding finding, const QualityHit* hit, bool exempt,
                            Changes& changes, v1::RunRulesResult& result) const {
  const Observation seen =
      hit == nullptr ? ObserveMiss(finding) : ObserveHit(finding, *hit, exempt, now_);
  if (hit != nullptr && finding.state == QualityFindingState::kExempt) {
    result.set_exempt_count(result.exempt_count() + 1);
  }
  Note(std::move(finding), seen, changes, result);
}

void QualityWriter::Note(QualityFinding finding, const Observation& seen, Changes& changes,
                         v1::RunRulesResult& result) const {
  if (!seen.changed) return;
  if (seen.event == QualityEventKind::kClosed) result.set_closed_count(result.closed_count() + 1);
  if (seen.event == QualityEventKind::kReopened) {
    result.set_reopened_count(result.reopened_count() + 1);
  }
  if (seen.event != QualityEventKind::kUnspecified) {
    changes.events.push_back({.finding = finding.id,
                              .version = finding.version,
                              .kind = seen.event,
                              .outcome = finding.outcome,
                              .reason = "",
                              .recorded_by = run_.created_by(),
                              .recorded_at = now_});
  }
  changes.updated.push_back(std::move(finding));
}

absl::Status QualityWriter::Save(sql::Transaction& tx, const Changes& changes) const {
  JZ_RETURN_IF_ERROR(InsertQualityFindings(tx, changes.inserted));
  JZ_RETURN_IF_ERROR(UpdateQualityFindings(tx, changes.updated));
  return InsertQualityEvents(tx, changes.events);
}

absl::StatusOr<bool> QualityWriter::WriteStrays(v1::QualityJobState& state) {
  v1::QualityJobState after;
  bool more = false;
  absl::Status written = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
    after = state;
    JZ_ASSIGN_OR_RETURN(
        std::vector<StrayFinding> strays,
        LockStrayFindings(tx, {.region = run_.region(),
                               .after_region = RegionCode::FromNumber(state.after_region()),
                               .after_id = QualityFindingId(state.after_id()),
                               .codes = codes_,
                               .limit = kStrayBatch}));
    more = !strays.empty();
    Changes changes;
    for (StrayFinding& stray : strays) {
      after.set_after_region(stray.finding.hit.region.number());
      after.set_after_id(stray.finding.id.value());
      Observation seen{.changed = true};
      if (stray.now == RegionCode()) {
        seen = ObserveMiss(stray.finding);
      } else {
        stray.finding.hit.region = stray.now;
      }
      Note(std::move(stray.finding), seen, changes, *after.mutable_result());
    }
    JZ_RETURN_IF_ERROR(Save(tx, changes));
    return run_.Checkpoint(tx, {.state = after.SerializeAsString(),
                                .done_count = after.total_count(),
                                .total_count = after.total_count(),
                                .errors = {}});
  });
  JZ_RETURN_IF_ERROR(written);
  state = std::move(after);
  return more;
}

}  // namespace jz::identification
