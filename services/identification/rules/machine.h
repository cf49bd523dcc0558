// Runs programs on rows. Holds the memory that they need; one per thread.
#pragma once

#include <vector>

#include "services/identification/rules/decoder.h"
#include "services/identification/rules/program.h"

namespace jz::identification::rules {

// A field that a result rests on, as it was read.
struct NotedField {
  const FieldUse* use = nullptr;
  const Slot* row = nullptr;  // that use.base stood on
};

class Machine {
 public:
  Machine();

  // The rows must stay as they are until the last Run.
  void Begin(const Rows& rows, int64_t today) {
    rows_ = &rows;
    today_ = today;
    bases_[static_cast<int>(Base::kFrame)] = rows.frame.data();
  }
  void StandOn(const Slot* person) { bases_[static_cast<int>(Base::kPerson)] = person; }

  const Slot* person() const { return bases_[static_cast<int>(Base::kPerson)]; }

  bool Run(const Program& program) { return Execute<false>(program); }
  // The same for a program that explains; its notes are in notes().
  bool Explain(const Program& program) { return Execute<true>(program); }
  const std::vector<NotedField>& notes() const { return notes_; }

 private:
  struct Loop {
    int64_t at = 0;
    int64_t end = 0;
    int64_t stride = 0;
    const Slot* rows = nullptr;  // nullptr: over codes
  };

  template <bool explains>
  bool Execute(const Program& program);
  void Note(const FieldUse& use);
  const Slot* LatestOf(const Slot* row, const Instruction& step) const;
  bool SetHas(const Slot& set, int64_t code) const;

  const Rows* rows_ = nullptr;
  int64_t today_ = 0;  // YYYYMMDD
  const Slot* bases_[kBases] = {};
  Loop loops_[kBases];
  Slot registers_[kMaxRegisters];
  size_t marks_[kMaxMarks] = {};
  std::vector<NotedField> notes_;
  std::vector<Slot> nothing_;  // a row without values
};

}  // namespace jz::identification::rules
