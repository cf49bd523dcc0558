#include "common/crypto/sealer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/crypto/suite.h"
#include "common/status/status.h"

namespace jz::crypto {
namespace {

constexpr size_t kMaxPlainBytes = 4096;
constexpr size_t kMaxKeyFileBytes = 65'536;

absl::Status BadKeys(absl::string_view message) {
  return InvalidArgument("SEALING_KEYS_FORMAT", {}, message);
}

absl::Status Broken() {
  return MakeError(absl::StatusCode::kDataLoss, "SEAL_BROKEN", {},
                   "a sealed value does not open: changed, of another field, or its key is gone");
}

// A sealed value is one byte of key id and what the key's suite made.
class KeyRing : public Sealer {
 public:
  // An error text, or empty.
  std::string Add(int id, std::unique_ptr<Suite> suite) {
    if (keys_[id] != nullptr) return "has a key id that is used twice";
    keys_[id] = std::move(suite);
    if (hashing_ == nullptr) hashing_ = keys_[id].get();
    current_ = id;
    return "";
  }
  bool empty() const { return hashing_ == nullptr; }

  absl::StatusOr<std::string> Seal(absl::string_view context,
                                   absl::string_view plain) const override {
    if (plain.size() > kMaxPlainBytes) {
      return InvalidArgument("SEAL_TOO_LONG", {}, "a sealed field holds at most 4 KiB");
    }
    const char id = static_cast<char>(current_);
    return absl::StrCat(absl::string_view(&id, 1),
                        keys_[current_]->Seal(Bound(current_, context), plain));
  }

  absl::StatusOr<std::string> Open(absl::string_view context,
                                   absl::string_view sealed) const override {
    const int id = KeyId(sealed);
    if (keys_[id] == nullptr) return Broken();
    std::optional<std::string> plain = keys_[id]->Open(Bound(id, context), sealed.substr(1));
    if (!plain.has_value()) return Broken();
    return *std::move(plain);
  }

  std::string Hash(absl::string_view context, absl::string_view plain) const override {
    return hashing_->Hash(context, plain);
  }

  bool NeedsResealing(absl::string_view sealed) const override { return KeyId(sealed) != current_; }

 private:
  // 0, which no key has, for an empty text.
  static int KeyId(absl::string_view sealed) {
    return sealed.empty() ? 0 : static_cast<unsigned char>(sealed[0]);
  }
  static std::string Bound(int id, absl::string_view context) {
    return absl::StrCat(id, ":", context);
  }

  std::array<std::unique_ptr<Suite>, 256> keys_;
  const Suite* hashing_ = nullptr;
  int current_ = 0;
};

bool Key(absl::string_view hex, std::string* bytes) {
  if (hex.size() != 64) return false;
  for (char c : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
  }
  *bytes = absl::HexStringToBytes(hex);
  return true;
}

// An error text that shows nothing of the line, or empty.
std::string AddLine(KeyRing& ring, absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  int id = 0;
  std::string sealing_key;
  std::string hash_key;
  if (words.size() != 4) return "is not `<key id> <suite> <sealing key> <hash key>`";
  if (!absl::SimpleAtoi(words[0], &id) || id < 1 || id > 255) return "has no key id of 1 to 255";
  if (!Key(words[2], &sealing_key) || !Key(words[3], &hash_key)) {
    return "has a key that is not 64 hex digits";
  }
  if (sealing_key == hash_key) return "uses one key for both purposes";
  std::unique_ptr<Suite> suite = MakeSuite(words[1], sealing_key, hash_key);
  if (suite == nullptr) {
    return "has a suite other than AES-256-GCM+HMAC-SHA-256 and SM4-CTR+HMAC-SM3";
  }
  return ring.Add(id, std::move(suite));
}

// Secrets that others can read are no secrets. A file owned by root may be readable by its group,
// which is how Kubernetes mounts a Secret for a service that does not run as root.
bool IsPrivate(const struct stat& file) {
  const bool mounted = file.st_uid == 0 && geteuid() != 0;
  return (file.st_mode & (mounted ? 0037 : 0077)) == 0;
}

absl::StatusOr<std::string> ReadPrivateFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return FailedPrecondition("FILE_UNREADABLE", {{"path", path}}, "cannot read " + path);
  }
  struct stat file {};
  const bool is_private = fstat(fd, &file) == 0 && IsPrivate(file);
  std::string text(kMaxKeyFileBytes, '\0');
  size_t size = 0;
  ssize_t got = 0;
  while (is_private && (got = read(fd, text.data() + size, text.size() - size)) > 0) size += got;
  close(fd);
  if (!is_private) {
    return FailedPrecondition("FILE_NOT_PRIVATE", {{"path", path}},
                              path + " holds keys and must be readable by its owner only (0600)");
  }
  if (got < 0 || size == kMaxKeyFileBytes) {
    return FailedPrecondition("FILE_UNREADABLE", {{"path", path}}, "cannot read " + path);
  }
  text.resize(size);
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Sealer>> Sealer::FromFile(const std::string& path) {
  JZ_ASSIGN_OR_RETURN(const std::string text, ReadPrivateFile(path));
  return FromText(text);
}

absl::StatusOr<std::unique_ptr<Sealer>> Sealer::FromText(absl::string_view text) {
  auto ring = std::make_unique<KeyRing>();
  int line_number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    if (std::string error = AddLine(*ring, line); !error.empty()) {
      return BadKeys(absl::StrCat("line ", line_number, " of the sealing keys ", error));
    }
  }
  if (ring->empty()) return BadKeys("there are no sealing keys");
  return ring;
}

}  // namespace jz::crypto
