#include "common/auth/key_set.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::auth {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kMaxAge = absl::Seconds(30);
constexpr absl::Duration kUnknownKeyAge = absl::Seconds(1);
constexpr size_t kMaxKeys = 256;
constexpr size_t kMaxKeyBytes = 16'384;

// Empty when the PEM text is not a public key that may verify tokens.
std::string AlgorithmOf(const std::string& pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (key == nullptr) return "";
  if (EVP_PKEY_is_a(key.get(), "RSA")) return EVP_PKEY_bits(key.get()) >= 2048 ? "RS256" : "";
  char group[32] = "";
  size_t size = 0;
  const bool p256 = EVP_PKEY_is_a(key.get(), "EC") &&
                    EVP_PKEY_get_group_name(key.get(), group, sizeof(group), &size) == 1 &&
                    absl::string_view(group) == "prime256v1";
  return p256 ? "ES256" : "";
}

absl::StatusOr<std::shared_ptr<VerificationKey>> ReadKey(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string pem(kMaxKeyBytes, '\0');
  in.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<size_t>(in.gcount()));
  auto key = std::make_shared<VerificationKey>();
  key->algorithm = AlgorithmOf(pem);
  key->pem = std::move(pem);
  if (key->algorithm.empty()) {
    return FailedPrecondition("KEY_FORMAT", {{"path", path.string()}},
                              path.string() + " is not a public key (RSA of 2048 bits, or P-256)");
  }
  return key;
}

struct Directory {
  absl::flat_hash_map<std::string, std::shared_ptr<VerificationKey>> keys;
  absl::Status first_error;
};

// FAILED_PRECONDITION when the directory cannot be listed.
absl::StatusOr<Directory> ReadDirectory(const std::string& path) {
  std::error_code error;
  Directory result;
  fs::directory_iterator entries(path, error);
  // A directory that is gone has no keys. Any other trouble (too many open files) says nothing
  // about keys.
  if (error == std::errc::no_such_file_or_directory) return result;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const fs::path& file = entries->path();
    if (file.extension() != ".pem" || result.keys.size() == kMaxKeys) continue;
    absl::StatusOr<std::shared_ptr<VerificationKey>> key = ReadKey(file);
    if (key.ok()) {
      result.keys[file.stem().string()] = *std::move(key);
    } else {
      result.first_error.Update(key.status());
    }
  }
  if (error) {
    return FailedPrecondition("KEY_DIRECTORY", {{"path", path}}, "cannot list " + path);
  }
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeySet>> KeySet::Open(std::string directory) {
  JZ_ASSIGN_OR_RETURN(Directory read, ReadDirectory(directory));
  JZ_RETURN_IF_ERROR(read.first_error);
  if (read.keys.empty()) {
    return FailedPrecondition("KEY_DIRECTORY", {{"path", directory}},
                              "there is no public key in " + directory);
  }
  std::unique_ptr<KeySet> set(new KeySet(std::move(directory)));
  std::lock_guard lock(set->mutex_);
  set->keys_ = std::move(read.keys);
  return set;
}

std::shared_ptr<const VerificationKey> KeySet::Find(absl::string_view key_id, absl::Time now) {
  for (bool again : {false, true}) {
    if (again) ReadAgain(now, kUnknownKeyAge);
    std::shared_lock lock(mutex_);
    if (auto found = keys_.find(key_id); found != keys_.end()) return found->second;
  }
  return nullptr;
}

void KeySet::Refresh(absl::Time now) {
  const absl::Time read_at = absl::FromUnixMicros(read_at_us_.load(std::memory_order_relaxed));
  if (now >= read_at && now - read_at < kMaxAge) return;
  ReadAgain(now, kMaxAge);
}

void KeySet::ReadAgain(absl::Time now, absl::Duration least_age) {
  std::lock_guard reading(reading_);
  const absl::Time read_at = absl::FromUnixMicros(read_at_us_);
  if (now >= read_at && now - read_at < least_age) return;
  absl::StatusOr<Directory> read = ReadDirectory(directory_);
  read_at_us_ = absl::ToUnixMicros(now);
  if (!read.ok()) return;

  std::lock_guard lock(mutex_);
  for (auto& [id, key] : keys_) {
    auto fresh = read->keys.find(id);
    if (fresh != read->keys.end() && fresh->second->pem == key->pem) {
      fresh->second = key;
    } else {
      key->revoked = true;
    }
  }
  keys_ = std::move(read->keys);
}

}  // namespace jz::auth
