// What the handlers of this service work with. Owned by the App; thread-safe parts only.
#pragma once

#include "common/base/clock.h"
#include "common/base/page_token.h"
#include "common/crypto/sealer.h"
#include "common/feed/outbox.h"
#include "common/jobs/jobs.h"
#include "common/sql/database.h"
#include "common/sql/id_allocator.h"

namespace jz::identification {

class HouseholdCache;

struct Deps {
  sql::Database& db;
  const crypto::Sealer& sealer;
  const PageTokens& page_tokens;
  sql::IdAllocator& ids;
  jobs::Jobs& jobs;
  feed::Outbox& outbox;
  const Clock& clock;
  HouseholdCache* households = nullptr;  // null: every read is one of the database
};

}  // namespace jz::identification
