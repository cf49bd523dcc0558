// One valid request for every method of the suite, about the data of the county (see county.cc).
#pragma once

#include <string>
#include <vector>

namespace jz::testing {

struct AccessCase {
  std::string method;   // "funds.v1.FundsService.GetAccount"
  std::string request;  // text format with ${placeholders}
  // Who calls it rightfully; empty: somebody who calls nothing else.
  std::string subject = "";
  // Tells also of the regions around the caller's own, and of what is decided for them.
  bool shows_ancestors = false;
  // The same for every caller.
  bool is_public = false;
  // Why a write may come without request_id, though repeating it must be safe.
  std::string repeats_safely_by = "";
};

// In an order in which all of them can be carried out.
std::vector<AccessCase> AccessCases();

}  // namespace jz::testing
