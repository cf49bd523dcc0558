#include "services/identification/import_validation.h"

#include <future>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/import_rows.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

constexpr size_t kMaxPending = 1000;  // errors, and ids to look up
constexpr int64_t kRowsPerCheckpoint = 20'000;
// A share says little of a few rows.
constexpr int64_t kMinGuardedRows = 100;

bool TellsDuplicate(const ImportError& error) {
  return error.reason == "CITIZEN_ID_DUPLICATE" || error.reason == "PERSON_NO_DUPLICATE" ||
         error.reason == "HOUSEHOLD_NO_DUPLICATE";
}

class Validation {
 public:
  Validation(const Deps& deps, jobs::JobRun& run, const v1::ImportJobParams& params,
             const v1::ImportJobState& state, const RegionBook& regions, const CodeBook& codes)
      : deps_(deps),
        run_(run),
        params_(params),
        before_(state),
        today_(DateInShanghai(deps.clock.Now())),
        reader_(codes, deps.sealer, today_),
        check_(run.region(), regions, today_) {}

  // Rows are read by another thread while those before them are checked against the register.
  absl::StatusOr<ImportVerdict> Run() {
    int64_t offset = 0;
    bool ended = false;
    std::future<std::vector<ReadRow>> reading;
    auto begin_next = [&]() -> absl::Status {
      JZ_ASSIGN_OR_RETURN(std::string bytes, run_.ReadInput(offset));
      offset += static_cast<int64_t>(bytes.size());
      ended = bytes.empty();
      reading = std::async(std::launch::async, [this, bytes = std::move(bytes)] {
        return bytes.empty() ? reader_.Finish() : reader_.Feed(bytes);
      });
      return absl::OkStatus();
    };
    JZ_RETURN_IF_ERROR(begin_next());
    while (reading.valid() && !stopped_) {
      std::vector<ReadRow> rows = reading.get();
      Add(reader_.header_errors());
      stopped_ = !errors_.empty() && rows_ == 0 && rows.empty();
      if (!ended && !stopped_) JZ_RETURN_IF_ERROR(begin_next());
      for (ReadRow& row : rows) JZ_RETURN_IF_ERROR(OnRow(row));
    }
    if (!stopped_) check_.Finish(errors_, verdict_.refused);
    if (rows_ == 0 && errors_.empty()) {
      stopped_ = true;
      Error(0, "FILE_EMPTY");
    }
    JZ_RETURN_IF_ERROR(LookUp());
    JZ_RETURN_IF_ERROR(Save(true));
    return std::move(verdict_);
  }

 private:
  void Add(const ImportErrors& errors) {
    errors_.insert(errors_.end(), errors.begin(), errors.end());
  }

  void Error(int64_t line, absl::string_view reason, std::string detail = "") {
    errors_.push_back(
        {.line = line, .column = "", .reason = std::string(reason), .detail = std::move(detail)});
  }

  absl::Status OnRow(ReadRow& read) {
    if (stopped_) return absl::OkStatus();
    if (++rows_ > kMaxImportRows) {
      Error(read.line, "FILE_TOO_MANY_ROWS", absl::StrCat(kMaxImportRows));
      stopped_ = true;
      return absl::OkStatus();
    }
    const size_t errors_before = errors_.size();
    Add(read.errors);
    if (read.row) {
      Check(*read.row, std::move(read.id_hash), errors_before);
    } else {
      ++rows_without_household_;
    }
    return FlushWhenDue();
  }

  void Check(const ImportRow& row, std::string id_hash, size_t errors_before) {
    const bool is_new = check_.Add(row, errors_);
    for (size_t i = errors_before; i < errors_.size(); ++i) {
      if (!TellsDuplicate(errors_[i])) continue;
      ++duplicates_in_file_;
      break;
    }
    HouseholdKey key = KeyOf(row.household, run_.region());
    if (key.second.empty()) {
      ++rows_without_household_;
    } else if (errors_.size() > errors_before) {
      verdict_.refused.insert(key);
    }
    const int32_t county = row.household.region.CountyNumber();
    if (!id_hash.empty()) hashes_.emplace(std::move(id_hash), Place{row.line, key});
    if (is_new && county != 0) {
      numbers_[county].emplace(row.household.national_no, Place{row.line, std::move(key)});
      ++pending_numbers_;
    }
  }

  absl::Status FlushWhenDue() {
    if (hashes_.size() >= kMaxPending || pending_numbers_ >= kMaxPending) {
      JZ_RETURN_IF_ERROR(LookUp());
    }
    if (errors_.size() >= kMaxPending || rows_ - saved_rows_ >= kRowsPerCheckpoint) {
      return Save(false);
    }
    return absl::OkStatus();
  }

  // Who is in the register already. Says nothing about where.
  absl::Status LookUp() {
    std::vector<std::string> hashes;
    for (const auto& [hash, place] : hashes_) hashes.push_back(hash);
    std::vector<std::string> present;
    std::vector<TakenNumber> taken;
    JZ_RETURN_IF_ERROR(deps_.db.Read(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_ASSIGN_OR_RETURN(present, FindPresentHashes(tx, hashes));
      taken.clear();
      for (const auto& [county, lines] : numbers_) {
        std::vector<std::string> numbers;
        for (const auto& [number, place] : lines) numbers.push_back(number);
        JZ_ASSIGN_OR_RETURN(std::vector<TakenNumber> some,
                            FindNationalNumbers(tx, county, numbers));
        taken.insert(taken.end(), some.begin(), some.end());
      }
      return absl::OkStatus();
    }));
    AddTaken(present, taken);
    hashes_.clear();
    numbers_.clear();
    pending_numbers_ = 0;
    return absl::OkStatus();
  }

  void AddTaken(absl::Span<const std::string> present, absl::Span<const TakenNumber> taken) {
    std::map<std::pair<int64_t, std::string>, Column> found;  // in the order of the file
    std::set<int64_t> lines;
    auto add = [&](const Place& place, const char* reason, Column column) {
      found.emplace(std::pair(place.line, reason), column);
      lines.insert(place.line);
      verdict_.refused.insert(place.household);
    };
    for (const std::string& hash : present) {
      add(hashes_[hash], "CITIZEN_ID_TAKEN", Column::kCitizenId);
    }
    for (const TakenNumber& number : taken) {
      add(numbers_[number.county][number.national_no], "HOUSEHOLD_NO_TAKEN", Column::kHouseholdNo);
    }
    for (const auto& [at, column] : found) {
      errors_.push_back({.line = at.first,
                         .column = std::string(ColumnName(column)),
                         .reason = at.second,
                         .detail = ""});
    }
    duplicates_in_register_ += static_cast<int64_t>(lines.size());
  }

  absl::Status Save(bool ended) {
    v1::ImportJobState& state = verdict_.state;
    if (before_.validated()) {  // only who is refused is asked for
      state = before_;
      errors_.clear();
      saved_rows_ = rows_;
      return absl::OkStatus();
    }
    jobs::JobRun::Progress progress;
    for (const ImportError& error : errors_) {
      if (++found_errors_ > before_.reported_errors()) progress.errors.push_back(ToMessage(error));
    }
    errors_.clear();
    saved_rows_ = rows_;
    state.set_reported_errors(std::max(found_errors_, before_.reported_errors()));
    state.set_row_count(rows_);
    state.set_household_count(check_.household_count());
    state.set_duplicates_in_file(duplicates_in_file_);
    state.set_duplicates_in_register(duplicates_in_register_);
    state.set_line(1);
    if (ended) {
      state.set_left_out_rows(check_.CountRows(verdict_.refused) + rows_without_household_);
      const bool usable = found_errors_ == 0 || (params_.skip_errors() && !stopped_);
      state.set_validated(usable && !HasTooManyDuplicates(params_, state));
    }
    progress.state = state.SerializeAsString();
    progress.done_count = rows_;
    progress.total_count = ended ? rows_ : 0;
    return deps_.db.Run(run_.deadline(),
                        [&](sql::Transaction& tx) { return run_.Checkpoint(tx, progress); });
  }

  struct Place {
    int64_t line = 0;
    HouseholdKey household;
  };

  const Deps& deps_;
  jobs::JobRun& run_;
  const v1::ImportJobParams& params_;
  const v1::ImportJobState& before_;
  const Date today_;
  RowReader reader_;
  ImportCheck check_;
  ImportVerdict verdict_;
  ImportErrors errors_;  // not yet saved
  int64_t found_errors_ = 0;
  int64_t rows_ = 0;
  int64_t saved_rows_ = 0;
  int64_t rows_without_household_ = 0;
  int64_t duplicates_in_file_ = 0;
  int64_t duplicates_in_register_ = 0;
  bool stopped_ = false;
  absl::flat_hash_map<std::string, Place> hashes_;                      // to look up
  std::map<int32_t, absl::flat_hash_map<std::string, Place>> numbers_;  // by county
  size_t pending_numbers_ = 0;
};

}  // namespace

absl::StatusOr<ImportVerdict> ValidateImport(const Deps& deps, jobs::JobRun& run,
                                             const v1::ImportJobParams& params,
                                             const v1::ImportJobState& state) {
  JZ_ASSIGN_OR_RETURN(std::vector<Region> regions,
                      deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
                        return LoadRegionsInside(tx, run.region());
                      }));
  JZ_ASSIGN_OR_RETURN(CodeBook codes, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, run.region(), DateInShanghai(deps.clock.Now()));
  }));
  const RegionBook book(regions);
  return Validation(deps, run, params, state, book, codes).Run();
}

bool HasTooManyDuplicates(const v1::ImportJobParams& params, const v1::ImportJobState& state) {
  if (params.max_duplicate_percent() == 0 || state.row_count() < kMinGuardedRows) return false;
  const int64_t duplicates = state.duplicates_in_file() + state.duplicates_in_register();
  return duplicates * 100 > int64_t{params.max_duplicate_percent()} * state.row_count();
}

common::v1::JobError ToMessage(const ImportError& error) {
  common::v1::JobError message;
  message.set_row(error.line);
  message.set_column(error.column);
  message.set_reason(error.reason);
  message.set_text_zh(ImportErrorTextZh(error));
  message.set_text_en(ImportErrorTextEn(error));
  return message;
}

}  // namespace jz::identification
