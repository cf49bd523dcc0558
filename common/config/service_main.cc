#include "common/config/service_main.h"

#include <cstdio>
#include <fstream>
#include <mutex>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/config/housekeeping.h"
#include "common/status/status.h"

namespace jz {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return FailedPrecondition("FILE_UNREADABLE", {{"path", path}}, "cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

absl::StatusOr<std::string> ReadPageKey(const std::string& path) {
  JZ_ASSIGN_OR_RETURN(std::string key, ReadFile(path));
  if (key.size() >= PageTokens::kLeastKeyBytes) return key;
  return FailedPrecondition(
      "PAGE_KEY_SHORT", {{"path", path}},
      absl::StrCat("the page key in ", path, " has ", key.size(), " bytes; at least ",
                   PageTokens::kLeastKeyBytes, " are needed"));
}

// A token that is read again each minute, so that it can be renewed while the service runs.
class TokenFile {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}

  std::string Authorization() {
    std::lock_guard lock(mutex_);
    absl::Time now = absl::Now();
    if (now - read_at_ > absl::Minutes(1)) {
      if (auto text = ReadFile(path_); text.ok()) {
        value_ = absl::StrCat("Bearer ", absl::StripAsciiWhitespace(*text));
        read_at_ = now;
      }
    }
    return value_;
  }

 private:
  const std::string path_;
  std::mutex mutex_;
  std::string value_;
  absl::Time read_at_ = absl::InfinitePast();
};

void Declare(config::Options& options, const ServiceSpec& spec, ServiceConfig& config) {
  options.Text("listen", &config.server.listen, "127.0.0.1:0", "address to serve gRPC on");
  options.Text("metrics-listen", &config.metrics_listen, "", "address to serve metrics on");
  options.Text("db-host", &config.database.host, "127.0.0.1", "database host");
  options.Number("db-port", &config.database.port, 3306, 1, 65535, "database port");
  options.Text("db-socket", &config.database.socket, "",
               "database socket, instead of host and port");
  options.Text("db-user", &config.database.user, "jz_" + spec.name, "database user");
  options.Secret("db-password", &config.database.password, "database password");
  options.Text("db-schema", &config.database.schema, "jz_" + spec.name, "database name");
  options.Number("db-pool", &config.database.pool_size, 24, 1, 1000, "database connections");
  options.Number("threads", &config.server.threads, 64, 1, 1000, "unary calls handled at a time");
  options.Number("queue", &config.server.queue, 1024, 1, 100'000, "unary calls waiting");
  options.Number("stream-threads", &config.server.stream_threads, 32, 1, 1000, "streams at a time");
  options.Required("key-directory", &config.auth.key_directory, "public keys that verify tokens");
  options.Required("roles-file", &config.auth.roles_file, "roles and their permissions");
  options.Required("sealing-keys-file", &config.sealing_keys_file, "keys for personal data");
  options.Required("page-key-file", &config.page_key_file, "secret that signs page tokens");
  options.Text("token-file", &config.token_file, "", "this service's own token");
  for (const std::string& peer : spec.peers) {
    options.Text(peer + "-target", &config.peers[peer], "", "address of the " + peer + " service");
  }
  options.Duration("drain-grace", &config.drain_grace, absl::Seconds(10), absl::ZeroDuration(),
                   absl::Minutes(10), "time for running calls after SIGTERM");
  options.Duration("keep-answers", &config.keep_answers, absl::Hours(24 * 7), absl::Hours(1),
                   absl::Hours(24 * 366), "how long a repeated request_id gets the first answer");
  options.Text("log-level", &config.log_level, "info", "debug, info, warning or error");
  options.Switch("migrate", &config.migrate_only, "apply schema migrations and exit");
  options.Switch("migrate-first", &config.migrate_first, "apply schema migrations, then serve");
}

telemetry::Severity LogLevel(const std::string& name) {
  if (name == "debug") return telemetry::Severity::kDebug;
  if (name == "warning") return telemetry::Severity::kWarning;
  if (name == "error") return telemetry::Severity::kError;
  return telemetry::Severity::kInfo;
}

absl::Status Run(int argc, const char* const* argv, const ServiceSpec& spec) {
  ServiceConfig config;
  config.name = spec.name;
  config::Options options(spec.name);
  Declare(options, spec, config);
  JZ_RETURN_IF_ERROR(options.Parse(argc, argv));
  telemetry::StartLogging(spec.name, LogLevel(config.log_level));
  telemetry::Log(telemetry::Severity::kInfo, "starting", {{"config", options.Printed()}});

  JZ_ASSIGN_OR_RETURN(std::unique_ptr<Foundation> foundation, OpenFoundation(std::move(config)));
  const ServiceConfig settings = foundation->config;
  if (settings.migrate_only || settings.migrate_first) {
    JZ_RETURN_IF_ERROR(MigrateService(spec, *foundation->db));
    if (settings.migrate_only) return absl::OkStatus();
  }
  sql::Database& db = *foundation->db;  // the App keeps it
  JZ_ASSIGN_OR_RETURN(std::unique_ptr<App> app, spec.start(std::move(foundation)));
  Housekeeping housekeeping(db, Clock::Real(), {.keep_answers = settings.keep_answers});
  telemetry::Log(telemetry::Severity::kInfo, "serving", {{"port", int64_t{app->port()}}});
  rpc::WaitForSignal();
  telemetry::Log(telemetry::Severity::kInfo, "draining");
  app->Drain(settings.drain_grace);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Channel>> Foundation::ChannelTo(const std::string& peer) const {
  auto target = config.peers.find(peer);
  if (target == config.peers.end() || target->second.empty()) {
    return FailedPrecondition("PEER_NOT_CONFIGURED", {{"peer", peer}},
                              "no --" + peer + "-target was given");
  }
  auto token = std::make_shared<TokenFile>(config.token_file);
  rpc::ChannelOptions options;
  options.target = target->second;
  options.authorization = [token] { return token->Authorization(); };
  return rpc::Channel::Create(options);
}

absl::StatusOr<std::unique_ptr<rpc::Server>> Foundation::Serve(
    std::vector<rpc::Router> routers) const {
  return rpc::Server::Start(config.server, std::move(routers), *authenticator, *metrics, *clock);
}

absl::StatusOr<std::unique_ptr<Foundation>> OpenFoundation(ServiceConfig config,
                                                           const Clock& clock) {
  auto foundation = std::make_unique<Foundation>();
  config.server.service = config.name;
  foundation->clock = &clock;
  foundation->metrics = telemetry::Metrics::Create();
  if (!config.metrics_listen.empty()) {
    JZ_RETURN_IF_ERROR(foundation->metrics->Serve(config.metrics_listen));
  }
  JZ_ASSIGN_OR_RETURN(std::string page_key, ReadPageKey(config.page_key_file));
  foundation->page_tokens = std::make_unique<PageTokens>(std::move(page_key));
  JZ_ASSIGN_OR_RETURN(foundation->db, sql::Database::Open(config.database));
  JZ_ASSIGN_OR_RETURN(foundation->authenticator, auth::Authenticator::Create(config.auth));
  JZ_ASSIGN_OR_RETURN(foundation->sealer, crypto::Sealer::FromFile(config.sealing_keys_file));
  foundation->ids = std::make_unique<sql::IdAllocator>(*foundation->db);
  foundation->config = std::move(config);
  return foundation;
}

absl::Status MigrateService(const ServiceSpec& spec, sql::Database& db) {
  JZ_RETURN_IF_ERROR(sql::Migrate(db, "common", sql::Migrations()));
  return sql::Migrate(db, spec.name, spec.migrations);
}

int ServiceMain(int argc, const char* const* argv, const ServiceSpec& spec) {
  rpc::BlockSignals();
  absl::Status status = Run(argc, argv, spec);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s: %s: %s\n", spec.name.c_str(), ReasonOf(status).c_str(),
               std::string(status.message()).c_str());
  return 1;
}

}  // namespace jz
