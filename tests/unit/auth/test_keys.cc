#include "tests/unit/auth/test_keys.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/uuid.h"

namespace jz::auth {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

KeyPair ToPem(Key key) {
  EXPECT_NE(key, nullptr);
  Memory secret(BIO_new(BIO_s_mem()), &BIO_free), open(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(open.get(), key.get());
  return {TextOf(secret.get()), TextOf(open.get())};
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// JWS wants r and s side by side, OpenSSL makes DER.
std::string JwsSignature(EVP_PKEY* key, std::string der) {
  if (!EVP_PKEY_is_a(key, "EC")) return der;
  const unsigned char* at = Bytes(der);
  std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
  std::string out(64, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + 32, 32);
  return out;
}

}  // namespace

KeyPair MakeEcKey(const char* curve) { return ToPem(Key(EVP_EC_gen(curve), &EVP_PKEY_free)); }

KeyPair MakeRsaKey(int bits) {
  return ToPem(Key(EVP_RSA_gen(static_cast<unsigned>(bits)), &EVP_PKEY_free));
}

AuthFiles::AuthFiles() : root_(absl::StrCat(testing::TempDir(), "/auth.", RandomUuid())) {
  std::filesystem::create_directories(key_directory());
  PutRoles(R"({"roles": [{"name": "viewer", "permissions": ["funds.account.get"]},
                         {"name": "clerk", "permissions": ["funds.account.get", "funds.account.create"]}]})");
}

AuthFiles::~AuthFiles() { std::filesystem::remove_all(root_); }

AuthenticatorOptions AuthFiles::Options() const {
  AuthenticatorOptions options;
  options.key_directory = key_directory();
  options.roles_file = root_ + "/roles.json";
  return options;
}

void AuthFiles::PutKey(absl::string_view key_id, absl::string_view pem) const {
  std::ofstream(absl::StrCat(key_directory(), "/", key_id, ".pem")) << pem;
}

void AuthFiles::RemoveKey(absl::string_view key_id) const {
  std::filesystem::remove(absl::StrCat(key_directory(), "/", key_id, ".pem"));
}

void AuthFiles::PutRoles(absl::string_view json) const {
  std::ofstream(root_ + "/roles.json") << json;
}

std::string Base64Url(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

std::string HmacToken(absl::string_view header, absl::string_view payload,
                      absl::string_view secret) {
  const std::string text = absl::StrCat(Base64Url(header), ".", Base64Url(payload));
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Bytes(text), text.size(), mac,
       &size);
  return absl::StrCat(text, ".", Base64Url({reinterpret_cast<char*>(mac), size}));
}

std::string SignedToken(absl::string_view header, absl::string_view payload,
                        absl::string_view private_pem) {
  const std::string text = absl::StrCat(Base64Url(header), ".", Base64Url(payload));
  Memory bio(BIO_new_mem_buf(private_pem.data(), static_cast<int>(private_pem.size())), &BIO_free);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free);
  std::string der(1024, '\0');
  size_t size = der.size();
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
  EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                           Bytes(text), text.size()),
            1);
  der.resize(size);
  return absl::StrCat(text, ".", Base64Url(JwsSignature(key.get(), std::move(der))));
}

}  // namespace jz::auth
