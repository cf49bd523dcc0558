#include "services/identification/import_writing.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/status/status.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/enter_households.h"
#include "services/identification/facts.h"
#include "services/identification/import_validation.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"

namespace jz::identification {
namespace {

constexpr size_t kBatchHouseholds = 500;
constexpr size_t kBatchPersons = 2000;
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
  Writing(const Deps& deps, jobs::JobRun& run, const CodeBook& codes, v1::ImportJobState state)
      : deps_(deps),
        run_(run),
        codes_(codes),
        state_(std::move(state)),
        today_(DateInShanghai(deps.clock.Now())),
        reader_(state_.offset(), state_.line()) {}

  absl::StatusOr<v1::ImportJobState> Run() {
    JZ_RETURN_IF_ERROR(ReadHeader());
    auto on_row = [&](CsvRow& row) {
      if (status_.ok() && row.offset > header_offset_) status_ = OnRow(row);
    };
    for (int64_t offset = state_.offset(); status_.ok();) {
      JZ_ASSIGN_OR_RETURN(std::string bytes, run_.ReadInput(offset));
      if (bytes.empty()) {
        reader_.Finish(on_row);
        break;
      }
      reader_.Feed(bytes, on_row);
      offset += static_cast<int64_t>(bytes.size());
    }
    JZ_RETURN_IF_ERROR(status_);
    JZ_RETURN_IF_ERROR(WriteBatch());
    return state_;
  }

 private:
  // The header is at the beginning, also when the run goes on in the middle.
  absl::Status ReadHeader() {
    CsvReader reader;
    ImportErrors errors;
    for (int64_t offset = 0; !columns_ && errors.empty();) {
      JZ_ASSIGN_OR_RETURN(std::string bytes, run_.ReadInput(offset));
      if (bytes.empty()) break;
      reader.Feed(bytes, [&](CsvRow& row) {
        if (columns_ || !errors.empty()) return;
        columns_ = ColumnOrder::FromHeader(row, errors);
        header_offset_ = row.offset;
      });
      offset += static_cast<int64_t>(bytes.size());
    }
    return columns_ ? absl::OkStatus() : Changed();
  }

  static absl::Status Changed() {
    return Internal("IMPORT_INPUT_CHANGED", "a file that was found right has errors now");
  }

  absl::Status OnRow(const CsvRow& row) {
    if (row.problem != CsvRow::Problem::kNone || row.fields.size() != columns_->size()) {
      return Changed();
    }
    ImportErrors errors;
    ImportRow parsed = ParseImportRow(*columns_, row, {.codes = codes_, .today = today_}, errors);
    if (!parsed.complete) return Changed();
    std::optional<ImportHousehold> complete = assembly_.Add(std::move(parsed));
    if (!complete) return absl::OkStatus();
    batch_persons_ += complete->members.size();
    batch_.push_back(*std::move(complete));
    bool full = batch_.size() >= kBatchHouseholds || batch_persons_ >= kBatchPersons;
    return full ? WriteBatch() : absl::OkStatus();
  }

  absl::Status WriteBatch() {
    if (batch_.empty()) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(std::vector<Entry> entries, Prepare());
    // Where a run would go on: rows of households that are not complete yet have to be read again.
    ImportAssembly::Position next = assembly_.Earliest().value_or(
        ImportAssembly::Position{.offset = reader_.next_offset(), .line = reader_.next_line()});
    const absl::Time now = deps_.clock.Now();
    absl::Status status;
    for (int tries = 0; tries < kMaxTries; ++tries) {
      v1::ImportJobState after = state_;
      status = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
        after = state_;
        JZ_ASSIGN_OR_RETURN(Outcome outcome, Store(tx, entries, now));
        after.set_offset(next.offset);
        after.set_line(next.line);
        after.set_imported_households(after.imported_households() + outcome.households);
        after.set_imported_persons(after.imported_persons() + outcome.persons);
        after.set_refused_households(after.refused_households() +
                                     static_cast<int64_t>(outcome.refused.size()));
        after.set_refused_persons(after.refused_persons() + outcome.refused_persons);
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
    batch_.clear();
    batch_persons_ = 0;
    return absl::OkStatus();
  }

  // Ids, seals and hashes, outside of the transaction.
  absl::StatusOr<std::vector<Entry>> Prepare() {
    std::map<int32_t, int> ids_needed;
    for (const ImportHousehold& household : batch_) {
      ids_needed[household.fields.region.CountyNumber()] +=
          1 + static_cast<int>(household.members.size());
    }
    std::map<int32_t, std::vector<int64_t>> ids;
    for (const auto& [county, count] : ids_needed) {
      const RegionCode region = RegionCode::FromNumber(int64_t{county} * 1'000'000);
      JZ_ASSIGN_OR_RETURN(ids[county], deps_.ids.Next(region, count, run_.deadline()));
    }
    std::vector<Entry> entries;
    for (const ImportHousehold& household : batch_) {
      std::vector<int64_t>& free = ids[household.fields.region.CountyNumber()];
      const size_t count = 1 + household.members.size();
      absl::Span<const int64_t> own = absl::MakeConstSpan(free).last(count);
      Entry& entry = entries.emplace_back();
      entry.line = household.line;
      entry.imported = ToImportedHousehold(household, own, today_);
      entry.facts = FactsOf(household, entry.imported);
      free.resize(free.size() - count);
      JZ_RETURN_IF_ERROR(Seal(household, entry.imported));
    }
    return entries;
  }

  absl::Status Seal(const ImportHousehold& from, ImportedHousehold& to) {
    if (!from.fields.phone.empty()) {
      JZ_ASSIGN_OR_RETURN(to.household.phone_sealed,
                          deps_.sealer.Seal(kPhoneContext, from.fields.phone));
    }
    for (size_t i = 0; i < from.members.size(); ++i) {
      JZ_ASSIGN_OR_RETURN(to.members[i].citizen_id_sealed,
                          deps_.sealer.Seal(kCitizenIdContext, from.members[i].citizen_id));
      to.members[i].citizen_id_hash =
          deps_.sealer.Hash(kCitizenIdContext, from.members[i].id_person);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Outcome> Store(sql::Transaction& tx, absl::Span<const Entry> entries,
                                absl::Time now);
  absl::StatusOr<std::vector<const Entry*>> Select(sql::Transaction& tx,
                                                   absl::Span<const Entry> entries,
                                                   Outcome& outcome);

  const Deps& deps_;
  jobs::JobRun& run_;
  const CodeBook& codes_;
  v1::ImportJobState state_;
  const Date today_;
  CsvReader reader_;
  std::optional<ColumnOrder> columns_;
  int64_t header_offset_ = 0;  // blank lines may come first
  ImportAssembly assembly_;
  std::vector<ImportHousehold> batch_;
  size_t batch_persons_ = 0;
  absl::Status status_;
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
                                       absl::Time now) {
  Outcome outcome;
  JZ_ASSIGN_OR_RETURN(std::vector<const Entry*> selected, Select(tx, entries, outcome));
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
                                               const v1::ImportJobState& state) {
  JZ_ASSIGN_OR_RETURN(CodeBook codes, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, run.region(), DateInShanghai(deps.clock.Now()));
  }));
  return Writing(deps, run, codes, state).Run();
}

}  // namespace jz::identification
