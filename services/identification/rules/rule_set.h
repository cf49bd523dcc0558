// Rules, compiled, and records to run them on.
//
//   JZ_ASSIGN_OR_RETURN(CompiledRule rule, Compile(text, codes));
//   RuleSet set;
//   set.Add(std::move(rule), {});
//   Evaluator evaluator(set);  // one per thread
//   evaluator.RunHousehold(facts_bytes, today, [&](const Hit& hit) { … });
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/date.h"
#include "common/base/region_code.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/rules/decoder.h"
#include "services/identification/rules/machine.h"
#include "services/identification/rules/program.h"
#include "services/identification/rules/rule_text.h"

namespace jz::identification::rules {

// Immutable.
struct CompiledRule {
  std::vector<Variant> variants;
  Scope scope = Scope::kUnspecified;
  Severity severity = Severity::kUnspecified;
  Program program;
  Program explaining;
  std::vector<std::string> fields;  // of the rule's text: to look at first
  int exited_code = 0;              // of list household_type
};

// INVALID_ARGUMENT with the reasons of Parse() and Check(), and RULE_INCOMPLETE for a rule without
// scope, population or code, or with populations that do not go together.
absl::StatusOr<CompiledRule> Compile(const RuleText& rule, const CodeBook& codes);

// Where a rule holds: in `region`, but not in `except` inside it, where another version does.
struct Applies {
  RegionCode region;
  std::vector<RegionCode> except;
  int64_t tag = 0;  // of the caller, for example the rule's id
};

// Build it, then share it; Evaluators keep a reference.
class RuleSet {
 public:
  struct Entry {
    CompiledRule rule;
    Applies applies;
    bool everywhere = false;
  };

  void Add(CompiledRule rule, Applies applies);

  const std::vector<Entry>& entries() const { return entries_; }
  const Decoder& decoder() const { return decoder_; }

 private:
  void Use(const Program& program);

  std::vector<Entry> entries_;
  Decoder decoder_;
};

// A rule that a record violates, once for each population that the household is in.
struct Hit {
  int entry = 0;    // index into RuleSet::entries()
  int variant = 0;  // index into its rule.variants
  int64_t household = 0;
  int64_t person = 0;  // number of the person; 0 for households and villages
  int64_t region = 0;
};
using HitSink = absl::FunctionRef<void(const Hit& hit)>;

// One field that a hit rests on. Codes with their labels in the form that people read.
struct DecidingValue {
  std::string field;   // "person.labour_capacity", "members[2].works[0].work_start"
  int64_t person = 0;  // whose it is; 0 for the household's own
  std::string value;   // key of a code (several joined by ","), number or text; "" when missing
  std::string label_zh;
  std::string label_en;
};

// Runs a set of rules on record after record, in memory that it keeps. One per thread.
class Evaluator {
 public:
  explicit Evaluator(const RuleSet& rules);

  // `facts`: a HouseholdFacts. Rules of persons and households run; none on a household that was
  // removed or closed. INVALID_ARGUMENT, reason FACTS_BROKEN or FACTS_TOO_LARGE. Hits come rule by
  // rule, of a rule person by person.
  absl::Status RunHousehold(absl::string_view facts, Date today, HitSink sink);
  // `facts`: a VillageItems.
  absl::Status RunVillage(absl::string_view facts, Date today, HitSink sink);

  // Of a hit of the last run. What was missing is named too: it may be why. At most 20.
  std::vector<DecidingValue> Explain(const Hit& hit, const CodeBook& codes);

  // Of the last record.
  int64_t members() const;

 private:
  struct Facts {
    int64_t household = 0;
    int64_t region = 0;
    bool exited = false;
    bool monitored = false;
  };
  absl::Status Read(absl::string_view facts, const MessageLayout& message, Date today);
  bool AppliesHere(const RuleSet::Entry& entry) const;
  bool IsIn(Population population) const;
  void RunEntry(int index, HitSink sink);
  void Report(int index, int64_t person, HitSink sink);
  DecidingValue Show(const NotedField& note, const Slot* own_person, const CodeBook& codes) const;

  const RuleSet& rules_;
  Rows rows_;
  Machine machine_;
  Facts facts_;
  int64_t household_type_ = 0;  // 0 when missing
};

}  // namespace jz::identification::rules
