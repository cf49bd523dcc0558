// Tables transfer (rows are only inserted) and pending_transfer.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "services/funds/domain/ledger.h"

namespace jz::funds {

// ALREADY_EXISTS, constraint uq_transfer_client_id, when another transaction used an id meanwhile.
absl::Status InsertTransfers(sql::Transaction& tx, absl::Span<const Transfer* const> transfers);

// For posting, after the accounts are locked; see LockAccounts about the scope.
absl::StatusOr<std::vector<Transfer>> FindByClientIds(sql::Transaction& tx,
                                                      absl::Span<const std::string> client_ids);
// Pending transfers among `ids`, without their rests.
absl::StatusOr<std::vector<Transfer>> FindPendings(sql::Transaction& tx,
                                                   absl::Span<const TransferId> ids);

using PendingRests = std::vector<std::pair<TransferId, int64_t>>;
absl::StatusOr<PendingRests> LockPendingRests(sql::Transaction& tx,
                                              absl::Span<const TransferId> ids);
absl::Status SavePendingRests(sql::Transaction& tx, const PendingRests& rests);

// A transfer with what is still pending of it (0 for other kinds).
struct StoredTransfer {
  Transfer transfer;
  int64_t pending_rest_fen = 0;
};
// When one of its accounts lies in the scope.
absl::StatusOr<std::optional<StoredTransfer>> FindTransfer(sql::Transaction& tx,
                                                           const auth::RegionScope& scope,
                                                           TransferId id);

struct TransferPage {
  AccountId account;  // the caller has found it inside the scope
  absl::Time after_time = absl::UnixEpoch();
  TransferId after;
  int limit = 50;
};
// On both sides of an account, oldest first.
absl::StatusOr<std::vector<StoredTransfer>> ListTransfers(sql::Transaction& tx,
                                                          const TransferPage& page);

}  // namespace jz::funds
