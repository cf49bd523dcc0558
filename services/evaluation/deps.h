// What the handlers of this service work with. Owned by the App; thread-safe parts only.
#pragma once

#include "common/base/page_token.h"
#include "common/sql/database.h"
#include "common/sql/id_allocator.h"

namespace jz::evaluation {

struct Deps {
  sql::Database& db;
  const PageTokens& page_tokens;
  sql::IdAllocator& ids;
};

}  // namespace jz::evaluation
