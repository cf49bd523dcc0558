#include "services/identification/import_batches.h"

#include <map>
#include <utility>

#include "common/status/status.h"
#include "services/identification/facts.h"

namespace jz::identification {
namespace {

// A power of two: one multi-row statement a table.
constexpr size_t kBatchHouseholds = 512;
constexpr size_t kBatchPersons = 2000;

}  // namespace

ImportBatches::ImportBatches(const Deps& deps, jobs::JobRun& run, const CodeBook& codes,
                             const absl::flat_hash_set<HouseholdKey>& refused, bool skip_errors,
                             ImportBegin begin)
    : deps_(deps),
      run_(run),
      codes_(codes),
      refused_(refused),
      skip_errors_(skip_errors),
      begin_(std::move(begin)),
      today_(DateInShanghai(deps.clock.Now())),
      reader_(begin_.at.offset, begin_.at.line) {}

absl::Status ImportBatches::Changed() {
  return Internal("IMPORT_INPUT_CHANGED", "a file that was found right has errors now");
}

absl::StatusOr<std::vector<ImportBatch>> ImportBatches::Feed(absl::string_view bytes) {
  reader_.Feed(bytes, [&](CsvRow& row) {
    if (status_.ok() && row.offset > begin_.header_offset) status_ = OnRow(row);
  });
  return Take();
}

absl::StatusOr<std::vector<ImportBatch>> ImportBatches::Finish() {
  reader_.Finish([&](CsvRow& row) {
    if (status_.ok() && row.offset > begin_.header_offset) status_ = OnRow(row);
  });
  if (status_.ok()) status_ = EndBatch();
  return Take();
}

absl::StatusOr<std::vector<ImportBatch>> ImportBatches::Take() {
  JZ_RETURN_IF_ERROR(status_);
  return std::exchange(batches_, {});
}

absl::Status ImportBatches::OnRow(const CsvRow& row) {
  if (row.problem != CsvRow::Problem::kNone || row.fields.size() != begin_.columns.size()) {
    return skip_errors_ ? absl::OkStatus() : Changed();
  }
  ImportErrors errors;
  ImportRow parsed =
      ParseImportRow(begin_.columns, row, {.codes = codes_, .today = today_}, errors);
  if (skip_errors_) {
    const HouseholdKey key = KeyOf(parsed.household, run_.region());
    if (key.second.empty() || refused_.contains(key)) return absl::OkStatus();
  }
  if (!parsed.complete) return Changed();
  std::optional<ImportHousehold> complete = assembly_.Add(std::move(parsed));
  if (!complete) return absl::OkStatus();
  pending_persons_ += complete->members.size();
  pending_.push_back(*std::move(complete));
  const bool full = pending_.size() >= kBatchHouseholds || pending_persons_ >= kBatchPersons;
  return full ? EndBatch() : absl::OkStatus();
}

// Ids, seals and hashes, outside of the transaction.
absl::Status ImportBatches::EndBatch() {
  if (pending_.empty()) return absl::OkStatus();
  std::map<int32_t, int> ids_needed;
  for (const ImportHousehold& household : pending_) {
    ids_needed[household.fields.region.CountyNumber()] +=
        1 + static_cast<int>(household.members.size());
  }
  std::map<int32_t, std::vector<int64_t>> ids;
  for (const auto& [county, count] : ids_needed) {
    const RegionCode region = RegionCode::FromNumber(int64_t{county} * 1'000'000);
    JZ_ASSIGN_OR_RETURN(ids[county], deps_.ids.Next(region, count, run_.deadline()));
  }
  ImportBatch& batch = batches_.emplace_back();
  std::map<int32_t, size_t> used;
  for (const ImportHousehold& household : pending_) {
    const int32_t county = household.fields.region.CountyNumber();
    const size_t count = 1 + household.members.size();
    const absl::Span<const int64_t> own =
        absl::MakeConstSpan(ids[county]).subspan(used[county], count);
    used[county] += count;
    NewHousehold& entry = batch.entries.emplace_back();
    entry.line = household.line;
    entry.imported = ToImportedHousehold(household, own, today_);
    entry.facts = FactsOf(household, entry.imported);
    JZ_RETURN_IF_ERROR(Seal(household, entry.imported));
  }
  // Rows of households that are not complete yet have to be read again.
  batch.next = assembly_.Earliest().value_or(
      ImportAssembly::Position{.offset = reader_.next_offset(), .line = reader_.next_line()});
  pending_.clear();
  pending_persons_ = 0;
  return absl::OkStatus();
}

absl::Status ImportBatches::Seal(const ImportHousehold& from, ImportedHousehold& to) const {
  if (!from.fields.phone.empty()) {
    JZ_ASSIGN_OR_RETURN(to.household.phone_sealed,
                        deps_.sealer.Seal(kPhoneContext, from.fields.phone));
  }
  if (!from.fields.bank_account.empty()) {
    JZ_ASSIGN_OR_RETURN(to.household.bank_account_sealed,
                        deps_.sealer.Seal(kBankAccountContext, from.fields.bank_account));
  }
  for (size_t i = 0; i < from.members.size(); ++i) {
    JZ_ASSIGN_OR_RETURN(to.members[i].citizen_id_sealed,
                        deps_.sealer.Seal(kCitizenIdContext, from.members[i].citizen_id));
    to.members[i].citizen_id_hash = deps_.sealer.Hash(kCitizenIdContext, from.members[i].id_person);
  }
  return absl::OkStatus();
}

}  // namespace jz::identification
