#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/outbox.h"
#include "common/status/status.h"

namespace jz::feed {
namespace {

constexpr int kMaxRowChanges = 1000;
constexpr size_t kMaxRowBytes = 1 << 20;

constexpr char kInsert[] =
    "INSERT INTO outbox (region_low, region_high, change_count, byte_count, changes, "
    "recorded_at_us) "
    "VALUES (?, ?, ?, ?, ?, ?)";

// The outbox row that is being filled.
struct OpenRow {
  common::v1::ChangeBatch batch;
  size_t bytes = 0;
  int64_t region_low = std::numeric_limits<int64_t>::max();
  int64_t region_high = std::numeric_limits<int64_t>::min();
  int64_t recorded_at_us = 0;

  bool Fits(size_t more) const {
    return batch.changes_size() == 0 ||
           (batch.changes_size() < kMaxRowChanges && bytes + more <= kMaxRowBytes);
  }
};

absl::Status Add(OpenRow& row, common::v1::Change change, size_t bytes) {
  auto region = RegionCode::Parse(change.region_code());
  if (!region.ok()) {
    return Internal("FEED_CHANGE_REGION", "a change without a valid region: " + change.type());
  }
  row.bytes += bytes;
  row.region_low = std::min(row.region_low, region->number());
  row.region_high = std::max(row.region_high, region->number());
  row.recorded_at_us =
      std::max<int64_t>(row.recorded_at_us, change.recorded_at().seconds() * 1'000'000 +
                                                change.recorded_at().nanos() / 1000);
  *row.batch.add_changes() = std::move(change);
  return absl::OkStatus();
}

absl::Status Insert(sql::Transaction& tx, const OpenRow& row) {
  std::string bytes = row.batch.SerializeAsString();
  const auto byte_count = static_cast<int64_t>(bytes.size());
  return tx
      .Execute(kInsert, {row.region_low, row.region_high, row.batch.changes_size(), byte_count,
                         std::move(bytes), row.recorded_at_us})
      .status();
}

}  // namespace

common::v1::Change MakeChange(absl::string_view resource, RegionCode region, int64_t version,
                              absl::Time recorded_at, const google::protobuf::Message& payload) {
  common::v1::Change change;
  change.set_resource(resource.data(), resource.size());
  change.set_type(payload.GetTypeName());
  change.set_region_code(region.ToString());
  change.set_version(version);
  const int64_t micros = absl::ToUnixMicros(recorded_at);
  change.mutable_recorded_at()->set_seconds(micros / 1'000'000);
  change.mutable_recorded_at()->set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
  change.mutable_payload()->PackFrom(payload);
  return change;
}

absl::Status Publish(sql::Transaction& tx, std::vector<common::v1::Change> changes) {
  OpenRow row;
  for (common::v1::Change& change : changes) {
    const size_t bytes = change.ByteSizeLong();
    if (bytes > kMaxRowBytes) {
      return Internal("FEED_CHANGE_TOO_LARGE",
                      absl::StrCat("a change of ", bytes, " bytes: ", change.type()));
    }
    if (!row.Fits(bytes)) {
      JZ_RETURN_IF_ERROR(Insert(tx, row));
      row = OpenRow();
    }
    JZ_RETURN_IF_ERROR(Add(row, std::move(change), bytes));
  }
  return row.batch.changes_size() == 0 ? absl::OkStatus() : Insert(tx, row);
}

}  // namespace jz::feed
