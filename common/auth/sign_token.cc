#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/auth/authenticator.h"
#include "common/status/status.h"

namespace jz::auth {
namespace {

absl::Status BadKey() {
  return InvalidArgument("PRIVATE_KEY_FORMAT", {},
                         "the private key is not PEM of RSA (2048 bits or more) or EC P-256");
}

absl::StatusOr<jwt_alg_t> AlgorithmFor(absl::string_view pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (key == nullptr) return BadKey();
  if (EVP_PKEY_is_a(key.get(), "EC") && EVP_PKEY_bits(key.get()) == 256) return JWT_ALG_ES256;
  if (EVP_PKEY_is_a(key.get(), "RSA") && EVP_PKEY_bits(key.get()) >= 2048) return JWT_ALG_RS256;
  return BadKey();
}

}  // namespace

absl::StatusOr<std::string> SignToken(const TokenRequest& request,
                                      absl::string_view private_key_pem, absl::string_view key_id) {
  JZ_ASSIGN_OR_RETURN(const jwt_alg_t algorithm, AlgorithmFor(private_key_pem));
  const nlohmann::json claims = {
      {"sub", request.subject},
      {"iss", request.issuer},
      {"aud", request.audience},
      {"iat", absl::ToUnixSeconds(request.issued_at)},
      {"exp", absl::ToUnixSeconds(request.issued_at + request.lifetime)},
      {"roles", request.roles},
      {"regions", request.regions},
  };
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return Internal("TOKEN_SIGNING", "out of memory");
  std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(raw, &jwt_free);
  const auto* key = reinterpret_cast<const unsigned char*>(private_key_pem.data());
  const bool ready =
      jwt_add_header(raw, "kid", std::string(key_id).c_str()) == 0 &&
      jwt_add_grants_json(raw, claims.dump(-1, ' ', true).c_str()) == 0 &&
      jwt_set_alg(raw, algorithm, key, static_cast<int>(private_key_pem.size())) == 0;
  if (!ready) return BadKey();
  std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(raw), &std::free);
  if (text == nullptr) return BadKey();
  return std::string(text.get());
}

}  // namespace jz::auth
