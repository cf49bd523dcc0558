#include "tests/bench/rules/rules_sql.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace jz::identification::bench {
namespace {

using rules::Base;
using rules::Compare;
using rules::Expr;
using rules::FieldUse;
using rules::Kind;
using rules::Unit;
using Op = rules::Expr::Op;

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "''"}}), "'");
}

class Translator {
 public:
  Translator(rules::Scope scope, int64_t today) : scope_(scope), today_(today) {}

  std::string Condition(const Expr& expr);
  bool joins_household() const { return joins_household_; }
  bool unknown() const { return unknown_; }

 private:
  std::string Value(const Expr& expr);
  std::string Child(const Expr& expr, size_t i) { return Value(*expr.children[i]); }
  std::string Unknown() {
    unknown_ = true;
    return "NULL";
  }
  static std::string Alias(Base base) {
    return base == Base::kPerson ? "p" : base == Base::kOuterLoop ? "l1" : "l2";
  }
  std::string Household() const {
    return scope_ == rules::Scope::kPerson ? "p.household_id" : "h.household_id";
  }
  std::string Field(const FieldUse& use);
  std::string Latest(const FieldUse& use, const std::string& column) const;
  // "FROM … WHERE …" of a list, with the conditions of filters.
  std::string Rows(const Expr& list, Base loop);
  std::string Join(const Expr& expr, const char* with);
  std::string Size(const Expr& list);
  std::string Months(const Expr& expr);
  std::string Month(const Expr& expr);

  const rules::Scope scope_;
  const int64_t today_;
  bool joins_household_ = false;
  bool unknown_ = false;
};

std::string Translator::Latest(const FieldUse& use, const std::string& column) const {
  return absl::StrCat("(SELECT w.", column,
                      " FROM wide_work w WHERE w.person_id = ", Alias(use.base),
                      ".person_id ORDER BY COALESCE(w.w_work_start, 0) DESC, w.seq DESC LIMIT 1)");
}

std::string Translator::Field(const FieldUse& use) {
  const std::string& name = use.field->name;
  if (use.latest) return Latest(use, "w_" + name);
  if (use.base != Base::kFrame) {
    return absl::StrCat(Alias(use.base), ".", ColumnPrefix(use.message->name), name);
  }
  if (use.prefix == "income.") return Unknown();
  if (scope_ == rules::Scope::kPerson &&
      (name == "household_type" || name == "monitored_category")) {
    return "p." + name;
  }
  joins_household_ = true;
  return absl::StrCat("h.", use.prefix == "household." ? "hh_" : "mo_", name);
}

std::string Translator::Rows(const Expr& list, Base loop) {
  const bool filtered = list.op == Op::kFilter;
  const Expr& source = filtered ? *list.children[0] : list;
  if (source.type.kind != Kind::kRecords) return Unknown();
  const std::string& name = source.use.field->name;
  const std::string alias = Alias(loop);
  std::string rows;
  if (source.use.base == Base::kFrame) {
    rows = absl::StrCat("FROM ", name == "members" ? "wide_person " : "wide_former ", alias,
                        " WHERE ", alias, ".household_id = ", Household());
  } else {
    rows = absl::StrCat("FROM ", name == "works" ? "wide_work " : "wide_plan ", alias, " WHERE ",
                        alias, ".person_id = ", Alias(source.use.base), ".person_id");
  }
  for (size_t i = 1; filtered && i < list.children.size(); ++i) {
    absl::StrAppend(&rows, " AND ", Condition(*list.children[i]));
  }
  return rows;
}

std::string Translator::Join(const Expr& expr, const char* with) {
  std::vector<std::string> parts;
  for (const auto& child : expr.children) parts.push_back(Condition(*child));
  return absl::StrCat("(", absl::StrJoin(parts, with), ")");
}

std::string Translator::Size(const Expr& list) {
  if (list.op == Op::kFilter)
    return absl::StrCat("(SELECT COUNT(*) ", Rows(list, list.use.base), ")");
  if (list.type.kind == Kind::kRecords) {
    return absl::StrCat("(SELECT COUNT(*) ", Rows(list, Base::kInnerLoop), ")");
  }
  const std::string column = Value(list);
  return absl::StrCat("COALESCE(LENGTH(", column, ") - LENGTH(REPLACE(", column,
                      ", ',', '')) + 1, 0)");
}

// Months since year 0 of a month or a day.
std::string Translator::Month(const Expr& expr) {
  const std::string value = Value(expr);
  if (expr.type.unit == Unit::kDay) {
    return absl::StrCat("(", value, " DIV 10000 * 12 + ", value, " DIV 100 MOD 100)");
  }
  return absl::StrCat("(", value, " DIV 100 * 12 + ", value, " MOD 100)");
}

std::string Translator::Months(const Expr& expr) {
  const Expr& from = *expr.children[0];
  const Expr& to = *expr.children[1];
  if (from.type.unit == Unit::kDay && to.type.unit == Unit::kDay) return Unknown();
  return absl::StrCat("(", Month(to), " - ", Month(from), ")");
}

std::string Translator::Value(const Expr& expr) {
  switch (expr.op) {
    case Op::kNumber:
      return absl::StrCat(expr.number);
    case Op::kText:
      return Quoted(expr.text);
    case Op::kToday:
      return absl::StrCat(today_);
    case Op::kField:
      return Field(expr.use);
    case Op::kNegate:
      return absl::StrCat("(-", Child(expr, 0), ")");
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kRemainder: {
      const char* sign = expr.op == Op::kAdd        ? " + "
                         : expr.op == Op::kSubtract ? " - "
                         : expr.op == Op::kMultiply ? " * "
                         : expr.op == Op::kDivide   ? " DIV "
                                                    : " MOD ";
      return absl::StrCat("(", Child(expr, 0), sign, Child(expr, 1), ")");
    }
    case Op::kChoose:
      return absl::StrCat("CASE WHEN ", Condition(*expr.children[0]), " THEN ", Child(expr, 1),
                          " ELSE ", Child(expr, 2), " END");
    case Op::kAge: {
      const std::string birth = Child(expr, 0);
      const std::string day = Child(expr, 1);
      return absl::StrCat("(", day, " DIV 10000 - ", birth, " DIV 10000 - (", day, " MOD 10000 < ",
                          birth, " MOD 10000))");
    }
    case Op::kMonths:
      return Months(expr);
    case Op::kYear:
    case Op::kMonth: {
      const Unit unit = expr.children[0]->type.unit;
      if (unit == Unit::kNone) return Unknown();
      if (expr.op == Op::kMonth) {
        return unit == Unit::kDay ? absl::StrCat("(", Child(expr, 0), " DIV 100)") : Child(expr, 0);
      }
      return absl::StrCat("(", Child(expr, 0), unit == Unit::kDay ? " DIV 10000)" : " DIV 100)");
    }
    case Op::kDate:
      return absl::StrCat("(", Child(expr, 0), " * 10000 + ", Child(expr, 1), " * 100 + ",
                          Child(expr, 2), ")");
    case Op::kTextSize:
      return absl::StrCat("CHAR_LENGTH(", Child(expr, 0), ")");
    case Op::kSize:
      return Size(*expr.children[0]);
    case Op::kElement:
    case Op::kFilter:
    case Op::kRecord:
    case Op::kLiterals:
      return Unknown();
    default:
      return absl::StrCat("COALESCE(", Condition(expr), ", FALSE)");
  }
}

std::string Translator::Condition(const Expr& expr) {
  switch (expr.op) {
    case Op::kHas: {
      const Expr& child = *expr.children[0];
      if (child.op == Op::kRecord) {
        return absl::StrCat(Latest(child.use, "person_id"), " IS NOT NULL");
      }
      if (child.type.kind == Kind::kRecords) {
        return absl::StrCat("EXISTS (SELECT 1 ", Rows(child, Base::kInnerLoop), ")");
      }
      return absl::StrCat(Value(child), " IS NOT NULL");
    }
    case Op::kNot: {
      const Expr& child = *expr.children[0];
      if (child.op == Op::kHas && child.children[0]->op == Op::kField &&
          child.children[0]->type.kind != Kind::kRecords) {
        return absl::StrCat(Value(*child.children[0]), " IS NULL");
      }
      return absl::StrCat("NOT COALESCE(", Condition(child), ", FALSE)");
    }
    case Op::kAnd:
      return Join(expr, " AND ");
    case Op::kOr:
      return Join(expr, " OR ");
    case Op::kCompare: {
      static constexpr const char* kSigns[] = {" = ", " <> ", " < ", " <= ", " > ", " >= "};
      return absl::StrCat(Child(expr, 0), kSigns[static_cast<int>(expr.compare)], Child(expr, 1));
    }
    case Op::kIn: {
      const Expr& list = *expr.children[1];
      std::vector<std::string> values;
      for (int64_t number : list.numbers) values.push_back(absl::StrCat(number));
      for (const std::string& text : list.texts) values.push_back(Quoted(text));
      return absl::StrCat(Child(expr, 0), " IN (", absl::StrJoin(values, ", "), ")");
    }
    case Op::kInSet:
      return absl::StrCat("FIND_IN_SET(", Child(expr, 0), ", ", Child(expr, 1), ") > 0");
    case Op::kStartsWith:
      return absl::StrCat("LOCATE(", Child(expr, 1), ", ", Child(expr, 0), ") = 1");
    case Op::kContains:
      return absl::StrCat("LOCATE(", Child(expr, 1), ", ", Child(expr, 0), ") > 0");
    case Op::kEndsWith:
      return absl::StrCat("RIGHT(", Child(expr, 0), ", CHAR_LENGTH(", Child(expr, 1),
                          ")) = ", Child(expr, 1));
    case Op::kExists:
      return absl::StrCat("EXISTS (SELECT 1 ", Rows(*expr.children[0], expr.use.base), " AND ",
                          Condition(*expr.children[1]), ")");
    case Op::kAll:
      return absl::StrCat("NOT EXISTS (SELECT 1 ", Rows(*expr.children[0], expr.use.base),
                          " AND NOT COALESCE(", Condition(*expr.children[1]), ", FALSE))");
    case Op::kNumber:
      return expr.number != 0 ? "TRUE" : "FALSE";
    default:
      return Value(expr);
  }
}

std::string PopulationCondition(rules::Population population, bool person, int exited_code) {
  const std::string type = person ? "p.household_type" : "h.hh_household_type";
  const std::string category = person ? "p.monitored_category" : "h.mo_monitored_category";
  const std::string exited = absl::StrCat(type, " = ", exited_code);
  const std::string monitored = category + " IS NOT NULL";
  switch (population) {
    case rules::Population::kExited:
      return exited;
    case rules::Population::kMonitored:
      return monitored;
    case rules::Population::kExitedOrMonitored:
      return absl::StrCat("(", exited, " OR ", monitored, ")");
    default:
      return "TRUE";
  }
}

}  // namespace

std::string ColumnPrefix(const std::string& message) {
  return message == "PersonItems" ? "p_" : message == "WorkItems" ? "w_" : "l_";
}

std::optional<std::string> CountStatement(const Expr& condition, rules::Scope scope,
                                          rules::Population population, int exited_code,
                                          int64_t today) {
  if (scope == rules::Scope::kVillage) return std::nullopt;
  const bool person = scope == rules::Scope::kPerson;
  Translator translator(scope, today);
  const std::string where = translator.Condition(condition);
  if (translator.unknown()) return std::nullopt;
  std::string from = person ? "wide_person p" : "wide_household h";
  if (person && translator.joins_household()) {
    from += " JOIN wide_household h ON h.household_id = p.household_id";
  }
  return absl::StrCat("SELECT COUNT(*) FROM ", from, " WHERE ",
                      PopulationCondition(population, person, exited_code), " AND ", where);
}

}  // namespace jz::identification::bench
