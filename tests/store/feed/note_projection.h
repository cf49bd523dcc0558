// A projection that notices everything a feed may do wrong.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "common/feed/consumer.h"
#include "common/sql/migrate.h"

namespace jz::testing {

// Table `note` holds the last version of every resource, table `applied` every change that was
// applied. A version that is not the next one of its resource is refused; the primary key of
// `applied` refuses doubles.
std::vector<sql::Migration> NoteProjectionMigrations();

// Counts into `refused` what a right feed never brings: a consumer that tries again could hide it.
feed::ApplyFn ApplyNotes(std::atomic<int>* refused = nullptr);

// "notes/a 1" for every applied change, in the order in which they were applied.
std::vector<std::string> AppliedNotes(sql::Database& db);
int64_t AppliedCount(sql::Database& db);

feed::ConsumerOptions NoteConsumerOptions();

}  // namespace jz::testing
