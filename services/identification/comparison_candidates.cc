#include "services/identification/comparison_candidates.h"

#include <algorithm>
#include <tuple>

#include "common/status/status.h"
#include "services/identification/store/comparison_store.h"

namespace jz::identification {
namespace {

constexpr int kPersonsPerQuery = 50'000;
constexpr int64_t kEntriesPerPart = 600'000;
constexpr int kFewestParts = 4;
constexpr int kMostParts = 256;

// Regions from here down are read household by household, once; what is larger is read in order of
// hash, which costs no more than the hashes of the whole register.
bool IsSmall(RegionCode region) { return region.level() >= RegionLevel::kCounty; }

}  // namespace

int PartsFor(int64_t entry_count) {
  int parts = kFewestParts;
  while (parts < kMostParts && parts * kEntriesPerPart < entry_count) parts *= 2;
  return parts;
}

CandidateReader::CandidateReader(const Deps& deps, RegionCode region,
                                 const std::vector<KindLists>& kinds)
    : deps_(deps), region_(region), kinds_(kinds) {
  int64_t entries = 0;
  for (const KindLists& kind : kinds) {
    for (const ComparisonList& list : kind.lists) entries += list.entry_count;
  }
  parts_ = PartsFor(entries);
}

absl::Status CandidateReader::LoadAll(const HashRange& range, int part, absl::Time deadline) {
  keys_.clear();
  std::string after = part == 0 ? "" : PartOf(part - 1, parts_).last_hash();
  const std::string last = range.last_hash();
  do {
    JZ_ASSIGN_OR_RETURN(after, deps_.db.Fetch(deadline, [&](sql::Transaction& tx) {
      return ReadPresentHashes(tx, after, last, kPersonsPerQuery, keys_);
    }));
  } while (!after.empty());
  keys_.Sort();
  return absl::OkStatus();
}

absl::Status CandidateReader::LoadRegion(absl::Time deadline) {
  if (region_loaded_) return absl::OkStatus();
  keys_.clear();
  RegionPersonsPage page{.region = region_, .after_region = {}, .after_household = {}};
  bool more = true;
  while (more) {
    JZ_ASSIGN_OR_RETURN(more, deps_.db.Fetch(deadline, [&](sql::Transaction& tx) {
      return ReadPresentHashes(tx, page, keys_);
    }));
  }
  keys_.Sort();
  region_loaded_ = true;
  return absl::OkStatus();
}

absl::Status CandidateReader::LoadPersons(const HashRange& range, int part, absl::Time deadline) {
  return IsSmall(region_) ? LoadRegion(deadline) : LoadAll(range, part, deadline);
}

absl::StatusOr<CandidatePart> CandidateReader::Read(int part, absl::Time deadline) {
  const HashRange range = PartOf(part, parts_);
  JZ_RETURN_IF_ERROR(LoadPersons(range, part, deadline));
  CandidatePart found;
  for (size_t kind = 0; kind < kinds_.size(); ++kind) {
    const std::vector<ComparisonList>& lists = kinds_[kind].lists;
    for (size_t list = 0; list < lists.size(); ++list) {
      auto on_hit = [&](PersonId person, absl::string_view hash, absl::string_view values) {
        // A block may reach into the next part.
        if (!range.Contains(hash)) return;
        Candidate& candidate = found.candidates.emplace_back();
        candidate.kind = static_cast<int>(kind);
        candidate.person = person;
        candidate.list = static_cast<int>(list);
        std::copy(hash.begin(), hash.end(), candidate.hash.begin());
        candidate.values = std::string(values);
      };
      JZ_RETURN_IF_ERROR(deps_.db.Read(deadline, [&](sql::Transaction& tx) {
        return ReadBlocks(tx, lists[list].id, range,
                          [&](absl::string_view hashes, absl::string_view attributes) {
                            found.entry_count += range.CountIn(hashes);
                            keys_.Match(hashes, attributes, on_hit);
                          });
      }));
    }
  }
  std::stable_sort(found.candidates.begin(), found.candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return std::tie(a.kind, a.person, a.list) < std::tie(b.kind, b.person, b.list);
                   });
  return found;
}

}  // namespace jz::identification
