// The baseline of the figure of batch reads: what a small program would read for whole households,
// by Connector/C++ directly.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace sql {
class Connection;
class PreparedStatement;
}  // namespace sql

namespace jz::bench {

// One connection with four prepared statements `… WHERE … IN (…)` for a fixed number of households:
// every column of household, of the present members, of the incomes and of the facts.
class RawReads {
 public:
  RawReads(const std::string& socket, const std::string& schema, int households);
  ~RawReads();

  // Reads every column; how many rows.
  int64_t Read(absl::Span<const int64_t> ids);

 private:
  std::unique_ptr<::sql::Connection> connection_;
  std::vector<std::unique_ptr<::sql::PreparedStatement>> statements_;
};

}  // namespace jz::bench
