#include "services/identification/comparison_writing.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/status/status.h"
#include "services/identification/store/comparison_finding_store.h"
#include "services/identification/store/comparison_store.h"

namespace jz::identification {
namespace {

constexpr size_t kChunkPersons = 1000;
// How often a chunk is tried anew when another run finds the same persons at the same moment.
constexpr int kMaxTries = 10;

FindingEvent EventOf(const ComparisonFinding& finding, FindingEventKind kind,
                     const jobs::JobRun& run, absl::Time now) {
  return {.finding = finding.id,
          .version = finding.version,
          .kind = kind,
          .outcome = ComparisonOutcome::kUnspecified,
          .reason = run.id().Name(),
          .evidence_reference = "",
          .recorded_by = run.created_by(),
          .recorded_at = now};
}

}  // namespace

struct ComparisonWriter::Chunk {
  int kind = 0;
  std::vector<PersonId> persons;
  std::vector<ComparisonFindingId> ids;           // one for each person, should it be needed
  std::vector<absl::Span<const Candidate>> hits;  // of each person
  // Made anew by each try.
  v1::ComparisonJobState after;
  absl::flat_hash_set<ComparisonFindingId> used;
};

ComparisonWriter::ComparisonWriter(const Deps& deps, jobs::JobRun& run,
                                   const std::vector<KindLists>& kinds,
                                   const v1::ComparisonJobParams& params,
                                   v1::ComparisonJobState state)
    : deps_(deps),
      run_(run),
      kinds_(kinds),
      now_(absl::FromUnixMicros(params.asked_at_us())),
      today_(DateInShanghai(now_)),
      hold_(params.hold()),
      state_(std::move(state)) {
  for (const KindLists& kind : kinds_) {
    for (const ComparisonList& list : kind.lists) total_ += list.entry_count;
  }
}

ObservationRules ComparisonWriter::RulesOf(const ComparisonKind& kind) const {
  return {.kind = kind.code,
          .severity = kind.severity,
          .due_days = kind.due_days,
          .hold = hold_,
          .run = run_.id().value(),
          .now = now_};
}

absl::Status ComparisonWriter::Checkpoint(sql::Transaction& tx,
                                          const v1::ComparisonJobState& after) {
  return run_.Checkpoint(tx, {.state = after.SerializeAsString(),
                              .done_count = after.entry_count(),
                              .total_count = total_,
                              .errors = {}});
}

absl::Status ComparisonWriter::WritePart(const CandidatePart& part) {
  absl::Span<const Candidate> left = part.candidates;
  while (!left.empty() &&
         std::make_pair(left[0].kind, left[0].person) <=
             std::make_pair(static_cast<int>(state_.kind()), PersonId(state_.person_id()))) {
    left.remove_prefix(1);
  }
  while (!left.empty()) {
    // Up to kChunkPersons persons of one kind, each with all candidates.
    size_t persons = 0;
    size_t end = 0;
    while (end < left.size() && left[end].kind == left[0].kind) {
      if (end == 0 || left[end].person != left[end - 1].person) ++persons;
      if (persons > kChunkPersons) break;
      ++end;
    }
    JZ_RETURN_IF_ERROR(WriteChunk(left.subspan(0, end)));
    left.remove_prefix(end);
  }
  v1::ComparisonJobState after = state_;
  after.set_part(after.part() + 1);
  after.set_kind(0);
  after.set_person_id(0);
  after.set_entry_count(after.entry_count() + part.entry_count);
  JZ_RETURN_IF_ERROR(
      deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) { return Checkpoint(tx, after); }));
  state_ = after;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ComparisonFindingId>> ComparisonWriter::TakeIds(
    absl::Span<const PersonId> persons) {
  std::map<int32_t, size_t> needed;
  for (PersonId person : persons) ++needed[CountyOfId(person.value())];
  for (const auto& [county, count] : needed) {
    std::vector<int64_t>& free = free_ids_[county];
    if (free.size() >= count) continue;
    const RegionCode region = RegionCode::FromNumber(int64_t{county} * 1'000'000);
    JZ_ASSIGN_OR_RETURN(
        std::vector<int64_t> more,
        deps_.ids.Next(region, static_cast<int>(count - free.size()), run_.deadline()));
    free.insert(free.begin(), more.rbegin(), more.rend());
  }
  std::vector<ComparisonFindingId> ids;
  ids.reserve(persons.size());
  for (PersonId person : persons) {
    std::vector<int64_t>& free = free_ids_[CountyOfId(person.value())];
    ids.emplace_back(free.back());
    free.pop_back();
  }
  return ids;
}

absl::Status ComparisonWriter::WriteChunk(absl::Span<const Candidate> candidates) {
  Chunk chunk{
      .kind = candidates[0].kind, .persons = {}, .ids = {}, .hits = {}, .after = {}, .used = {}};
  for (size_t begin = 0; begin < candidates.size();) {
    size_t end = begin + 1;
    while (end < candidates.size() && candidates[end].person == candidates[begin].person) ++end;
    chunk.persons.push_back(candidates[begin].person);
    chunk.hits.push_back(candidates.subspan(begin, end - begin));
    begin = end;
  }
  JZ_ASSIGN_OR_RETURN(chunk.ids, TakeIds(chunk.persons));
  absl::Status status;
  for (int tries = 0; tries < kMaxTries; ++tries) {
    status = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) { return Store(tx, chunk); });
    if (!absl::IsAlreadyExists(status)) break;
  }
  JZ_RETURN_IF_ERROR(status);
  state_ = chunk.after;
  for (size_t i = chunk.ids.size(); i-- > 0;) {
    if (chunk.used.contains(chunk.ids[i])) continue;
    free_ids_[CountyOfId(chunk.ids[i].value())].push_back(chunk.ids[i].value());
  }
  return absl::OkStatus();
}

// The candidates who are on a list indeed, and whose household may be compared.
absl::StatusOr<std::vector<ComparisonObservation>> ComparisonWriter::Verify(
    sql::Transaction& tx, const Chunk& chunk, v1::ComparisonJobState& after) {
  const KindLists& kind = kinds_[chunk.kind];
  JZ_ASSIGN_OR_RETURN(std::vector<PresentPerson> present,
                      LoadPresent(tx, chunk.persons, run_.region()));
  absl::flat_hash_map<PersonId, const PresentPerson*> by_id;
  std::vector<HouseholdId> to_authorize;
  auto needs = [&](const PresentPerson& person) {
    const ComparisonKind* holds = ResolveKind(kind.versions, person.region, today_);
    return holds != nullptr && holds->needs_authorization;
  };
  for (const PresentPerson& person : present) {
    by_id[person.id] = &person;
    if (needs(person)) to_authorize.push_back(person.household);
  }
  JZ_ASSIGN_OR_RETURN(std::vector<HouseholdId> authorized,
                      FindAuthorized(tx, to_authorize, kind.kind, today_));
  absl::flat_hash_set<HouseholdId> may(authorized.begin(), authorized.end());

  std::vector<ComparisonObservation> seen;
  for (size_t i = 0; i < chunk.persons.size(); ++i) {
    auto found = by_id.find(chunk.persons[i]);
    if (found == by_id.end()) continue;
    const PresentPerson& person = *found->second;
    std::vector<ComparisonHit> hits;
    for (const Candidate& candidate : chunk.hits[i]) {
      const ComparisonList& list = kind.lists[candidate.list];
      if (absl::string_view(candidate.hash.data(), candidate.hash.size()) != person.hash) continue;
      if (!list.region.Contains(person.region) || hits.size() >= kMaxHits) continue;
      hits.push_back(NameValues(list.id, list.attributes, candidate.values));
    }
    if (hits.empty()) continue;
    if (needs(person) && !may.contains(person.household)) {
      after.set_skipped_count(after.skipped_count() + 1);
      continue;
    }
    seen.push_back({.person = person.id,
                    .household = person.household,
                    .region = person.region,
                    .list = hits.front().list,
                    .hits = FormatHits(hits)});
  }
  after.set_hit_count(after.hit_count() + static_cast<int64_t>(seen.size()));
  return seen;
}

absl::Status ComparisonWriter::Store(sql::Transaction& tx, Chunk& chunk) {
  const KindLists& kind = kinds_[chunk.kind];
  chunk.after = state_;
  chunk.used.clear();
  JZ_ASSIGN_OR_RETURN(std::vector<ComparisonObservation> seen, Verify(tx, chunk, chunk.after));
  std::vector<PersonId> persons;
  for (const ComparisonObservation& one : seen) persons.push_back(one.person);
  JZ_ASSIGN_OR_RETURN(std::vector<ComparisonFinding> known, LockFindingsOf(tx, kind.kind, persons));
  absl::flat_hash_map<PersonId, ComparisonFinding*> by_person;
  for (ComparisonFinding& finding : known) by_person[finding.person] = &finding;
  absl::flat_hash_map<PersonId, ComparisonFindingId> id_of;
  for (size_t i = 0; i < chunk.persons.size(); ++i) id_of[chunk.persons[i]] = chunk.ids[i];

  std::vector<ComparisonFinding> fresh;
  std::vector<FindingEvent> events;
  for (const ComparisonObservation& one : seen) {
    const ComparisonKind* holds = ResolveKind(kind.versions, one.region, today_);
    if (holds == nullptr) continue;  // ended in that region since the run was asked for
    const ObservationRules rules = RulesOf(*holds);
    auto found = by_person.find(one.person);
    if (found == by_person.end()) {
      fresh.push_back(Discover(one, rules, id_of[one.person]));
      chunk.used.insert(fresh.back().id);
    } else if (Observe(*found->second, one, rules)) {
      events.push_back(EventOf(*found->second, FindingEventKind::kReopened, run_, now_));
    }
  }
  const auto reopened = static_cast<int64_t>(events.size());
  chunk.after.set_new_count(chunk.after.new_count() + static_cast<int64_t>(fresh.size()));
  chunk.after.set_reopened_count(chunk.after.reopened_count() + reopened);
  chunk.after.set_known_count(chunk.after.known_count() + static_cast<int64_t>(known.size()) -
                              reopened);
  chunk.after.set_kind(chunk.kind);
  chunk.after.set_person_id(chunk.persons.back().value());
  JZ_RETURN_IF_ERROR(InsertComparisonFindings(tx, fresh));
  JZ_RETURN_IF_ERROR(UpdateComparisonFindings(tx, known));
  JZ_RETURN_IF_ERROR(InsertFindingEvents(tx, events));
  return Checkpoint(tx, chunk.after);
}

// False when there are no more of this kind.
absl::StatusOr<bool> ComparisonWriter::CloseSome(int kind,
                                                 absl::Span<const ComparisonListId> versions) {
  v1::ComparisonJobState after;
  bool more = false;
  absl::Status closed = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
    after = state_;
    UntrueQuery query{.kind = kinds_[kind].kind,
                      .region = run_.region(),
                      .lists = {versions.begin(), versions.end()},
                      .run = run_.id().value(),
                      .after = PersonId(state_.person_id()),
                      .limit = static_cast<int>(kChunkPersons)};
    JZ_ASSIGN_OR_RETURN(std::vector<ComparisonFinding> untrue, LockUntrue(tx, query));
    std::vector<FindingEvent> events;
    for (ComparisonFinding& finding : untrue) {
      CloseUntrue(finding, run_.id().value());
      events.push_back(EventOf(finding, FindingEventKind::kNoLongerTrue, run_, now_));
    }
    JZ_RETURN_IF_ERROR(UpdateComparisonFindings(tx, untrue));
    JZ_RETURN_IF_ERROR(InsertFindingEvents(tx, events));
    more = untrue.size() == kChunkPersons;
    after.set_closed_count(after.closed_count() + static_cast<int64_t>(untrue.size()));
    after.set_kind(more ? kind : kind + 1);
    after.set_person_id(more ? untrue.back().person.value() : 0);
    return Checkpoint(tx, after);
  });
  JZ_RETURN_IF_ERROR(closed);
  state_ = after;
  return more;
}

absl::Status ComparisonWriter::CloseUntrueFindings() {
  for (int kind = state_.kind(); kind < static_cast<int>(kinds_.size()); ++kind) {
    std::vector<ComparisonListId> versions;
    JZ_RETURN_IF_ERROR(deps_.db.Read(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      for (const ComparisonList& list : kinds_[kind].lists) {
        JZ_ASSIGN_OR_RETURN(std::vector<ComparisonListId> some, FindVersions(tx, list));
        versions.insert(versions.end(), some.begin(), some.end());
      }
      return absl::OkStatus();
    }));
    bool more = true;
    while (more) {
      JZ_ASSIGN_OR_RETURN(more, CloseSome(kind, versions));
    }
  }
  return absl::OkStatus();
}

}  // namespace jz::identification
