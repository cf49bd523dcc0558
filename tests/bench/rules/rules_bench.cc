// All delivered rules over a register against SELECT COUNT(*) statements that say the same over
// wide tables, on the same server. The statements are made from the rules (rules_sql.h): a sample
// of them, evenly through the list, is run, must count what the rules count, and is scaled to as
// many as there are rules. Both sides run on one connection; the server has everything in memory.
// Options: --persons=100000 --statements=40 --rounds=3 --buffer_mb=2048 (of the server).
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/rules/checker.h"
#include "services/identification/rules/rule_file.h"
#include "services/identification/rules/rule_set.h"
#include "services/identification/rules/syntax.h"
#include "services/identification/store/facts_store.h"
#include "tests/bench/rules/rules_sql.h"
#include "tests/support/mariadb.h"

namespace jz::identification {

namespace rules {
absl::string_view NationalRulesJson();  // made from national_2023.json
}

namespace bench {
namespace {

namespace v1 = ::jingzhun::identification::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kPage = 2000;
constexpr size_t kInsertBytes = 512 << 10;
constexpr int kVillages = 300;
const Date kToday(2023, 12, 31);
constexpr int64_t kTodayNumber = 20231231;

// As migration 0020 makes it.
constexpr char kFactsTable[] =
    "CREATE TABLE household_facts (household_id BIGINT NOT NULL, region_code BIGINT NOT NULL, "
    "version BIGINT NOT NULL, facts MEDIUMBLOB NOT NULL, CONSTRAINT pk_household_facts PRIMARY KEY "
    "(household_id), KEY ix_household_facts_region (region_code, household_id)) ENGINE=InnoDB "
    "DEFAULT CHARSET=utf8mb4";

struct Options {
  int64_t persons = 100'000;
  int64_t statements = 40;
  int64_t rounds = 3;
  int64_t buffer_mb = 2048;
};

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

absl::Time Long() { return absl::Now() + absl::Hours(1); }

bool IsRow(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}
bool IsDerivedNumber(const FieldDescriptor& field) {
  return field.name() == "person_id" || field.name() == "household_id" ||
         field.name() == "region_code";
}

// Households that are neither sensible nor absurd: every field with values that rules ask for.
class Generator {
 public:
  v1::HouseholdFacts Next() {
    v1::HouseholdFacts facts;
    facts.set_household_id(++household_);
    facts.set_region_code(230221101200 + household_ % kVillages);
    facts.set_state(3);
    Fill(*facts.mutable_household());
    facts.mutable_household()->set_household_type(random_() % 10 < 8 ? exited_ : exited_ + 1);
    if (random_() % 8 == 0) {
      Fill(*facts.mutable_monitoring());
      facts.mutable_monitoring()->set_monitored_category(1 + static_cast<int>(random_() % 3));
    }
    const int members = 1 + static_cast<int>((random_() % 4 + random_() % 4));
    for (int i = 0; i < members; ++i) FillPerson(*facts.add_members());
    return facts;
  }
  int exited() const { return exited_; }

 private:
  void FillPerson(v1::PersonItems& person) {
    Fill(person);
    person.set_person_id(++person_);
    for (uint32_t i = random_() % 10 < 3 ? 1 + random_() % 2 : 0; i > 0; --i) {
      Fill(*person.add_works());
    }
    if (random_() % 10 == 0) Fill(*person.add_plans());
  }

  void Fill(Message& message) {
    const Descriptor& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      if (IsRow(field) || random_() % 8 == 0) continue;
      FillField(message, field);
    }
  }

  void FillField(Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    const v1::Column& column = field.options().GetExtension(v1::column);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      reflection.SetString(&message, &field, random_() % 2 == 0 ? "甲县" : "土木结构");
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      reflection.SetEnumValue(&message, &field, random_() % 4 == 0 ? 2 : 1);
    } else if (!column.code_list().empty()) {
      FillCodes(message, field, codes_.List(column.code_list()));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      reflection.SetInt64(&message, &field, static_cast<int64_t>(random_() % 3'000'000));
    } else {
      reflection.SetInt32(&message, &field, Number(field, column.kind()));
    }
  }

  void FillCodes(Message& message, const FieldDescriptor& field, absl::Span<const CodeEntry> list) {
    const auto& reflection = *message.GetReflection();
    // Code 0 says that there is none, and is not kept.
    if (!list.empty() && list.front().code == 0) list.remove_prefix(1);
    if (list.empty()) return;
    auto any = [&] { return list[random_() % std::min<size_t>(list.size(), 12)].code; };
    if (!field.is_repeated()) return reflection.SetInt32(&message, &field, any());
    const int first = any();
    reflection.AddInt32(&message, &field, first);
    const int second = any();
    if (random_() % 4 == 0 && second != first) reflection.AddInt32(&message, &field, second);
  }

  int Number(const FieldDescriptor& field, v1::ColumnKind kind) {
    const int month = 1 + static_cast<int>(random_() % 12);
    if (kind == v1::COLUMN_KIND_MONTH)
      return (2019 + static_cast<int>(random_() % 5)) * 100 + month;
    if (kind == v1::COLUMN_KIND_DAY) {
      return (1935 + static_cast<int>(random_() % 86)) * 10000 + month * 100 + 1 +
             static_cast<int>(random_() % 28);
    }
    if (field.name() == "id_length") return random_() % 20 == 0 ? 20 : 18;
    if (field.name() == "id_copies") return random_() % 50 == 0 ? 2 : 1;
    if (field.name() == "phone_digits") return random_() % 20 == 0 ? 8 : 11;
    return static_cast<int>(random_() % 14);
  }

  const CodeBook codes_ = DefaultCodeBook();
  const int exited_ = *codes_.Find("household_type", "exited");
  std::mt19937 random_{1};
  int64_t household_ = 0;
  int64_t person_ = 0;
};

// Columns of a message's own fields.
std::string ColumnsOf(const Descriptor& descriptor, const std::string& prefix) {
  std::string columns;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (IsRow(field) || IsDerivedNumber(field)) continue;
    const char* type = " INT";
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) type = " BIGINT";
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) type = " TINYINT";
    if (field.is_repeated()) type = " VARCHAR(60)";
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      type = " VARCHAR(40) COLLATE utf8mb4_bin";
    }
    absl::StrAppend(&columns, ", ", prefix, field.name(), type);
  }
  return columns;
}

// The values of those columns, each behind a comma.
void AppendValues(const Message& message, std::string& row) {
  const auto& reflection = *message.GetReflection();
  const Descriptor& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (IsRow(field) || IsDerivedNumber(field)) continue;
    row += ",";
    if (field.is_repeated()) {
      std::vector<int> codes;
      for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
        codes.push_back(reflection.GetRepeatedInt32(message, &field, k));
      }
      absl::StrAppend(&row,
                      codes.empty() ? "NULL" : absl::StrCat("'", absl::StrJoin(codes, ","), "'"));
    } else if (!reflection.HasField(message, &field)) {
      row += "NULL";
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      absl::StrAppend(&row, "'", reflection.GetString(message, &field), "'");
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      row += reflection.GetEnumValue(message, &field) == 1 ? "1" : "0";
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      absl::StrAppend(&row, reflection.GetInt64(message, &field));
    } else {
      absl::StrAppend(&row, reflection.GetInt32(message, &field));
    }
  }
}

std::string OrNull(int code) { return code == 0 ? "NULL" : absl::StrCat(code); }

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options), server_(ServerOptions(options)) {
    db_ = server_.NewDatabase({{.name = "0001_facts", .sql = kFactsTable}});
    const std::string person = absl::StrCat(
        " (person_id BIGINT NOT NULL PRIMARY KEY, household_id BIGINT NOT NULL, household_type "
        "INT, "
        "monitored_category INT",
        ColumnsOf(*v1::PersonItems::descriptor(), "p_"), ", KEY (household_id)) ENGINE=InnoDB");
    auto episode = [](const Descriptor& descriptor, const char* prefix) {
      return absl::StrCat(" (person_id BIGINT NOT NULL, seq INT NOT NULL",
                          ColumnsOf(descriptor, prefix),
                          ", PRIMARY KEY (person_id, seq)) ENGINE=InnoDB");
    };
    for (const std::string& ddl :
         {"wide_person" + person, "wide_former" + person,
          "wide_work" + episode(*v1::WorkItems::descriptor(), "w_"),
          "wide_plan" + episode(*v1::PlanItems::descriptor(), "l_"),
          absl::StrCat("wide_household (household_id BIGINT NOT NULL PRIMARY KEY",
                       ColumnsOf(*v1::HouseholdItems::descriptor(), "hh_"),
                       ColumnsOf(*v1::MonitoringItems::descriptor(), "mo_"), ") ENGINE=InnoDB")}) {
      Require(db_->ExecuteDdl("CREATE TABLE " + ddl));
    }
  }

  void Load() {
    int64_t persons = 0;
    std::vector<FactsRow> facts_rows;
    while (persons < options_.persons) {
      const v1::HouseholdFacts facts = generator_.Next();
      persons += facts.members_size();
      facts_rows.push_back({.household = HouseholdId(facts.household_id()),
                            .region = RegionCode::FromNumber(facts.region_code()),
                            .version = 1,
                            .facts = facts.SerializeAsString()});
      AddWide(facts);
      if (facts_rows.size() == 1000 || persons >= options_.persons) {
        Require(
            db_->Run(Long(), [&](sql::Transaction& tx) { return UpsertFacts(tx, facts_rows); }));
        facts_rows.clear();
      }
    }
    persons_ = persons;
    for (auto& [table, rows] : pending_) Flush(table, rows);
    for (const auto& rows : pending_) {
      const std::string& table = rows.first;
      Require(db_->Run(Long(), [&](sql::Transaction& tx) {
        return tx.Query("ANALYZE TABLE " + table, {}, [](const sql::Row&) {});
      }));
      Count("SELECT COUNT(*) FROM " + table);  // into memory
    }
  }

  // Seconds of all rules; the counts by code.
  double RunRules(const rules::RuleSet& set, std::map<std::string, int64_t>& counts) {
    counts.clear();
    std::vector<std::vector<int64_t>> hits(set.entries().size(), std::vector<int64_t>(2));
    const absl::Time begin = absl::Now();
    rules::Evaluator evaluator(set);
    FactsPage page;
    page.region = RegionCode::FromNumber(230000000000);
    page.limit = kPage;
    size_t read = kPage;
    while (read == kPage) {
      auto rows = db_->Fetch(Long(), [&](sql::Transaction& tx) { return ListFacts(tx, page); });
      Require(rows.status());
      for (const FactsRow& row : *rows) {
        Require(evaluator.RunHousehold(
            row.facts, kToday, [&](const rules::Hit& hit) { ++hits[hit.entry][hit.variant]; }));
      }
      read = rows->size();
      if (read == 0) break;
      page.after_region = rows->back().region;
      page.after_household = rows->back().household;
    }
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    for (size_t i = 0; i < hits.size(); ++i) {
      const auto& variants = set.entries()[i].rule.variants;
      for (size_t k = 0; k < variants.size(); ++k) counts[variants[k].code] = hits[i][k];
    }
    return seconds;
  }

  int64_t Count(const std::string& statement) {
    auto count = db_->Fetch(Long(), [&](sql::Transaction& tx) {
      return tx.SelectOne(statement, {}, [](const sql::Row& row) { return row.Int(0); });
    });
    Require(count.status());
    return count->value_or(-1);
  }

  int exited_code() const { return generator_.exited(); }
  int64_t persons() const { return persons_; }

 private:
  static testing::PrivateMariaDb::Options ServerOptions(const Options& options) {
    testing::PrivateMariaDb::Options server;
    server.extra_arguments = {absl::StrCat("--innodb-buffer-pool-size=", options.buffer_mb, "M")};
    return server;
  }

  void Add(const std::string& table, std::string row) {
    std::string& rows = pending_[table];
    absl::StrAppend(&rows, rows.empty() ? "(" : ",(", row, ")");
    if (rows.size() > kInsertBytes) Flush(table, rows);
  }
  void Flush(const std::string& table, std::string& rows) {
    if (rows.empty()) return;
    Require(db_->Run(Long(), [&](sql::Transaction& tx) {
      return tx.Execute(absl::StrCat("INSERT INTO ", table, " VALUES ", rows)).status();
    }));
    rows.clear();
  }

  void AddWide(const v1::HouseholdFacts& facts) {
    std::string household = absl::StrCat(facts.household_id());
    AppendValues(facts.household(), household);
    AppendValues(facts.monitoring(), household);
    Add("wide_household", std::move(household));
    for (const v1::PersonItems& person : facts.members()) {
      std::string row = absl::StrCat(person.person_id(), ",", facts.household_id(), ",",
                                     OrNull(facts.household().household_type()), ",",
                                     OrNull(facts.monitoring().monitored_category()));
      AppendValues(person, row);
      Add("wide_person", std::move(row));
      AddEpisodes("wide_work", person.person_id(), person.works());
      AddEpisodes("wide_plan", person.person_id(), person.plans());
    }
  }
  template <class Episodes>
  void AddEpisodes(const char* table, int64_t person, const Episodes& episodes) {
    for (int i = 0; i < episodes.size(); ++i) {
      std::string row = absl::StrCat(person, ",", i);
      AppendValues(episodes[i], row);
      Add(table, std::move(row));
    }
  }

  const Options options_;
  testing::PrivateMariaDb server_;
  std::unique_ptr<sql::Database> db_;
  Generator generator_;
  std::map<std::string, std::string> pending_;  // rows by table
  int64_t persons_ = 0;
};

struct Statement {
  std::string code;
  std::string sql;
};

// Every rule in SQL that has a form in it, by code, and how many rules there are.
std::vector<Statement> Statements(absl::Span<const rules::RuleText> texts, const CodeBook& codes,
                                  int exited_code, int& rule_count) {
  std::vector<Statement> statements;
  for (const rules::RuleText& text : texts) {
    if (text.scope == rules::Scope::kVillage) continue;
    auto tree = rules::Parse(text.expression);
    Require(tree.status());
    auto condition = rules::Check(**tree, text, codes);
    Require(condition.status());
    for (const rules::Variant& variant : text.variants) {
      ++rule_count;
      auto sql =
          CountStatement(**condition, text.scope, variant.population, exited_code, kTodayNumber);
      if (sql) statements.push_back({variant.code, *sql});
    }
  }
  return statements;
}

void Main(const Options& options) {
  auto texts = rules::ParseRules(rules::NationalRulesJson());
  Require(texts.status());
  const CodeBook codes = DefaultCodeBook();
  rules::RuleSet set;
  for (const rules::RuleText& text : *texts) {
    auto rule = rules::Compile(text, codes);
    Require(rule.status());
    if (rule->scope != rules::Scope::kVillage) {
      set.Add(*std::move(rule), {.region = RegionCode(), .except = {}});
    }
  }
  Bench bench(options);
  const absl::Time begin = absl::Now();
  bench.Load();
  std::fprintf(stderr, "loaded %ld persons in %.1f s\n", bench.persons(),
               absl::ToDoubleSeconds(absl::Now() - begin));
  int rule_count = 0;
  const std::vector<Statement> all = Statements(*texts, codes, bench.exited_code(), rule_count);
  const auto sample = std::min<size_t>(options.statements, all.size());

  std::map<std::string, int64_t> counts;
  std::vector<double> ours;
  for (int64_t round = 0; round < options.rounds; ++round) {
    ours.push_back(bench.RunRules(set, counts));
    std::fprintf(stderr, "rules: %.2f s\n", ours.back());
  }
  std::sort(ours.begin(), ours.end());
  double sql_seconds = 0;
  int different = 0;
  for (size_t i = 0; i < sample; ++i) {
    const Statement& statement = all[i * all.size() / sample];
    const absl::Time start = absl::Now();
    const int64_t count = bench.Count(statement.sql);
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    sql_seconds += seconds;
    if (count == counts[statement.code]) continue;
    ++different;
    std::fprintf(stderr, "%s: rules count %ld, SQL %ld: %s\n", statement.code.c_str(),
                 counts[statement.code], count, statement.sql.c_str());
  }
  const double scaled = sql_seconds / static_cast<double>(sample) * rule_count;
  const double median = ours[ours.size() / 2];
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double peak = static_cast<double>(usage.ru_maxrss) / 1024;
  std::fprintf(stderr,
               "%d rules, %zu have a statement, %zu were run in %.1f s, %d counts differ; %.2f "
               "million rule checks of records a second\n",
               rule_count, all.size(), sample, sql_seconds, different,
               static_cast<double>(bench.persons()) * rule_count / median / 1e6);
  const double ratio = scaled / median;
  constexpr double kGoal = 10;
  std::printf(
      "{\"name\":\"register.rules\",\"value\":%.2f,\"unit\":\"s\",\"baseline\":\"as many SELECT "
      "COUNT(*), scaled from "
      "%zu\",\"baseline_value\":%.2f,\"ratio\":%.3f,\"goal\":%.2f,\"ok\":%s}\n",
      median, sample, scaled, ratio, kGoal, ratio >= kGoal && different == 0 ? "true" : "false");
  constexpr double kMemoryLimitMb = 1536;
  std::printf(
      "{\"name\":\"register.rules_memory\",\"value\":%.2f,\"unit\":\"MiB\",\"baseline\":"
      "\"limit\",\"baseline_value\":%.2f,\"ratio\":%.3f,\"goal\":1.00,\"ok\":%s}\n",
      peak, kMemoryLimitMb, kMemoryLimitMb / peak, peak <= kMemoryLimitMb ? "true" : "false");
}

Options Parse(int argc, char** argv) {
  Options options;
  const std::pair<const char*, int64_t*> known[] = {{"--persons=", &options.persons},
                                                    {"--statements=", &options.statements},
                                                    {"--rounds=", &options.rounds},
                                                    {"--buffer_mb=", &options.buffer_mb}};
  for (int i = 1; i < argc; ++i) {
    bool right = false;
    for (const auto& [name, value] : known) {
      absl::string_view argument = argv[i];
      if (absl::ConsumePrefix(&argument, name)) {
        right = absl::SimpleAtoi(argument, value) && *value > 0;
      }
    }
    if (!right) Require(InvalidArgument("OPTION", {}, absl::StrCat("unknown: ", argv[i])));
  }
  return options;
}

}  // namespace
}  // namespace bench
}  // namespace jz::identification

int main(int argc, char** argv) {
  jz::identification::bench::Main(jz::identification::bench::Parse(argc, argv));
}
