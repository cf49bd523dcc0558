#include "tests/support/service_harness.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "common/base/uuid.h"

namespace jz::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kKeyId[] = "test";

[[noreturn]] void Die(absl::string_view what) {
  std::fprintf(stderr, "test keys: %s\n", std::string(what).c_str());
  std::abort();
}

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

KeyPair MakeKeyPair() {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  std::unique_ptr<BIO, decltype(&BIO_free)> secret(BIO_new(BIO_s_mem()), &BIO_free);
  std::unique_ptr<BIO, decltype(&BIO_free)> open(BIO_new(BIO_s_mem()), &BIO_free);
  const bool made = key != nullptr &&
                    PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr) == 1 &&
                    PEM_write_bio_PUBKEY(open.get(), key.get()) == 1;
  if (!made) Die("cannot make a key pair");
  return {TextOf(secret.get()), TextOf(open.get())};
}

void WriteFile(const std::string& path, absl::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out || chmod(path.c_str(), 0600) != 0) Die("cannot write " + path);
}

std::string Sign(const TokenSpec& spec, const std::string& private_key) {
  auth::TokenRequest request;
  request.subject = spec.subject;
  request.roles = spec.roles;
  request.regions = spec.regions;
  request.issued_at = spec.issued_at;
  request.lifetime = spec.lifetime;
  auto token = auth::SignToken(request, private_key, kKeyId);
  if (!token.ok()) Die(token.status().ToString());
  return *std::move(token);
}

std::string RandomHexKey() { return absl::BytesToHexString(RandomBytes(32)); }

}  // namespace

TestKeys::TestKeys(absl::string_view roles) {
  std::string folder = (fs::temp_directory_path() / "jz_keys.XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) Die("cannot make a folder");
  folder_ = folder;
  fs::create_directory(key_directory());
  KeyPair keys = MakeKeyPair();
  private_key_ = keys.private_pem;
  foreign_key_ = MakeKeyPair().private_pem;
  WriteFile(absl::StrCat(key_directory(), "/", kKeyId, ".pem"), keys.public_pem);
  WriteFile(sealing_keys_file(),
            absl::StrCat("1 AES-256-GCM+HMAC-SHA-256 ", RandomHexKey(), " ", RandomHexKey(), "\n"));
  WriteFile(page_key_file(), RandomHexKey());
  roles_file_ = JZ_SOURCE_DIR "/common/auth/roles.json";
  if (!roles.empty()) {
    roles_file_ = folder_ + "/roles.json";
    WriteFile(roles_file_, roles);
  }
}

TestKeys::~TestKeys() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string TestKeys::Token(const TokenSpec& spec) const { return Sign(spec, private_key_); }

std::string TestKeys::ExpiredToken(TokenSpec spec) const {
  spec.issued_at -= spec.lifetime + absl::Hours(1);
  return Sign(spec, private_key_);
}

std::string TestKeys::ForeignToken(const TokenSpec& spec) const { return Sign(spec, foreign_key_); }

auth::AuthenticatorOptions TestKeys::auth() const {
  auth::AuthenticatorOptions options;
  options.key_directory = key_directory();
  options.roles_file = roles_file_;
  return options;
}

ServiceConfig TestConfig(const std::string& name, const sql::DatabaseOptions& database,
                         const TestKeys& keys) {
  ServiceConfig config;
  config.name = name;
  config.server.service = name;
  config.server.listen = "127.0.0.1:0";
  config.database = database;
  config.auth = keys.auth();
  config.sealing_keys_file = keys.sealing_keys_file();
  config.page_key_file = keys.page_key_file();
  config.drain_grace = absl::Seconds(1);
  return config;
}

Client::Client(int port, absl::string_view service, absl::string_view token)
    : service_(service), token_(token) {
  rpc::ChannelOptions options;
  options.target = absl::StrCat("127.0.0.1:", port);
  channel_ = rpc::Channel::Create(options);
}

Client Client::WithToken(absl::string_view token) const {
  Client client = *this;
  client.token_ = std::string(token);
  return client;
}

Client Client::WithTimeout(absl::Duration timeout) const {
  Client client = *this;
  client.timeout_ = timeout;
  return client;
}

rpc::CallOptions Client::Options() const {
  rpc::CallOptions options;
  options.deadline = absl::Now() + timeout_;
  if (!token_.empty()) options.authorization = absl::StrCat("Bearer ", token_);
  return options;
}

}  // namespace jz::testing
