#include "services/identification/domain/income.h"

namespace jz::identification {

int64_t NetIncomeFen(const IncomeItems& items) {
  return items.wage_fen + items.business_fen + items.property_fen + items.transfer_fen -
         items.cost_fen;
}

int64_t NetPerHeadFen(int64_t net_fen, int members) {
  if (members <= 0) return 0;
  int64_t quotient = net_fen / members;
  return net_fen % members < 0 ? quotient - 1 : quotient;
}

}  // namespace jz::identification
