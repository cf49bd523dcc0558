#include "services/identification/import_writing.h"

#include <future>
#include <map>
#include <utility>
#include <vector>

#include "common/status/status.h"
#include "services/identification/import_batches.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

constexpr size_t kLookUp = 1000;
// How often a batch is tried anew when another import enters the same persons at the same moment.
constexpr int kMaxTries = 10;

using Entry = NewHousehold;

// What one transaction did with a batch.
struct Outcome {
  int64_t households = 0;
  int64_t persons = 0;
  int64_t refused_persons = 0;
  std::vector<common::v1::JobError> refused;
};

class Writing {
 public:
  Writing(const Deps& deps, jobs::JobRun& run, const CodeBook& codes,
          const absl::flat_hash_set<HouseholdKey>& refused, bool skip_errors,
          v1::ImportJobState state)
      : deps_(deps),
        run_(run),
        codes_(codes),
        refused_(refused),
        skip_errors_(skip_errors),
        state_(std::move(state)) {}

  // The next batches are made by another thread while those before them are written.
  absl::StatusOr<v1::ImportJobState> Run() {
    JZ_ASSIGN_OR_RETURN(ImportBegin begin, ReadHeader());
    int64_t offset = begin.at.offset;
    ImportBatches batches(deps_, run_, codes_, refused_, skip_errors_, std::move(begin));
    std::future<absl::StatusOr<std::vector<ImportBatch>>> making;
    bool ended = false;
    auto begin_next = [&]() -> absl::Status {
      JZ_ASSIGN_OR_RETURN(std::string bytes, run_.ReadInput(offset));
      offset += static_cast<int64_t>(bytes.size());
      ended = bytes.empty();
      making = std::async(std::launch::async, [&batches, bytes = std::move(bytes)] {
        return bytes.empty() ? batches.Finish() : batches.Feed(bytes);
      });
      return absl::OkStatus();
    };
    JZ_RETURN_IF_ERROR(begin_next());
    while (making.valid()) {
      JZ_ASSIGN_OR_RETURN(std::vector<ImportBatch> made, making.get());
      if (!ended) JZ_RETURN_IF_ERROR(begin_next());
      for (const ImportBatch& batch : made) JZ_RETURN_IF_ERROR(WriteBatch(batch));
    }
    return state_;
  }

 private:
  // The header is at the beginning, also when the run goes on in the middle.
  absl::StatusOr<ImportBegin> ReadHeader() {
    CsvReader reader;
    ImportErrors errors;
    std::optional<ColumnOrder> columns;
    int64_t header_offset = 0;
    for (int64_t offset = 0; !columns && errors.empty();) {
      JZ_ASSIGN_OR_RETURN(std::string bytes, run_.ReadInput(offset));
      if (bytes.empty()) break;
      reader.Feed(bytes, [&](CsvRow& row) {
        if (columns || !errors.empty()) return;
        columns = ColumnOrder::FromHeader(row, errors);
        header_offset = row.offset;
      });
      offset += static_cast<int64_t>(bytes.size());
    }
    if (!columns) return ImportBatches::Changed();
    return ImportBegin{.columns = *std::move(columns),
                       .header_offset = header_offset,
                       .at = {.offset = state_.offset(), .line = state_.line()}};
  }

  absl::Status WriteBatch(const ImportBatch& batch) {
    const absl::Time now = deps_.clock.Now();
    absl::Status status;
    for (int tries = 0; tries < kMaxTries; ++tries) {
      v1::ImportJobState after;
      status = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
        // Validated a moment ago: whether anybody came in between is told by the keys, and asked
        // for only then.
        JZ_ASSIGN_OR_RETURN(Outcome outcome, Store(tx, batch.entries, now, /*select=*/tries > 0));
        after = After(batch, outcome);
        return run_.Checkpoint(tx,
                               {.state = after.SerializeAsString(),
                                .done_count = after.imported_persons() + after.refused_persons(),
                                .total_count = after.row_count(),
                                .errors = std::move(outcome.refused)});
      });
      if (status.ok()) state_ = std::move(after);
      if (!absl::IsAlreadyExists(status)) break;
    }
    JZ_RETURN_IF_ERROR(status);
    deps_.outbox.Notify();
    return absl::OkStatus();
  }

  v1::ImportJobState After(const ImportBatch& batch, const Outcome& outcome) const {
    v1::ImportJobState after = state_;
    after.set_offset(batch.next.offset);
    after.set_line(batch.next.line);
    after.set_imported_households(after.imported_households() + outcome.households);
    after.set_imported_persons(after.imported_persons() + outcome.persons);
    after.set_refused_households(after.refused_households() +
                                 static_cast<int64_t>(outcome.refused.size()));
    after.set_refused_persons(after.refused_persons() + outcome.refused_persons);
    return after;
  }

  absl::StatusOr<Outcome> Store(sql::Transaction& tx, absl::Span<const Entry> entries,
                                absl::Time now, bool select);
  absl::StatusOr<std::vector<const Entry*>> Select(sql::Transaction& tx,
                                                   absl::Span<const Entry> entries,
                                                   Outcome& outcome);

  const Deps& deps_;
  jobs::JobRun& run_;
  const CodeBook& codes_;
  const absl::flat_hash_set<HouseholdKey>& refused_;
  const bool skip_errors_;
  v1::ImportJobState state_;
};

absl::StatusOr<absl::flat_hash_set<std::string>> PresentHashes(sql::Transaction& tx,
                                                               absl::Span<const Entry> entries) {
  std::vector<std::string> hashes;
  for (const Entry& entry : entries) {
    for (const Person& person : entry.imported.members) hashes.push_back(person.citizen_id_hash);
  }
  absl::flat_hash_set<std::string> present;
  for (size_t begin = 0; begin < hashes.size(); begin += kLookUp) {
    JZ_ASSIGN_OR_RETURN(std::vector<std::string> found,
                        FindPresentHashes(tx, absl::MakeConstSpan(hashes).subspan(begin, kLookUp)));
    present.insert(found.begin(), found.end());
  }
  return present;
}

// National numbers that are taken, with the job that took each.
absl::StatusOr<std::map<HouseholdKey, int64_t>> Taken(sql::Transaction& tx,
                                                      absl::Span<const Entry> entries) {
  std::map<int32_t, std::vector<std::string>> numbers;
  for (const Entry& entry : entries) {
    const Household& household = entry.imported.household;
    numbers[household.region.CountyNumber()].push_back(household.national_no);
  }
  std::map<HouseholdKey, int64_t> taken;
  for (const auto& [county, some] : numbers) {
    JZ_ASSIGN_OR_RETURN(std::vector<TakenNumber> found, FindNationalNumbers(tx, county, some));
    for (TakenNumber& number : found) {
      taken[{number.county, std::move(number.national_no)}] = number.import_job;
    }
  }
  return taken;
}

// The households that are to be stored: without those that this job has stored before a crash, and
// without those that somebody else has entered, which become errors.
absl::StatusOr<std::vector<const Entry*>> Writing::Select(sql::Transaction& tx,
                                                          absl::Span<const Entry> entries,
                                                          Outcome& outcome) {
  JZ_ASSIGN_OR_RETURN(auto taken, Taken(tx, entries));
  JZ_ASSIGN_OR_RETURN(auto present, PresentHashes(tx, entries));
  std::vector<const Entry*> selected;
  for (const Entry& entry : entries) {
    const Household& household = entry.imported.household;
    auto number = taken.find({household.region.CountyNumber(), household.national_no});
    if (number != taken.end() && number->second == run_.id().value()) continue;
    bool known = number != taken.end();
    for (const Person& person : entry.imported.members) {
      known = known || present.contains(person.citizen_id_hash);
    }
    if (known) {
      outcome.refused_persons += static_cast<int64_t>(entry.imported.members.size());
      outcome.refused.push_back(ToMessage(ImportError{
          .line = entry.line, .column = "", .reason = "HOUSEHOLD_REFUSED", .detail = ""}));
    } else {
      selected.push_back(&entry);
    }
  }
  return selected;
}

absl::StatusOr<Outcome> Writing::Store(sql::Transaction& tx, absl::Span<const Entry> entries,
                                       absl::Time now, bool select) {
  Outcome outcome;
  std::vector<const Entry*> selected;
  if (select) {
    JZ_ASSIGN_OR_RETURN(selected, Select(tx, entries, outcome));
  } else {
    for (const Entry& entry : entries) selected.push_back(&entry);
  }
  JZ_RETURN_IF_ERROR(
      EnterHouseholds(tx, selected, {.job = run_.id(), .author = run_.created_by(), .now = now}));
  outcome.households = static_cast<int64_t>(selected.size());
  for (const Entry* entry : selected) {
    outcome.persons += static_cast<int64_t>(entry->imported.members.size());
  }
  return outcome;
}

}  // namespace

absl::StatusOr<v1::ImportJobState> WriteImport(const Deps& deps, jobs::JobRun& run,
                                               const ImportVerdict& verdict, bool skip_errors) {
  JZ_ASSIGN_OR_RETURN(CodeBook codes, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, run.region(), DateInShanghai(deps.clock.Now()));
  }));
  return Writing(deps, run, codes, verdict.refused, skip_errors, verdict.state).Run();
}

}  // namespace jz::identification
