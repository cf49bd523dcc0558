#include "common/base/page_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz {
namespace {

constexpr size_t kSignatureBytes = 16;
constexpr size_t kMaxTokenBytes = 8192;

absl::Status Invalid() {
  return InvalidArgument("PAGE_TOKEN_INVALID", {},
                         "the page token is not one of this query; start again without it");
}

void AppendPart(std::string& out, absl::string_view part) {
  const auto size = static_cast<uint32_t>(part.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  out.append(part.data(), part.size());
}

// False at the end or when `in` does not hold a whole part.
bool TakePart(absl::string_view& in, std::string& part) {
  if (in.size() < 4) return false;
  uint32_t size = 0;
  for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(in[i]);
  in.remove_prefix(4);
  if (size > in.size()) return false;
  part.assign(in.data(), size);
  in.remove_prefix(size);
  return true;
}

std::string Sign(const std::string& key, absl::string_view query, absl::string_view payload) {
  std::string text;
  AppendPart(text, query);
  text.append(payload.data(), payload.size());
  std::string signature(EVP_MAX_MD_SIZE, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(signature.data()), nullptr);
  signature.resize(kSignatureBytes);
  return signature;
}

}  // namespace

PageTokens::PageTokens(std::string key) : key_(std::move(key)) {
  if (key_.size() < kLeastKeyBytes) {
    std::fputs("the key of page tokens needs at least 16 bytes\n", stderr);
    std::abort();
  }
}

std::string PageTokens::Make(absl::string_view query, const std::vector<std::string>& keys) const {
  std::string payload;
  for (const std::string& key : keys) AppendPart(payload, key);
  return absl::WebSafeBase64Escape(absl::StrCat(Sign(key_, query, payload), payload));
}

absl::StatusOr<std::vector<std::string>> PageTokens::Read(absl::string_view query,
                                                          absl::string_view token) const {
  std::vector<std::string> keys;
  if (token.empty()) return keys;
  std::string bytes;
  if (token.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() < kSignatureBytes || absl::WebSafeBase64Escape(bytes) != token) {
    return Invalid();
  }
  absl::string_view payload = absl::string_view(bytes).substr(kSignatureBytes);
  const std::string expected = Sign(key_, query, payload);
  if (CRYPTO_memcmp(expected.data(), bytes.data(), kSignatureBytes) != 0) return Invalid();
  for (std::string part; !payload.empty(); keys.push_back(part)) {
    if (!TakePart(payload, part)) return Invalid();
  }
  return keys;
}

absl::StatusOr<int> PageSize(int requested, PageLimits limits) {
  if (requested < 0) {
    return InvalidArgument("PAGE_SIZE_NEGATIVE", {}, "page_size is not negative");
  }
  if (requested == 0) return limits.default_size;
  return std::min(requested, limits.max_size);
}

}  // namespace jz
