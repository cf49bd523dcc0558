#include "common/sql/idempotency.h"

#include <openssl/sha.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::sql {
namespace {

constexpr size_t kMaxRequestId = 64;

// The insert is the lock: a repetition waits here until the first has committed or given up.
constexpr char kInsert[] =
    "INSERT INTO idempotency (key_hash, request_hash, answer, created_at_us) VALUES (?, ?, '', ?)";
constexpr char kKeepAnswer[] = "UPDATE idempotency SET answer = ? WHERE key_hash = ?";
constexpr char kSelect[] = "SELECT request_hash, answer FROM idempotency WHERE key_hash = ?";
constexpr char kDelete[] = "DELETE FROM idempotency WHERE key_hash = ?";
constexpr char kForget[] =
    "DELETE FROM idempotency WHERE created_at_us < ? ORDER BY created_at_us LIMIT 5000";

std::string Sha256(absl::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

// Lengths stand before the parts, so that no two keys give the same text.
std::string KeyHash(const RequestKey& key) {
  return Sha256(absl::StrCat(key.subject.size(), ":", key.subject, key.method.size(), ":",
                             key.method, key.request_id));
}

struct Kept {
  std::string request_hash;
  std::string answer;
};

absl::StatusOr<std::string> Repeated(Transaction& tx, const std::string& key_hash,
                                     const std::string& request_hash) {
  JZ_ASSIGN_OR_RETURN(std::optional<Kept> kept,
                      tx.SelectOne(kSelect, {key_hash}, [](const Row& row) {
                        return Kept{.request_hash = row.Text(0), .answer = row.Text(1)};
                      }));
  if (!kept) return Aborted("CONFLICT", {}, "the kept answer was just removed; try again");
  if (kept->request_hash != request_hash) {
    return InvalidArgument("REQUEST_ID_REUSED", {},
                           "this request_id was used before with another request");
  }
  return kept->answer;
}

}  // namespace

absl::StatusOr<std::string> RunOnce(Transaction& tx, const RequestKey& key,
                                    absl::string_view request, absl::Time now,
                                    absl::FunctionRef<absl::StatusOr<std::string>()> effect) {
  JZ_RETURN_IF_ERROR(CheckRequestId(key.request_id));
  const std::string key_hash = KeyHash(key);
  const std::string request_hash = Sha256(request);
  absl::Status first = tx.Execute(kInsert, {key_hash, request_hash, now}).status();
  if (absl::IsAlreadyExists(first)) return Repeated(tx, key_hash, request_hash);
  JZ_RETURN_IF_ERROR(first);
  absl::StatusOr<std::string> answer = effect();
  if (!answer.ok()) {
    // For a caller that commits all the same; one that rolls back does not need it.
    tx.Execute(kDelete, {key_hash}).IgnoreError();
    return answer;
  }
  if (!answer->empty()) {
    JZ_RETURN_IF_ERROR(tx.Execute(kKeepAnswer, {*answer, key_hash}).status());
  }
  return answer;
}

absl::StatusOr<int64_t> ForgetAnswers(Database& db, absl::Time before, absl::Time deadline) {
  return db.Transact(deadline, [&](Transaction& tx) { return tx.Execute(kForget, {before}); });
}

absl::Status CheckRequestId(absl::string_view request_id) {
  if (request_id.empty()) {
    return InvalidArgument("REQUEST_ID_REQUIRED", {}, "request_id is required");
  }
  bool well_formed = request_id.size() <= kMaxRequestId &&
                     std::all_of(request_id.begin(), request_id.end(), absl::ascii_isgraph);
  if (well_formed) return absl::OkStatus();
  return InvalidArgument("REQUEST_ID_FORMAT", {},
                         "request_id must be 1 to 64 printable ASCII characters without spaces");
}

}  // namespace jz::sql
