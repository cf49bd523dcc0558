// What the handlers of this service work with. Owned by the App; thread-safe parts only.
#pragma once

#include "common/base/page_token.h"
#include "common/crypto/sealer.h"
#include "common/feed/outbox.h"
#include "common/sql/coalescing_writer.h"
#include "common/sql/database.h"
#include "common/sql/id_allocator.h"
#include "services/funds/use_case_post_transfers.h"

namespace jz::funds {

struct Deps {
  sql::Database& db;
  const crypto::Sealer& sealer;
  const PageTokens& page_tokens;
  sql::IdAllocator& ids;
  feed::Outbox& outbox;
  sql::CoalescingWriter<Posting>& posting_writer;
};

}  // namespace jz::funds
