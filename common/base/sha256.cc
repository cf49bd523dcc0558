#include "common/base/sha256.h"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace jz {
namespace {

// One context a thread: libcrypto's one call for all looks the algorithm up anew, which costs more
// than the hash of a short text.
class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    Must(EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr));
  }

  Sha256Digest Of(absl::string_view text) {
    Sha256Digest digest;
    Must(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr));
    Must(EVP_DigestUpdate(context_.get(), text.data(), text.size()));
    Must(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
    return digest;
  }

 private:
  static void Must(int result) {
    if (result == 1) return;
    std::fputs("libcrypto failed\n", stderr);
    std::abort();
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

Sha256Digest Sha256(absl::string_view text) {
  thread_local Hasher hasher;
  return hasher.Of(text);
}

}  // namespace jz
