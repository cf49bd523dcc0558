// A national sheet from the register, page by page: what ImportSheet reads back without change.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jingzhun/identification/v1/export.pb.h"
#include "services/identification/deps.h"
#include "services/identification/domain/code_book.h"
#include "services/identification/domain/region_names.h"
#include "services/identification/domain/table_writer.h"
#include "services/identification/export_columns.h"

namespace jz::identification {

// Behind which household (or village) a page begins; zero for the first.
struct ExportPosition {
  RegionCode region = {};
  int64_t household = 0;
};

struct ExportPage {
  std::string bytes = {};
  int64_t rows = 0;
  int64_t units = 0;  // households or villages, also those that the filter left out
  ExportPosition next = {};
  bool last = false;
};

TableFormat TableFormatOf(v1::ExportFormat format);

// Immutable: pages may be read in any number of runs. Memory is that of one page.
struct ExportSubject;

class SheetExport {
 public:
  // `spec` is checked. Reads code lists and names of regions once.
  static absl::StatusOr<std::unique_ptr<SheetExport>> Open(const Deps& deps,
                                                           const v1::ExportSpec& spec,
                                                           absl::Time deadline);

  // Households (or villages) in the region, for progress.
  absl::StatusOr<int64_t> CountUnits(absl::Time deadline) const;
  absl::StatusOr<ExportPage> Read(const ExportPosition& after, absl::Time deadline) const;
  const TableWriter& writer() const { return writer_; }

 private:
  struct Loaded;

  SheetExport(const Deps& deps, const v1::ExportSpec& spec, RegionCode region, CodeBook codes,
              RegionNames names);
  absl::StatusOr<ExportPage> ReadVillages(const ExportPosition& after, absl::Time deadline) const;
  absl::StatusOr<ExportPage> ReadHouseholds(const ExportPosition& after, absl::Time deadline) const;
  absl::Status AppendHousehold(const Loaded& loaded, size_t index, ExportPage& page) const;
  std::string KeyText(SheetKey key, const ExportSubject& subject) const;
  void AppendRow(const ExportSubject& subject, ExportPage& page) const;

  const Deps& deps_;
  const v1::ExportSpec spec_;
  const RegionCode region_;
  const CodeBook codes_;
  const RegionNames names_;
  const std::vector<ExportColumn> columns_;
  const TableWriter writer_;
};

}  // namespace jz::identification
