#include "services/identification/import_validation.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "services/identification/domain/import_check.h"
#include "services/identification/store/code_store.h"
#include "services/identification/store/household_store.h"
#include "services/identification/store/person_store.h"
#include "services/identification/store/region_store.h"

namespace jz::identification {
namespace {

constexpr size_t kMaxPending = 1000;  // errors, and ids to look up
constexpr int64_t kRowsPerCheckpoint = 5000;

absl::string_view HeaderReason(CsvRow::Problem problem) {
  if (problem == CsvRow::Problem::kTooLong) return "ROW_TOO_LONG";
  if (problem == CsvRow::Problem::kQuote) return "ROW_QUOTES";
  return "FILE_ENCODING";
}

absl::string_view RowReason(CsvRow::Problem problem) {
  if (problem == CsvRow::Problem::kTooLong) return "ROW_TOO_LONG";
  if (problem == CsvRow::Problem::kQuote) return "ROW_QUOTES";
  return "ROW_ENCODING";
}

class Validation {
 public:
  Validation(const Deps& deps, jobs::JobRun& run, const v1::ImportJobState& state,
             const RegionBook& regions, const CodeBook& codes)
      : deps_(deps),
        run_(run),
        already_reported_(state.reported_errors()),
        today_(DateInShanghai(deps.clock.Now())),
        codes_(codes),
        check_(run.region(), regions, today_) {}

  absl::StatusOr<v1::ImportJobState> Run() {
    CsvReader reader;
    auto on_row = [&](CsvRow& row) { OnRow(row); };
    for (int64_t offset = 0; Going();) {
      JZ_ASSIGN_OR_RETURN(std::string bytes, run_.ReadInput(offset));
      if (bytes.empty()) {
        reader.Finish(on_row);
        break;
      }
      reader.Feed(bytes, on_row);
      offset += static_cast<int64_t>(bytes.size());
    }
    JZ_RETURN_IF_ERROR(status_);
    if (!stopped_) check_.Finish(errors_);
    if (rows_ == 0 && errors_.empty()) Error(0, "FILE_EMPTY");
    JZ_RETURN_IF_ERROR(LookUp());
    return Save(true);
  }

 private:
  bool Going() const { return status_.ok() && !stopped_; }

  void Error(int64_t line, absl::string_view reason, std::string detail = "") {
    errors_.push_back(
        {.line = line, .column = "", .reason = std::string(reason), .detail = std::move(detail)});
  }

  void OnRow(const CsvRow& row) {
    if (!Going()) return;
    if (!columns_) return OnHeader(row);
    if (++rows_ > kMaxImportRows) {
      Error(row.line, "FILE_TOO_MANY_ROWS", absl::StrCat(kMaxImportRows));
      stopped_ = true;
    } else if (row.problem != CsvRow::Problem::kNone) {
      Error(row.line, RowReason(row.problem));
    } else if (row.fields.size() != columns_->size()) {
      Error(row.line, "ROW_FIELD_COUNT", absl::StrCat(columns_->size()));
    } else {
      Check(ParseImportRow(*columns_, row, {.codes = codes_, .today = today_}, errors_));
    }
    status_ = FlushWhenDue();
  }

  void OnHeader(const CsvRow& row) {
    if (row.problem != CsvRow::Problem::kNone) {
      Error(row.line, HeaderReason(row.problem));
    } else {
      columns_ = ColumnOrder::FromHeader(row, errors_);
    }
    stopped_ = !columns_;
  }

  void Check(const ImportRow& row) {
    const bool is_new = check_.Add(row, errors_);
    const int32_t county = row.household.region.CountyNumber();
    if (is_new && county != 0) {
      numbers_[county].emplace(row.household.national_no, row.line);
      ++pending_numbers_;
    }
    if (!row.person.id_person.empty()) {
      hashes_.emplace(deps_.sealer.Hash(kCitizenIdContext, row.person.id_person), row.line);
    }
  }

  absl::Status FlushWhenDue() {
    if (hashes_.size() >= kMaxPending || pending_numbers_ >= kMaxPending) {
      JZ_RETURN_IF_ERROR(LookUp());
    }
    if (errors_.size() >= kMaxPending || rows_ - saved_rows_ >= kRowsPerCheckpoint) {
      return Save(false).status();
    }
    return absl::OkStatus();
  }

  // Who is in the register already. Says nothing about where.
  absl::Status LookUp() {
    std::vector<std::string> hashes;
    for (const auto& [hash, line] : hashes_) hashes.push_back(hash);
    std::vector<std::string> present;
    std::vector<TakenNumber> taken;
    JZ_RETURN_IF_ERROR(deps_.db.Read(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_ASSIGN_OR_RETURN(present, FindPresentHashes(tx, hashes));
      taken.clear();
      for (const auto& [county, lines] : numbers_) {
        std::vector<std::string> numbers;
        for (const auto& [number, line] : lines) numbers.push_back(number);
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
    for (const std::string& hash : present) {
      found.emplace(std::pair(hashes_[hash], "CITIZEN_ID_TAKEN"), Column::kCitizenId);
    }
    for (const TakenNumber& number : taken) {
      found.emplace(std::pair(numbers_[number.county][number.national_no], "HOUSEHOLD_NO_TAKEN"),
                    Column::kHouseholdNo);
    }
    for (const auto& [at, column] : found) {
      errors_.push_back({.line = at.first,
                         .column = std::string(ColumnName(column)),
                         .reason = at.second,
                         .detail = ""});
    }
  }

  absl::StatusOr<v1::ImportJobState> Save(bool ended) {
    jobs::JobRun::Progress progress;
    for (const ImportError& error : errors_) {
      if (++found_errors_ > already_reported_) progress.errors.push_back(ToMessage(error));
    }
    errors_.clear();
    saved_rows_ = rows_;
    v1::ImportJobState state;
    state.set_reported_errors(std::max(found_errors_, already_reported_));
    state.set_row_count(rows_);
    state.set_household_count(check_.household_count());
    state.set_validated(ended && found_errors_ == 0);
    state.set_line(1);
    progress.state = state.SerializeAsString();
    progress.done_count = rows_;
    progress.total_count = ended ? rows_ : 0;
    JZ_RETURN_IF_ERROR(deps_.db.Run(
        run_.deadline(), [&](sql::Transaction& tx) { return run_.Checkpoint(tx, progress); }));
    return state;
  }

  const Deps& deps_;
  jobs::JobRun& run_;
  const int64_t already_reported_;
  const Date today_;
  const CodeBook& codes_;
  ImportCheck check_;
  std::optional<ColumnOrder> columns_;
  ImportErrors errors_;  // not yet saved
  int64_t found_errors_ = 0;
  int64_t rows_ = 0;
  int64_t saved_rows_ = 0;
  bool stopped_ = false;
  absl::Status status_;
  absl::flat_hash_map<std::string, int64_t> hashes_;  // to look up, with their lines
  std::map<int32_t, absl::flat_hash_map<std::string, int64_t>> numbers_;  // by county
  size_t pending_numbers_ = 0;
};

}  // namespace

absl::StatusOr<v1::ImportJobState> ValidateImport(const Deps& deps, jobs::JobRun& run,
                                                  const v1::ImportJobState& state) {
  JZ_ASSIGN_OR_RETURN(std::vector<Region> regions,
                      deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
                        return LoadRegionsInside(tx, run.region());
                      }));
  JZ_ASSIGN_OR_RETURN(CodeBook codes, deps.db.Fetch(run.deadline(), [&](sql::Transaction& tx) {
    return LoadCodeBook(tx, run.region(), DateInShanghai(deps.clock.Now()));
  }));
  const RegionBook book(regions);
  return Validation(deps, run, state, book, codes).Run();
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
