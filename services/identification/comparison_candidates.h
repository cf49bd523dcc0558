// The reading half of a comparison: which persons of the register may stand on which lists.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/identification/deps.h"
#include "services/identification/domain/comparison.h"
#include "services/identification/domain/comparison_match.h"

namespace jz::identification {

// Into how many parts of the hash space lists with so many entries in all are split, a power of
// two. A part has some 600,000 entries, of which those that may be hits are kept, and a quarter of
// the register at most. Two parts are in memory at a time.
int PartsFor(int64_t entry_count);

// Lists of one kind.
struct KindLists {
  std::string kind;
  std::vector<ComparisonKind> versions;  // of the kind
  std::vector<ComparisonList> lists;     // in order of id
};

// A person whose hash begins as that of an entry. Whether it is the same is seen when the person is
// loaded.
struct Candidate {
  int kind = 0;  // place in the run's kinds
  PersonId person;
  int list = 0;  // place in the kind's lists
  std::array<char, 32> hash = {};
  std::string values;
};

struct CandidatePart {
  std::vector<Candidate> candidates;  // in order of kind, person, list
  int64_t entry_count = 0;            // of the lists
};

// Reads what it compares part by part. Read() may be called from another thread than the one that
// made it, one call at a time.
class CandidateReader {
 public:
  CandidateReader(const Deps& deps, RegionCode region, const std::vector<KindLists>& kinds);

  int parts() const { return parts_; }

  absl::StatusOr<CandidatePart> Read(int part, absl::Time deadline);

 private:
  absl::Status LoadPersons(const HashRange& range, int part, absl::Time deadline);
  absl::Status LoadAll(const HashRange& range, int part, absl::Time deadline);
  absl::Status LoadRegion(absl::Time deadline);

  const Deps& deps_;
  const RegionCode region_;
  const std::vector<KindLists>& kinds_;
  int parts_ = 0;
  PersonKeys keys_;
  bool region_loaded_ = false;
};

}  // namespace jz::identification
