#include "services/identification/comparison_upload.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/citizen_id.h"
#include "common/rpc/canonical.h"
#include "services/identification/domain/household.h"
#include "services/identification/store/comparison_store.h"

namespace jz::identification {
namespace {

constexpr int kIdColumn = -1;
constexpr int kMaxViolations = 100;
constexpr int kMaxEntriesPerMessage = 20'000;
constexpr int64_t kMaxEntries = 10'000'000;
constexpr const char* kIdColumnNames[] = {"citizen_id", "证件号码", "身份证号", "身份证号码"};

const char* RuleOf(CsvRow::Problem problem) {
  switch (problem) {
    case CsvRow::Problem::kTooLong:
      return "ROW_TOO_LONG";
    case CsvRow::Problem::kQuote:
      return "ROW_QUOTES";
    default:
      return "ROW_ENCODING";
  }
}

// A message's value as ParseValue would make it; nothing when it is of another type.
absl::StatusOr<std::string> ValueOf(const AttributeDefinition& attribute,
                                    const v1::ComparisonAttribute& given) {
  using Given = v1::ComparisonAttribute;
  static constexpr Given::ValueCase kCaseOf[] = {Given::VALUE_NOT_SET, Given::kText, Given::kNumber,
                                                 Given::kDate, Given::kMoneyFen};
  if (given.value_case() != kCaseOf[static_cast<int>(attribute.type)]) {
    return InvalidArgument("ATTRIBUTE_TYPE", {}, "a value of another type than the kind gives it");
  }
  switch (given.value_case()) {
    case Given::kText:
      return ParseValue(attribute.type, given.text());
    case Given::kNumber:
      return ParseValue(attribute.type, given.number());
    case Given::kDate:
      return ParseValue(attribute.type, given.date());
    default:
      return absl::StrCat(given.money_fen());
  }
}

}  // namespace

ListUpload::ListUpload(const Deps& deps, const ComparisonList& list, bool skip_invalid_ids,
                       absl::Time deadline)
    : deps_(deps), list_(list), skip_invalid_ids_(skip_invalid_ids), deadline_(deadline) {}

std::string ListUpload::Place::Field(absl::string_view name) const {
  return absl::StrCat(list, "[", index, "]", name.empty() ? "" : ".", name);
}

absl::Status ListUpload::AddViolation(const std::string& field, absl::string_view rule,
                                      absl::string_view description) {
  violations_.Add(field, rule, description);
  return ++violation_count_ < kMaxViolations ? absl::OkStatus() : violations_.ToStatus();
}

absl::Status ListUpload::Require(Form form) {
  if (form_ == Form::kNone) form_ = form;
  if (form_ == form) return absl::OkStatus();
  return AddViolation("data", "LIST_FORM", "a list comes as a file or as entries, not as both");
}

absl::Status ListUpload::Add(const v1::CreateComparisonListRequest& message) {
  if (!message.data().empty()) {
    JZ_RETURN_IF_ERROR(Require(Form::kFile));
    digest_.Add(message.data());
    absl::Status status;
    csv_.Feed(message.data(), [&](CsvRow& row) {
      if (status.ok()) status = OnRow(row);
    });
    JZ_RETURN_IF_ERROR(status);
  }
  if (message.entries_size() > kMaxEntriesPerMessage) {
    JZ_RETURN_IF_ERROR(AddViolation("entries", "BATCH_TOO_LARGE", "at most 20,000 in a message"));
    return violations_.ToStatus();
  }
  for (const auto& entry : message.entries()) {
    JZ_RETURN_IF_ERROR(Require(Form::kEntries));
    JZ_RETURN_IF_ERROR(AddEntry(entry));
  }
  return absl::OkStatus();
}

absl::Status ListUpload::AddEntry(const v1::CreateComparisonListRequest::Entry& entry) {
  const std::string bytes = rpc::Canonical(entry);
  digest_.Add(absl::StrCat("entry ", bytes.size(), "\n", bytes));
  const Place place{.list = "entries", .index = seen_};
  std::vector<std::string> values(list_.attributes.size());
  std::vector<bool> given(list_.attributes.size());
  for (const v1::ComparisonAttribute& attribute : entry.attributes()) {
    auto found = std::find_if(list_.attributes.begin(), list_.attributes.end(),
                              [&](const auto& known) { return known.name == attribute.name(); });
    const std::string field = place.Field(attribute.name());
    if (found == list_.attributes.end()) {
      JZ_RETURN_IF_ERROR(
          AddViolation(field, "ATTRIBUTE_UNKNOWN", "the kind has no such attribute"));
      continue;
    }
    const size_t index = found - list_.attributes.begin();
    if (given[index]) {
      JZ_RETURN_IF_ERROR(AddViolation(field, "ATTRIBUTE_TWICE", "give each attribute once"));
    }
    given[index] = true;
    absl::StatusOr<std::string> value = ValueOf(*found, attribute);
    if (value.ok()) {
      values[index] = *std::move(value);
    } else {
      JZ_RETURN_IF_ERROR(AddViolation(field, ReasonOf(value.status()), value.status().message()));
    }
  }
  return AddPerson(entry.citizen_id(), JoinValues(values), place);
}

absl::Status ListUpload::OnHeader(const CsvRow& row) {
  std::vector<int>& columns = columns_.emplace();
  std::vector<bool> given(list_.attributes.size());
  int id_columns = 0;
  for (const std::string& field : row.fields) {
    const std::string name(absl::StripAsciiWhitespace(field));
    if (std::find(std::begin(kIdColumnNames), std::end(kIdColumnNames), name) !=
        std::end(kIdColumnNames)) {
      ++id_columns;
      columns.push_back(kIdColumn);
      continue;
    }
    auto found = std::find_if(
        list_.attributes.begin(), list_.attributes.end(),
        [&](const auto& known) { return known.name == name || known.label_zh == name; });
    const size_t index = found - list_.attributes.begin();
    columns.push_back(static_cast<int>(index));
    const std::string where =
        absl::StrCat("rows[", row.line, "].", IsUtf8(name) ? name.substr(0, 128) : "");
    if (found == list_.attributes.end()) {
      JZ_RETURN_IF_ERROR(
          AddViolation(where, "ATTRIBUTE_UNKNOWN", "the kind has no such attribute"));
    } else if (given[index]) {
      JZ_RETURN_IF_ERROR(AddViolation(where, "ATTRIBUTE_TWICE", "a column that is there already"));
    } else {
      given[index] = true;
    }
  }
  if (id_columns != 1) {
    JZ_RETURN_IF_ERROR(AddViolation(absl::StrCat("rows[", row.line, "].citizen_id"),
                                    "COLUMN_MISSING", "one column 证件号码 or citizen_id"));
  }
  // What columns mean is not known: rows would only repeat the error.
  return violations_.ToStatus();
}

absl::Status ListUpload::OnRow(const CsvRow& row) {
  const Place place{.list = "rows", .index = row.line};
  if (row.problem != CsvRow::Problem::kNone) {
    JZ_RETURN_IF_ERROR(
        AddViolation(place.Field(""), RuleOf(row.problem), "the row cannot be read"));
    // A header that cannot be read has no columns.
    return columns_ ? absl::OkStatus() : violations_.ToStatus();
  }
  if (!columns_) return OnHeader(row);
  if (row.fields.size() != columns_->size()) {
    return AddViolation(place.Field(""), "ROW_FIELD_COUNT",
                        "a row has as many fields as the header");
  }
  std::vector<std::string> values(list_.attributes.size());
  absl::string_view citizen_id;
  for (size_t i = 0; i < row.fields.size(); ++i) {
    const int column = (*columns_)[i];
    if (column == kIdColumn) {
      citizen_id = absl::StripAsciiWhitespace(row.fields[i]);
      continue;
    }
    const AttributeDefinition& attribute = list_.attributes[column];
    absl::StatusOr<std::string> value = ParseValue(attribute.type, row.fields[i]);
    if (value.ok()) {
      values[column] = *std::move(value);
    } else {
      JZ_RETURN_IF_ERROR(AddViolation(place.Field(attribute.name), ReasonOf(value.status()),
                                      value.status().message()));
    }
  }
  return AddPerson(citizen_id, JoinValues(values), place);
}

absl::Status ListUpload::AddPerson(absl::string_view citizen_id, absl::string_view values,
                                   const Place& place) {
  if (++seen_ > kMaxEntries) {
    return InvalidArgument("LIST_TOO_LARGE", {}, "a list has up to 10,000,000 entries");
  }
  absl::StatusOr<CitizenId> id = CitizenId::Parse(citizen_id);
  if (!id.ok()) {
    if (!skip_invalid_ids_) {
      return AddViolation(place.Field("citizen_id"), ReasonOf(id.status()), id.status().message());
    }
    ++list_.skipped_count;
    return absl::OkStatus();
  }
  if (violation_count_ > 0) return absl::OkStatus();  // refused anyway
  run_.Add(deps_.sealer.Hash(kCitizenIdContext, id->Person()), values);
  ++list_.entry_count;
  return run_.full() ? StoreRun() : absl::OkStatus();
}

absl::Status ListUpload::StoreRun() {
  const std::vector<ListBlock> blocks = run_.Finish();
  const int run = runs_++;
  return deps_.db.Run(deadline_,
                      [&](sql::Transaction& tx) { return InsertRun(tx, list_.id, run, blocks); });
}

absl::StatusOr<ComparisonList> ListUpload::Finish() {
  if (form_ == Form::kFile) {
    absl::Status status;
    csv_.Finish([&](CsvRow& row) {
      if (status.ok()) status = OnRow(row);
    });
    JZ_RETURN_IF_ERROR(status);
  }
  JZ_RETURN_IF_ERROR(violations_.ToStatus());
  if (list_.entry_count == 0) {
    return InvalidArgument("UPLOAD_EMPTY", {}, "a list has at least one entry");
  }
  if (!run_.empty()) JZ_RETURN_IF_ERROR(StoreRun());
  return list_;
}

}  // namespace jz::identification
