#include "tests/rpc/access/suite.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/uuid.h"
#include "common/status/status.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "services/assistance/app.h"
#include "services/evaluation/app.h"
#include "services/funds/app.h"
#include "services/identification/app.h"
#include "tests/support/mariadb.h"

namespace jz::testing {
namespace {

namespace pb = google::protobuf;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "access tests: %s\n", what.c_str());
  std::abort();
}

template <class T>
T OrDie(absl::StatusOr<T> result) {
  if (!result.ok()) Die(result.status().ToString());
  return *std::move(result);
}

pb::Struct RolesFile() {
  std::ifstream in(TestKeys().roles_file());  // of no roles of its own: the suite's
  std::ostringstream text;
  text << in.rdbuf();
  pb::Struct roles;
  if (!pb::util::JsonStringToMessage(text.str(), &roles).ok()) Die("roles.json cannot be read");
  return roles;
}

// roles.json and one role more.
std::string WithEverything(pb::Struct roles) {
  pb::Struct& everything = *(*roles.mutable_fields())["roles"]
                                .mutable_list_value()
                                ->add_values()
                                ->mutable_struct_value();
  (*everything.mutable_fields())["name"].set_string_value(kEverything);
  std::set<std::string> permissions;
  for (const MethodDescriptor* method : AllMethods()) permissions.insert(PermissionOf(*method));
  for (const std::string& permission : permissions) {
    (*everything.mutable_fields())["permissions"]
        .mutable_list_value()
        ->add_values()
        ->set_string_value(permission);
  }
  std::string text;
  if (!pb::util::MessageToJsonString(roles, &text).ok()) Die("roles cannot be written");
  return text;
}

const MethodDescriptor& MethodNamed(const std::string& name) {
  for (const MethodDescriptor* method : AllMethods()) {
    if (method->full_name() == "jingzhun." + name) return *method;
  }
  Die("no method " + name);
}

std::unique_ptr<Suite> shared;

}  // namespace

Suite& Suite::Shared() {
  if (shared == nullptr) shared = std::unique_ptr<Suite>(new Suite());
  return *shared;
}

void Suite::End() { shared.reset(); }

Suite::Suite() {
  const pb::Struct roles = RolesFile();
  for (const pb::Value& role : roles.fields().at("roles").list_value().values()) {
    const auto& fields = role.struct_value().fields();
    std::set<std::string>& holds = roles_[fields.at("name").string_value()];
    for (const pb::Value& permission : fields.at("permissions").list_value().values()) {
      holds.insert(permission.string_value());
    }
  }
  keys_ = std::make_unique<TestKeys>(WithEverything(roles));
  StartServices(*keys_);
  MakeRegister();
  MakeCases();
  MakeComparisons();
  MakeDuplicates();
  MakeQuality();
  MakeAssistance();
  MakeFunds();
  MakeEvaluation();
  MakeChanges();
}

Suite::~Suite() {
  for (const char* name : {"evaluation", "funds", "assistance", "identification"}) {
    apps_.at(name)->Drain(absl::Seconds(1));
  }
}

void Suite::StartServices(const TestKeys& keys) {
  std::ofstream(keys.folder() + "/service.token")
      << keys.Token({.subject = "service", .roles = {"service"}, .regions = {"000000000000"}});
  for (const ServiceSpec& spec :
       {identification::Spec(), assistance::Spec(), funds::Spec(), evaluation::Spec()}) {
    ServiceConfig config = TestConfig(spec.name, PrivateMariaDb::Shared().NewSchema(), keys);
    databases_[spec.name] = OrDie(sql::Database::Open(config.database));
    config.token_file = keys.folder() + "/service.token";
    for (const std::string& peer : spec.peers) {
      config.peers[peer] = absl::StrCat("127.0.0.1:", apps_.at(peer)->port());
    }
    auto foundation = OrDie(OpenFoundation(std::move(config)));
    if (absl::Status migrated = MigrateService(spec, *foundation->db); !migrated.ok()) {
      Die(migrated.ToString());
    }
    std::unique_ptr<App>& app = apps_[spec.name];
    app = OrDie(spec.start(std::move(foundation)));
    rpc::ChannelOptions options;
    options.target = absl::StrCat("127.0.0.1:", app->port());
    channels_[spec.name] = rpc::Channel::Create(options);
  }
}

std::string Suite::Token(const std::string& region, const std::string& subject) const {
  return keys_->Token({.subject = subject, .roles = {kEverything}, .regions = {region}});
}

std::string Suite::Expand(const std::string& text) const {
  static const std::regex placeholder(R"(\$\{(\w+)\})");
  std::string expanded;
  auto rest = text.begin();
  for (std::sregex_iterator it(text.begin(), text.end(), placeholder), end; it != end; ++it) {
    expanded.append(rest, (*it)[0].first);
    rest = (*it)[0].second;
    const std::string name = (*it)[1];
    auto kept = placeholders_.find(name);
    if (name == "request" || name == "uuid") {
      expanded += RandomUuid();
    } else if (kept != placeholders_.end()) {
      expanded += kept->second;
    } else {
      Die("nothing was made for ${" + name + "}");
    }
  }
  return expanded.append(rest, text.end());
}

Answer Suite::Call(const MethodDescriptor& method, const Message& request,
                   const std::string& token) const {
  rpc::CallOptions options;
  options.deadline = absl::Now() + absl::Seconds(20);
  if (!token.empty()) options.authorization = absl::StrCat("Bearer ", token);
  // "jingzhun.funds.v1" is served by "funds".
  const std::vector<std::string> package = absl::StrSplit(method.file()->package(), '.');
  return CallMethod(*channels_.at(package[1]), method, request, options);
}

std::vector<std::string> Suite::CountyDataIn(const std::string& text,
                                             const std::string& allowed) const {
  std::vector<std::string> found;
  auto look_for = [&](const std::string& part) {
    if (absl::StrContains(text, part) && !absl::StrContains(allowed, part)) found.push_back(part);
  };
  for (const std::string& name : names_) look_for(name);
  static const std::regex region(std::string(kCountyDigits) + R"(\d{6})");
  for (std::sregex_iterator it(text.begin(), text.end(), region), end; it != end; ++it) {
    look_for(it->str());
  }
  return found;
}

std::string Suite::Checksums() const {
  // Blocks of ids are handed out also to calls that fail; cursors move also past what a consumer
  // does not want; additions to statistics are summed up at leisure.
  static constexpr char kTables[] =
      "SELECT table_name, GROUP_CONCAT(CONCAT('IFNULL(HEX(`', column_name, '`), ''-'')')) "
      "FROM information_schema.columns WHERE table_schema = DATABASE() "
      "AND table_name NOT IN ('id_block', 'feed_cursor', 'statistic', 'statistic_delta') "
      "GROUP BY table_name ORDER BY table_name";
  std::string all;
  for (const auto& [service, database] : databases_) {
    auto checksums = database->Fetch(
        absl::Now() + absl::Seconds(30),
        [](sql::Transaction& tx) -> absl::StatusOr<std::vector<std::string>> {
          JZ_ASSIGN_OR_RETURN(auto tables, tx.Select(kTables, {}, [](const sql::Row& row) {
            return std::pair(row.Text(0), row.Text(1));
          }));
          // Not CHECKSUM TABLE, which may tell rows apart that are equal once a change of them has
          // been rolled back.
          std::vector<std::string> sums;
          for (const auto& [table, columns] : tables) {
            sums.push_back(absl::StrCat("SELECT '", table,
                                        "', COUNT(*), BIT_XOR(CRC32(CONCAT_WS(',', ", columns,
                                        "))) FROM ", table));
          }
          return tx.Select(absl::StrJoin(sums, " UNION ALL "), {}, [](const sql::Row& row) {
            return absl::StrCat(row.Text(0), " ", row.Int(1), " ", row.Int(2), "\n");
          });
        });
    for (const std::string& line : OrDie(std::move(checksums))) all += line;
  }
  return all;
}

int64_t Suite::CountOf(const std::string& service, const std::string& table_and_where) const {
  return OrDie(databases_.at(service)->Fetch(absl::Now() + absl::Seconds(30),
                                             [&](sql::Transaction& tx) {
                                               return tx.SelectOne(
                                                   "SELECT COUNT(*) FROM " + table_and_where, {},
                                                   [](const sql::Row& row) { return row.Int(0); });
                                             }))
      .value_or(0);
}

std::string Suite::CursorOf(const std::string& consumer, const std::string& source) const {
  return OrDie(databases_.at(consumer)->Fetch(
                   absl::Now() + absl::Seconds(30),
                   [&](sql::Transaction& tx) {
                     return tx.SelectOne("SELECT after_cursor FROM feed_cursor WHERE source = ?",
                                         {source}, [](const sql::Row& row) { return row.Text(0); });
                   }))
      .value_or("");
}

bool Suite::NothingBehind(const std::string& method, const std::string& types,
                          const std::string& cursor) const {
  const MethodDescriptor& stream = MethodNamed(method);
  const std::string text = absl::StrCat("until_current: true after: '", cursor, "' ",
                                        types.empty() ? "" : absl::StrCat("types: '", types, "'"));
  const Answer answer = Call(stream, *ParseRequest(stream, text), Token(kProvince));
  if (!answer.status.ok()) Die(answer.status.ToString());
  return std::all_of(answer.responses.begin(), answer.responses.end(), [](const auto& response) {
    const FieldDescriptor* changes = response->GetDescriptor()->FindFieldByName("changes");
    return response->GetReflection()->FieldSize(*response, changes) == 0;
  });
}

bool Suite::AtRest() const {
  struct Consumed {
    const char* consumer;
    const char* source;
    const char* method;
    const char* type;  // empty: all
  };
  static constexpr char kRegister[] = "identification.v1.RegisterService.StreamChanges";
  static constexpr char kHousehold[] = "jingzhun.identification.v1.HouseholdChanged";
  static constexpr Consumed kConsumed[] = {
      {"assistance", "identification", kRegister, kHousehold},
      {"funds", "identification", kRegister, kHousehold},
      {"evaluation", "identification", kRegister, kHousehold},
      {"evaluation", "assistance", "assistance.v1.AssistanceService.StreamChanges", ""},
      {"evaluation", "funds", "funds.v1.FundsService.StreamChanges",
       "jingzhun.funds.v1.PaymentConfirmed"},
  };
  // Queued or running, see job.proto.
  if (CountOf("identification", "job WHERE state IN (2, 3)") > 0) return false;
  return std::all_of(std::begin(kConsumed), std::end(kConsumed), [&](const Consumed& feed) {
    return NothingBehind(feed.method, feed.type, CursorOf(feed.consumer, feed.source));
  });
}

std::string Suite::Fingerprint() const {
  const absl::Time until = absl::Now() + absl::Minutes(1);
  while (!AtRest()) {
    if (absl::Now() > until) Die("the services do not come to rest");
    std::this_thread::yield();
  }
  return Checksums();
}

std::unique_ptr<Message> Suite::Must(const std::string& method, const std::string& text,
                                     const std::string& subject, const std::string& region) {
  const MethodDescriptor& descriptor = MethodNamed(method);
  Answer answer = Call(descriptor, *ParseRequest(descriptor, Expand(text)), Token(region, subject));
  if (!answer.status.ok()) Die(method + " " + Expand(text) + ": " + answer.status.ToString());
  static const std::regex name(R"([a-zA-Z]+/[0-9a-z]{13})");
  const std::string shown = answer.Text();
  for (std::sregex_iterator it(shown.begin(), shown.end(), name), end; it != end; ++it) {
    names_.insert(it->str());
  }
  return std::move(answer.responses.front());
}

void Suite::Await(const std::string& method, const std::string& text, const std::string& part,
                  const std::string& region) {
  const absl::Time until = absl::Now() + absl::Minutes(1);
  std::string seen;
  do {
    seen = Must(method, text, "officer", region)->DebugString();
    if (absl::StrContains(seen, part)) return;
    std::this_thread::yield();
  } while (absl::Now() < until);
  Die(absl::StrCat(method, " never said ", part, ", last: ", seen));
}

void Suite::Keep(const std::string& placeholder, const Message& message, const std::string& path) {
  const Message* at = &message;
  const std::vector<std::string> steps = absl::StrSplit(path, '.');
  for (const std::string& step : steps) {
    const FieldDescriptor* field = at->GetDescriptor()->FindFieldByName(step);
    const pb::Reflection& reflection = *at->GetReflection();
    if (field == nullptr || (field->is_repeated() && reflection.FieldSize(*at, field) == 0)) {
      Die("no " + path + " in " + message.ShortDebugString());
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      at = field->is_repeated() ? &reflection.GetRepeatedMessage(*at, field, 0)
                                : &reflection.GetMessage(*at, field);
    } else {
      placeholders_[placeholder] = field->is_repeated()
                                       ? reflection.GetRepeatedString(*at, field, 0)
                                       : reflection.GetString(*at, field);
    }
  }
}

}  // namespace jz::testing
