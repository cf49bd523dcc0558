#include "services/identification/rules/rule_set.h"

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/domain/household.h"
#include "services/identification/rules/checker.h"
#include "services/identification/rules/compiler.h"
#include "services/identification/rules/syntax.h"

namespace jz::identification::rules {
namespace {

// Fields that every run needs, whatever the rules read.
struct OwnFields {
  const FieldLayout* state;
  const FieldLayout* household_id;
  const FieldLayout* region_code;
  const FieldLayout* members;
  const FieldLayout* household;
  const FieldLayout* household_type;
  const FieldLayout* monitoring;
  const FieldLayout* monitored_category;
  const FieldLayout* person_id;
  const FieldLayout* village_region;
};

const OwnFields& Own() {
  const Catalogue& all = Catalogue::Get();
  const MessageLayout& root = all.household();
  static const OwnFields fields = {
      .state = root.Find("state"),
      .household_id = root.Find("household_id"),
      .region_code = root.Find("region_code"),
      .members = root.Find("members"),
      .household = root.Find("household"),
      .household_type = root.Find("household")->type.message->Find("household_type"),
      .monitoring = root.Find("monitoring"),
      .monitored_category = root.Find("monitoring")->type.message->Find("monitored_category"),
      .person_id = all.person().Find("person_id"),
      .village_region = all.village().Find("region_code")};
  return fields;
}

absl::Status Incomplete(absl::string_view what) {
  return InvalidArgument("RULE_INCOMPLETE", {}, what);
}

absl::Status CheckVariants(const RuleText& rule) {
  if (rule.scope == Scope::kUnspecified) return Incomplete("the rule has no scope");
  if (rule.severity == Severity::kUnspecified) return Incomplete("the rule has no severity");
  if (rule.variants.empty() || rule.variants.size() > 2) {
    return Incomplete("a rule has one population, or two with a code each");
  }
  for (const Variant& variant : rule.variants) {
    if (variant.code.empty()) return Incomplete("the rule has no code");
    if (variant.population == Population::kUnspecified) {
      return Incomplete("the rule has no population");
    }
    if (rule.scope == Scope::kVillage && variant.population != Population::kAll) {
      return Incomplete("rules of villages are for population ALL");
    }
    const bool twin =
        variant.population == Population::kExited || variant.population == Population::kMonitored;
    if (rule.variants.size() == 2 && !twin) {
      return Incomplete("twins are for exited and for monitored households");
    }
  }
  if (rule.variants.size() == 2 && rule.variants[0].population == rule.variants[1].population) {
    return Incomplete("twins are for different populations");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CompiledRule> Compile(const RuleText& rule, const CodeBook& codes) {
  JZ_RETURN_IF_ERROR(CheckVariants(rule));
  JZ_ASSIGN_OR_RETURN(std::unique_ptr<Node> tree, Parse(rule.expression));
  JZ_ASSIGN_OR_RETURN(ExprPtr condition, Check(*tree, rule, codes));
  CompiledRule compiled{.variants = rule.variants,
                        .scope = rule.scope,
                        .severity = rule.severity,
                        .program = {},
                        .explaining = {},
                        .fields = rule.fields};
  JZ_ASSIGN_OR_RETURN(compiled.program, CompileProgram(*condition, false));
  JZ_ASSIGN_OR_RETURN(compiled.explaining, CompileProgram(*condition, true));
  std::optional<int> exited = codes.Find("household_type", "exited");
  if (!exited) return Internal("CODE_LIST_INCOMPLETE", "household_type has no code exited");
  compiled.exited_code = *exited;
  return compiled;
}

void RuleSet::Add(CompiledRule rule, Applies applies) {
  if (entries_.empty()) {
    const Catalogue& all = Catalogue::Get();
    const OwnFields& own = Own();
    for (const FieldLayout* field : {own.state, own.household_id, own.region_code, own.members,
                                     own.household, own.monitoring}) {
      decoder_.Use(all.household(), *field);
    }
    decoder_.Use(*own.household->type.message, *own.household_type);
    decoder_.Use(*own.monitoring->type.message, *own.monitored_category);
    decoder_.Use(all.person(), *own.person_id);
    decoder_.Use(all.village(), *own.village_region);
  }
  Use(rule.program);
  const bool everywhere = applies.region == RegionCode() && applies.except.empty();
  entries_.push_back(
      {.rule = std::move(rule), .applies = std::move(applies), .everywhere = everywhere});
}

void RuleSet::Use(const Program& program) {
  const Catalogue& all = Catalogue::Get();
  for (const FieldUse& use : program.uses) {
    if (use.field != nullptr) decoder_.Use(*use.message, *use.field);
    if (!use.prefix.empty()) {  // a single message of the frame
      for (const FieldLayout& field : all.household().fields) {
        if (field.type.message == use.message) decoder_.Use(all.household(), field);
      }
    }
    if (use.latest) {
      const FieldLayout& works = *all.person().Find("works");
      decoder_.Use(all.person(), works);
      decoder_.Use(*works.type.message, *works.type.message->Find("work_start"));
    }
  }
}

Evaluator::Evaluator(const RuleSet& rules) : rules_(rules) {}

absl::Status Evaluator::Read(absl::string_view facts, const MessageLayout& message, Date today) {
  JZ_RETURN_IF_ERROR(rules_.decoder().Decode(facts, message, rows_));
  machine_.Begin(rows_, today.year() * 10000 + today.month() * 100 + today.day());
  return absl::OkStatus();
}

absl::Status Evaluator::RunHousehold(absl::string_view facts, Date today, HitSink sink) {
  if (rules_.entries().empty()) return absl::OkStatus();
  const OwnFields& own = Own();
  JZ_RETURN_IF_ERROR(Read(facts, Catalogue::Get().household(), today));
  const std::vector<Slot>& frame = rows_.frame;
  const int64_t state = frame[own.state->slot].number;
  if (state == static_cast<int>(HouseholdState::kRemoved) ||
      state == static_cast<int>(HouseholdState::kClosed)) {
    return absl::OkStatus();
  }
  facts_ = {.household = frame[own.household_id->slot].number,
            .region = frame[own.region_code->slot].number,
            .monitored = frame[own.monitoring->slot + own.monitored_category->slot].count > 0};
  household_type_ = frame[own.household->slot + own.household_type->slot].number;
  for (size_t i = 0; i < rules_.entries().size(); ++i) {
    if (rules_.entries()[i].rule.scope != Scope::kVillage) RunEntry(static_cast<int>(i), sink);
  }
  return absl::OkStatus();
}

absl::Status Evaluator::RunVillage(absl::string_view facts, Date today, HitSink sink) {
  if (rules_.entries().empty()) return absl::OkStatus();
  JZ_RETURN_IF_ERROR(Read(facts, Catalogue::Get().village(), today));
  facts_ = {.region = rows_.frame[Own().village_region->slot].number};
  for (size_t i = 0; i < rules_.entries().size(); ++i) {
    if (rules_.entries()[i].rule.scope == Scope::kVillage) RunEntry(static_cast<int>(i), sink);
  }
  return absl::OkStatus();
}

bool Evaluator::AppliesHere(const RuleSet::Entry& entry) const {
  if (entry.everywhere) return true;
  const RegionCode here = RegionCode::FromNumber(facts_.region);
  if (!entry.applies.region.Contains(here)) return false;
  for (RegionCode other : entry.applies.except) {
    if (other.Contains(here)) return false;
  }
  return true;
}

bool Evaluator::IsIn(Population population) const {
  switch (population) {
    case Population::kExited:
      return facts_.exited;
    case Population::kMonitored:
      return facts_.monitored;
    case Population::kExitedOrMonitored:
      return facts_.exited || facts_.monitored;
    default:
      return true;
  }
}

void Evaluator::RunEntry(int index, HitSink sink) {
  const RuleSet::Entry& entry = rules_.entries()[index];
  facts_.exited = household_type_ == entry.rule.exited_code;
  bool concerned = false;
  for (const Variant& variant : entry.rule.variants) {
    concerned = concerned || IsIn(variant.population);
  }
  if (!concerned || !AppliesHere(entry)) return;
  if (entry.rule.scope != Scope::kPerson) {
    if (machine_.Run(entry.rule.program)) Report(index, 0, sink);
    return;
  }
  const MessageLayout& person = Catalogue::Get().person();
  const Slot& members = rows_.frame[Own().members->slot];
  const Slot* row = rows_.lists[person.index].data() + members.number * person.row_slots;
  for (int64_t i = 0; i < members.count; ++i, row += person.row_slots) {
    machine_.StandOn(row);
    if (machine_.Run(entry.rule.program)) Report(index, row[Own().person_id->slot].number, sink);
  }
}

void Evaluator::Report(int index, int64_t person, HitSink sink) {
  const std::vector<Variant>& variants = rules_.entries()[index].rule.variants;
  for (size_t i = 0; i < variants.size(); ++i) {
    if (!IsIn(variants[i].population)) continue;
    sink({.entry = index,
          .variant = static_cast<int>(i),
          .household = facts_.household,
          .person = person,
          .region = facts_.region});
  }
}

int64_t Evaluator::members() const {
  return rows_.frame.empty() ? 0 : rows_.frame[Own().members->slot].count;
}

}  // namespace jz::identification::rules
