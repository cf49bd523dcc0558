#include "common/auth/token.h"

#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status.h"

namespace jz::auth {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxRegions = 64;
constexpr size_t kMaxRoles = 64;
constexpr size_t kMaxSubjectBytes = 128;

absl::Status Malformed() {
  return Unauthenticated("TOKEN_MALFORMED", "the token is not a signed JWT with a key id");
}
absl::Status BadClaim(absl::string_view claim) {
  return Unauthenticated("TOKEN_CLAIMS", absl::StrCat("the claim ", claim, " is missing or wrong"));
}

// base64url without padding, and the points between the parts.
bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

// A key id is a file name in the key directory and nothing else.
bool IsKeyId(absl::string_view text) {
  if (text.empty() || text.size() > 64 || text[0] == '.') return false;
  return std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

// The member as text, or empty.
std::string TextOf(const Json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return "";
  return found->get<std::string>();
}

// The claim as a list of texts; an absent claim is an empty list.
bool ReadTexts(const Json& claims, const char* name, size_t most, std::vector<std::string>* out) {
  auto found = claims.find(name);
  if (found == claims.end()) return true;
  if (!found->is_array() || found->size() > most) return false;
  for (const Json& item : *found) {
    if (!item.is_string()) return false;
    out->push_back(item.get<std::string>());
  }
  return true;
}

bool NamesAudience(const Json& claims, absl::string_view audience) {
  auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (found->is_string()) return found->get_ref<const std::string&>() == audience;
  if (!found->is_array()) return false;
  return std::any_of(found->begin(), found->end(), [audience](const Json& item) {
    return item.is_string() && item.get_ref<const std::string&>() == audience;
  });
}

// Seconds since 1970 (RFC 7519, NumericDate), not after the year 9999.
bool ReadTime(const Json& value, absl::Time* out) {
  if (!value.is_number()) return false;
  const auto seconds = value.get<double>();
  if (!(seconds >= 0 && seconds < 253402300800.0)) return false;
  *out = absl::FromUnixSeconds(static_cast<int64_t>(seconds));
  return true;
}

absl::StatusOr<TokenClaims> ReadClaims(const Json& claims, const ExpectedClaims& expected) {
  TokenClaims result;
  result.subject = TextOf(claims, "sub");
  if (result.subject.empty() || result.subject.size() > kMaxSubjectBytes) return BadClaim("sub");
  if (TextOf(claims, "iss") != expected.issuer) return BadClaim("iss");
  if (!NamesAudience(claims, expected.audience)) return BadClaim("aud");
  if (!claims.contains("exp") || !ReadTime(claims["exp"], &result.expires_at)) {
    return BadClaim("exp");
  }
  absl::Time not_before;
  if (claims.contains("nbf") &&
      (!ReadTime(claims["nbf"], &not_before) || expected.now < not_before)) {
    return BadClaim("nbf");
  }
  if (!ReadTexts(claims, "roles", kMaxRoles, &result.roles)) return BadClaim("roles");
  std::vector<std::string> regions;
  if (!ReadTexts(claims, "regions", kMaxRegions, &regions)) return BadClaim("regions");
  for (const std::string& text : regions) {
    absl::StatusOr<RegionCode> region = RegionCode::Parse(text);
    if (!region.ok()) return BadClaim("regions");
    result.regions.push_back(*region);
  }
  if (expected.now >= result.expires_at) {
    return Unauthenticated("TOKEN_EXPIRED", "the token has expired");
  }
  return result;
}

}  // namespace

absl::StatusOr<TokenHeader> ReadHeader(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  std::string text;
  if (token.size() > kMaxTokenBytes || parts.size() != 3 || parts[2].empty() ||
      !std::all_of(token.begin(), token.end(), IsTokenCharacter) ||
      !absl::WebSafeBase64Unescape(parts[0], &text)) {
    return Malformed();
  }
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Malformed();
  TokenHeader header{TextOf(json, "alg"), TextOf(json, "kid")};
  // An extension that must be understood (RFC 7515, 4.1.11) is not understood here.
  if (header.algorithm.empty() || !IsKeyId(header.key_id) || json.contains("crit")) {
    return Malformed();
  }
  return header;
}

absl::StatusOr<TokenClaims> VerifyToken(const std::string& token, const VerificationKey& key,
                                        const ExpectedClaims& expected) {
  jwt_t* raw = nullptr;
  const int failed =
      jwt_decode(&raw, token.c_str(), reinterpret_cast<const unsigned char*>(key.pem.data()),
                 static_cast<int>(key.pem.size()));
  std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(raw, &jwt_free);
  // libjwt takes the algorithm from the token: with "HS256" it would take the public key as a
  // secret.
  if (failed != 0 || jwt == nullptr || key.algorithm != jwt_alg_str(jwt_get_alg(jwt.get()))) {
    return Unauthenticated("TOKEN_SIGNATURE", "the token's signature does not match its key");
  }
  std::unique_ptr<char, decltype(&std::free)> text(jwt_get_grants_json(jwt.get(), nullptr),
                                                   &std::free);
  if (text == nullptr) return BadClaim("set");
  const Json claims = Json::parse(text.get(), nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return BadClaim("set");
  return ReadClaims(claims, expected);
}

}  // namespace jz::auth
