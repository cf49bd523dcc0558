// The one boot of all services: flags -> config -> shared parts -> App -> wait for SIGTERM ->
// drain.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/auth/authenticator.h"
#include "common/base/clock.h"
#include "common/base/page_token.h"
#include "common/config/config.h"
#include "common/crypto/sealer.h"
#include "common/rpc/channel.h"
#include "common/rpc/router.h"
#include "common/rpc/server.h"
#include "common/sql/database.h"
#include "common/sql/id_allocator.h"
#include "common/sql/migrate.h"
#include "common/telemetry/telemetry.h"

namespace jz {

// What every service can be told.
struct ServiceConfig {
  std::string name;  // "funds"
  rpc::ServerOptions server;
  std::string metrics_listen;  // empty: no metrics port
  sql::DatabaseOptions database;
  auth::AuthenticatorOptions auth;
  std::string sealing_keys_file;             // see common/crypto/sealer.h
  std::string page_key_file;                 // secret bytes for page tokens
  std::string token_file;                    // this service's own token for calls to its peers
  std::map<std::string, std::string> peers;  // "identification" -> "127.0.0.1:9001"
  absl::Duration drain_grace = absl::Seconds(10);
  absl::Duration keep_answers = absl::Hours(24 * 7);  // of request_ids; see housekeeping.h
  bool migrate_only = false;
  bool migrate_first = false;
  std::string log_level = "info";
};

// The shared parts of a running service, opened in dependency order and closed in reverse.
struct Foundation {
  ServiceConfig config;
  const Clock* clock = nullptr;
  std::unique_ptr<telemetry::Metrics> metrics;
  std::unique_ptr<sql::Database> db;
  std::unique_ptr<auth::Authenticator> authenticator;
  std::unique_ptr<crypto::Sealer> sealer;
  std::unique_ptr<PageTokens> page_tokens;
  std::unique_ptr<sql::IdAllocator> ids;

  // A channel to a peer, carrying this service's own token (read again from token_file each
  // minute).
  absl::StatusOr<std::unique_ptr<rpc::Channel>> ChannelTo(const std::string& peer) const;
  // The serving part, once the App has made its routers.
  absl::StatusOr<std::unique_ptr<rpc::Server>> Serve(std::vector<rpc::Router> routers) const;
};

// Reads and checks what the config names, files before the database. FAILED_PRECONDITION, reason
// FILE_UNREADABLE or PAGE_KEY_SHORT, and the errors of the parts.
absl::StatusOr<std::unique_ptr<Foundation>> OpenFoundation(ServiceConfig config,
                                                           const Clock& clock = Clock::Real());

// A running service. Tests start one on port 0.
class App {
 public:
  virtual ~App() = default;
  virtual int port() const = 0;
  virtual void Drain(absl::Duration grace) = 0;  // stop serving, then background work
};

struct ServiceSpec {
  std::string name;
  std::vector<std::string> peers;  // each gets a flag `--<peer>-target`
  std::vector<sql::Migration> migrations;
  std::function<absl::StatusOr<std::unique_ptr<App>>(std::unique_ptr<Foundation>)> start;
};

// Applies the shared and the service's own migrations; safe to run again and with many replicas.
absl::Status MigrateService(const ServiceSpec& spec, sql::Database& db);

// main() of a service. Exit code 0 after a drain, 1 for an error (printed with its reason).
int ServiceMain(int argc, const char* const* argv, const ServiceSpec& spec);

}  // namespace jz
