// The one way in which money moves: every transfer of the service goes through PostAll.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/auth/principal.h"
#include "common/sql/database.h"
#include "common/sql/id_allocator.h"
#include "services/funds/domain/ledger.h"

namespace jz::funds {

// One transfer to be made, for one caller.
struct Posting {
  // In: all but what PostAll fills in from a pending transfer. Out: as stored; for a repetition
  // with the id and time of the first.
  Transfer transfer;
  const auth::RegionScope* scope = nullptr;  // accounts outside it do not exist for the caller
  bool may_use_managed = false;              // set by PostOne
  absl::Status status;                       // out
};

enum class Atomicity { kAllOrNone, kEach };

// Applies `postings` in their order, in `tx`. Each gets its own status; with kAllOrNone a refused
// one is the result of the whole (reason of the first, metadata `index`, `transfer`,
// `refused_count`, `refused`), and `tx` must be rolled back. A repetition of a stored client id is
// answered from the ledger. Locks accounts, then pending transfers, each by id. Ends the process
// when debits and credits would differ.
absl::Status PostAll(sql::Transaction& tx, absl::Span<Posting* const> postings,
                     Atomicity atomicity);

// For a use case that makes one transfer of its own, on accounts whose scope it has checked;
// managed ones too.
absl::Status PostOne(sql::Transaction& tx, Posting& posting);

// Gives every posting an id, in the county of its debit account or pending transfer. Outside of
// transactions.
absl::Status AssignIds(sql::IdAllocator& ids, std::vector<Posting>& postings, absl::Time deadline);
// County in which a row that belongs to the row `near` gets its id. `near` may be any number that a
// caller sent: no ids are set aside for counties outside the caller's scope, but in the nation's
// block.
RegionCode CountyNear(const auth::RegionScope& scope, int64_t near);

// True for the failure that comes when another transaction used a client id with other accounts at
// the same time: run the transaction again, and the stored transfer is found.
bool LostClientIdRace(const absl::Status& status);

}  // namespace jz::funds
