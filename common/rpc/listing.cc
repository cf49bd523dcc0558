#include "common/rpc/listing.h"

#include "absl/strings/numbers.h"

namespace jz::rpc {

absl::StatusOr<auth::RegionScope> NarrowScope(const CallContext& ctx,
                                              absl::string_view region_code) {
  if (region_code.empty()) return ctx.scope();
  absl::StatusOr<RegionCode> region = RegionCode::Parse(region_code);
  if (!region.ok()) {
    Violations violations;
    violations.Add("region_code", ReasonOf(region.status()), region.status().message());
    return violations.ToStatus();
  }
  auth::RegionScope scope = ctx.scope().Intersect(*region);
  if (scope.empty()) return ctx.scope().Require(*region);
  return scope;
}

int64_t ListPage::Number(size_t index) const {
  int64_t number = 0;
  return absl::SimpleAtoi(Key(index), &number) ? number : 0;
}

absl::Status ListPage::Read(const std::string& token, int size, PageLimits limits) {
  JZ_ASSIGN_OR_RETURN(size_, PageSize(size, limits));
  JZ_ASSIGN_OR_RETURN(keys_, tokens_->Read(query_, token));
  return absl::OkStatus();
}

}  // namespace jz::rpc
