#include "common/sql/idempotency.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/status/status.h"

namespace jz::sql {
namespace {

constexpr size_t kMaxRequestId = 64;

// The insert is the lock: a repetition waits here until the first has committed or given up.
constexpr char kInsert[] =
    "INSERT INTO idempotency (key_hash, request_hash, answer, created_at_us) VALUES (?, ?, '', ?)";
constexpr char kKeepAnswer[] = "UPDATE idempotency SET answer = ? WHERE key_hash = ?";
constexpr char kSelect[] = "SELECT request_hash, answer FROM idempotency WHERE key_hash = ?";
constexpr int kColumns = 4;
constexpr char kInsertSome[] =
    "INSERT INTO idempotency (key_hash, request_hash, answer, created_at_us) VALUES";
constexpr char kKeepSome[] = "ON DUPLICATE KEY UPDATE answer = VALUES(answer)";
constexpr char kDelete[] = "DELETE FROM idempotency WHERE key_hash = ?";
constexpr char kForget[] =
    "DELETE FROM idempotency WHERE created_at_us < ? ORDER BY created_at_us LIMIT 5000";

std::string HashOf(absl::string_view text) { return std::string(BytesOf(Sha256(text))); }

// Lengths stand before the parts, so that no two keys give the same text.
std::string KeyHash(const RequestKey& key) {
  return HashOf(absl::StrCat(key.subject.size(), ":", key.subject, key.method.size(), ":",
                             key.method, key.request_id));
}

struct Kept {
  std::string request_hash;
  std::string answer;
};

absl::Status RequestIdReused() {
  return InvalidArgument("REQUEST_ID_REUSED", {},
                         "this request_id was used before with another request");
}

absl::StatusOr<std::string> AnswerOf(const Kept& kept, const std::string& request_hash) {
  if (kept.request_hash != request_hash) return RequestIdReused();
  return kept.answer;
}

absl::StatusOr<std::string> Repeated(Transaction& tx, const std::string& key_hash,
                                     const std::string& request_hash) {
  JZ_ASSIGN_OR_RETURN(std::optional<Kept> kept,
                      tx.SelectOne(kSelect, {key_hash}, [](const Row& row) {
                        return Kept{.request_hash = row.Text(0), .answer = row.Text(1)};
                      }));
  if (!kept) return Aborted("CONFLICT", {}, "the kept answer was just removed; try again");
  return AnswerOf(*kept, request_hash);
}

// The requests of one RunOnceEach on their way.
class Round {
 public:
  explicit Round(absl::Span<OnceRequest* const> requests) {
    absl::flat_hash_set<std::string> seen;
    for (OnceRequest* request : requests) {
      if (absl::Status checked = CheckRequestId(request->key.request_id); !checked.ok()) {
        request->answer = checked;
        continue;
      }
      Entry entry = {request, KeyHash(request->key), HashOf(request->request)};
      const bool first = seen.insert(entry.key_hash).second;
      (first ? fresh_ : doubles_).push_back(std::move(entry));
    }
  }

  absl::Status TakeKeys(Transaction& tx, absl::Time now) {
    Values rows;
    for (const Entry& entry : fresh_) {
      const std::string& expected = entry.request->expected_answer;
      entry.request->answer = expected;
      rows.insert(rows.end(), {entry.key_hash, entry.request_hash, expected, now});
    }
    absl::Status taken = tx.InsertRows(kInsertSome, kColumns, rows).status();
    if (!absl::IsAlreadyExists(taken) || fresh_.size() > 1) return taken;
    Entry& only = fresh_.front();
    only.request->answer = Repeated(tx, only.key_hash, only.request_hash);
    repeated_ = std::move(fresh_);
    fresh_.clear();
    return absl::OkStatus();
  }

  std::vector<OnceRequest*> Fresh() const {
    std::vector<OnceRequest*> fresh;
    fresh.reserve(fresh_.size());
    for (const Entry& entry : fresh_) fresh.push_back(entry.request);
    return fresh;
  }

  absl::Status KeepAnswers(Transaction& tx, absl::Time now) {
    Values rows;
    for (const Entry& entry : fresh_) {
      const absl::StatusOr<std::string>& answer = entry.request->answer;
      if (!answer.ok()) {
        JZ_RETURN_IF_ERROR(tx.Execute(kDelete, {entry.key_hash}).status());
      } else if (*answer != entry.request->expected_answer) {
        rows.insert(rows.end(), {entry.key_hash, entry.request_hash, *answer, now});
      }
    }
    if (rows.empty()) return absl::OkStatus();
    return tx.InsertRows(kInsertSome, kColumns, rows, kKeepSome).status();
  }

  void AnswerDoubles() {
    if (doubles_.empty()) return;
    absl::flat_hash_map<std::string, const Entry*> firsts;
    for (const Entry& entry : fresh_) firsts[entry.key_hash] = &entry;
    for (const Entry& entry : repeated_) firsts[entry.key_hash] = &entry;
    for (Entry& entry : doubles_) {
      const Entry& first = *firsts.at(entry.key_hash);
      if (first.request_hash == entry.request_hash) {
        entry.request->answer = first.request->answer;
      } else {
        entry.request->answer = RequestIdReused();
      }
    }
  }

 private:
  struct Entry {
    OnceRequest* request = nullptr;
    std::string key_hash;
    std::string request_hash;
  };

  std::vector<Entry> fresh_;     // to be done here, in the order of `requests`
  std::vector<Entry> repeated_;  // done before
  std::vector<Entry> doubles_;   // of the others
};

}  // namespace

absl::StatusOr<std::string> RunOnce(Transaction& tx, const RequestKey& key,
                                    absl::string_view request, absl::Time now,
                                    absl::FunctionRef<absl::StatusOr<std::string>()> effect) {
  JZ_RETURN_IF_ERROR(CheckRequestId(key.request_id));
  const std::string key_hash = KeyHash(key);
  const std::string request_hash = HashOf(request);
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

absl::Status RunOnceEach(Transaction& tx, absl::Span<OnceRequest* const> requests, absl::Time now,
                         absl::FunctionRef<absl::Status(absl::Span<OnceRequest* const>)> effect) {
  Round round(requests);
  JZ_RETURN_IF_ERROR(round.TakeKeys(tx, now));
  const std::vector<OnceRequest*> fresh = round.Fresh();
  if (!fresh.empty()) JZ_RETURN_IF_ERROR(effect(absl::MakeConstSpan(fresh)));
  JZ_RETURN_IF_ERROR(round.KeepAnswers(tx, now));
  round.AnswerDoubles();
  return absl::OkStatus();
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
