#include "common/crypto/suite.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>

#include "common/base/uuid.h"

namespace jz::crypto {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Cipher = std::unique_ptr<EVP_CIPHER, Freer<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;

// Fails only for want of memory or a broken libcrypto: personal data must not go on unsealed.
void Must(bool ok) {
  if (ok) return;
  std::fputs("libcrypto failed\n", stderr);
  std::abort();
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text, size_t at = 0) {
  return reinterpret_cast<unsigned char*>(text.data()) + at;
}

// HMAC with one key. Fetching an algorithm and keying it costs more than the hash of a short field,
// so one keyed context is made at start and copied for each call.
class Hmac {
 public:
  static constexpr size_t kBytes = 32;

  Hmac(const char* digest, absl::string_view key) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    Must(mac != nullptr);
    keyed_.reset(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
        OSSL_PARAM_construct_end()};
    Must(EVP_MAC_init(keyed_.get(), Bytes(key), key.size(), params) == 1);
  }

  // Each part is preceded by its length: no two lists of parts give the same text.
  std::string Of(std::initializer_list<absl::string_view> parts) const {
    MacContext mac(EVP_MAC_CTX_dup(keyed_.get()));
    Must(mac != nullptr);
    for (absl::string_view part : parts) {
      const auto size = static_cast<uint32_t>(part.size());
      const unsigned char length[4] = {
          static_cast<unsigned char>(size >> 24), static_cast<unsigned char>(size >> 16),
          static_cast<unsigned char>(size >> 8), static_cast<unsigned char>(size)};
      Must(EVP_MAC_update(mac.get(), length, sizeof(length)) == 1);
      Must(EVP_MAC_update(mac.get(), Bytes(part), part.size()) == 1);
    }
    std::string out(kBytes, '\0');
    size_t written = 0;
    Must(EVP_MAC_final(mac.get(), Bytes(out), &written, out.size()) == 1 && written == kBytes);
    return out;
  }

 private:
  MacContext keyed_;
};

class AesGcmSha256 : public Suite {
 public:
  AesGcmSha256(absl::string_view sealing_key, absl::string_view hash_key)
      : cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)),
        key_(sealing_key),
        hash_("SHA256", hash_key) {
    Must(cipher_ != nullptr);
  }

  std::string Seal(absl::string_view bound, absl::string_view plain) const override {
    // Random nonces of 96 bits are safe for 2^32 fields of one key (NIST SP 800-38D, 8.3).
    std::string out = RandomBytes(kNonceBytes);
    out.resize(kNonceBytes + plain.size() + kTagBytes);
    CipherContext context(EVP_CIPHER_CTX_new());
    int written = 0;
    Must(EVP_EncryptInit_ex2(context.get(), cipher_.get(), Bytes(key_), Bytes(out), nullptr) == 1);
    Must(EVP_EncryptUpdate(context.get(), nullptr, &written, Bytes(bound), Size(bound)) == 1);
    Must(EVP_EncryptUpdate(context.get(), Bytes(out, kNonceBytes), &written, Bytes(plain),
                           Size(plain)) == 1);
    int rest = 0;
    Must(EVP_EncryptFinal_ex(context.get(), Bytes(out, kNonceBytes + written), &rest) == 1);
    Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                             Bytes(out, kNonceBytes + plain.size())) == 1);
    return out;
  }

  std::optional<std::string> Open(absl::string_view bound,
                                  absl::string_view sealed) const override {
    if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
    const size_t size = sealed.size() - kNonceBytes - kTagBytes;
    absl::string_view text = sealed.substr(kNonceBytes, size);
    std::string tag(sealed.substr(kNonceBytes + size));
    // One byte more than the text, because an empty string has no writable byte.
    std::string plain(size + 1, '\0');
    CipherContext context(EVP_CIPHER_CTX_new());
    int written = 0;
    Must(EVP_DecryptInit_ex2(context.get(), cipher_.get(), Bytes(key_), Bytes(sealed), nullptr) ==
         1);
    Must(EVP_DecryptUpdate(context.get(), nullptr, &written, Bytes(bound), Size(bound)) == 1);
    Must(EVP_DecryptUpdate(context.get(), Bytes(plain), &written, Bytes(text), Size(text)) == 1);
    Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, Bytes(tag)) == 1);
    int rest = 0;
    if (EVP_DecryptFinal_ex(context.get(), Bytes(plain, written), &rest) != 1) return std::nullopt;
    plain.resize(size);
    return plain;
  }

  std::string Hash(absl::string_view context, absl::string_view plain) const override {
    return hash_.Of({context, plain});
  }

 private:
  static constexpr int kNonceBytes = 12;
  static constexpr int kTagBytes = 16;
  static int Size(absl::string_view text) { return static_cast<int>(text.size()); }

  Cipher cipher_;
  std::string key_;
  Hmac hash_;
};

// GB/T 32907 and GB/T 32905. This OpenSSL has no SM4-GCM, so: encrypt, then authenticate, with two
// keys derived from the sealing key.
class Sm4Sm3 : public Suite {
 public:
  Sm4Sm3(absl::string_view sealing_key, absl::string_view hash_key)
      : cipher_(EVP_CIPHER_fetch(nullptr, "SM4-CTR", nullptr)),
        key_(Hmac("SM3", sealing_key).Of({"encrypt"}).substr(0, kKeyBytes)),
        mac_("SM3", Hmac("SM3", sealing_key).Of({"authenticate"})),
        hash_("SM3", hash_key) {
    Must(cipher_ != nullptr);
  }

  std::string Seal(absl::string_view bound, absl::string_view plain) const override {
    std::string out = RandomBytes(kNonceBytes);
    out += Apply(out, plain);
    out += mac_.Of({bound, out});
    return out;
  }

  std::optional<std::string> Open(absl::string_view bound,
                                  absl::string_view sealed) const override {
    if (sealed.size() < kNonceBytes + Hmac::kBytes) return std::nullopt;
    absl::string_view body = sealed.substr(0, sealed.size() - Hmac::kBytes);
    const std::string expected = mac_.Of({bound, body});
    if (CRYPTO_memcmp(expected.data(), sealed.data() + body.size(), Hmac::kBytes) != 0) {
      return std::nullopt;
    }
    return Apply(body.substr(0, kNonceBytes), body.substr(kNonceBytes));
  }

  std::string Hash(absl::string_view context, absl::string_view plain) const override {
    return hash_.Of({context, plain});
  }

 private:
  static constexpr size_t kKeyBytes = 16;
  static constexpr int kNonceBytes = 16;

  // Counter mode: the same both ways.
  std::string Apply(absl::string_view nonce, absl::string_view in) const {
    std::string out(in.size(), '\0');
    CipherContext context(EVP_CIPHER_CTX_new());
    int written = 0;
    Must(EVP_EncryptInit_ex2(context.get(), cipher_.get(), Bytes(key_), Bytes(nonce), nullptr) ==
         1);
    Must(EVP_EncryptUpdate(context.get(), Bytes(out), &written, Bytes(in),
                           static_cast<int>(in.size())) == 1);
    return out;
  }

  Cipher cipher_;
  std::string key_;
  Hmac mac_;
  Hmac hash_;
};

}  // namespace

std::unique_ptr<Suite> MakeSuite(absl::string_view name, absl::string_view sealing_key,
                                 absl::string_view hash_key) {
  if (name == "AES-256-GCM+HMAC-SHA-256") {
    return std::make_unique<AesGcmSha256>(sealing_key, hash_key);
  }
  if (name == "SM4-CTR+HMAC-SM3") return std::make_unique<Sm4Sm3>(sealing_key, hash_key);
  return nullptr;
}

}  // namespace jz::crypto
