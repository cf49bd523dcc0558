#include "services/identification/duplicate_job.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "common/status/status.h"
#include "jingzhun/identification/v1/comparison_storage.pb.h"
#include "jingzhun/identification/v1/duplicate.pb.h"
#include "services/identification/store/duplicate_store.h"

namespace jz::identification {
namespace {

namespace v1 = ::jingzhun::identification::v1;
using State = v1::DuplicateJobState;

constexpr int kHouseholdsPerStep = 1000;
constexpr int kNumbersPerStep = 200;

class DuplicateRun {
 public:
  DuplicateRun(const Deps& deps, jobs::JobRun& run, State state)
      : deps_(deps), run_(run), state_(std::move(state)) {}

  absl::StatusOr<State> Run() {
    while (state_.phase() != State::PHASE_DONE) {
      absl::Status status;
      switch (state_.phase()) {
        case State::PHASE_FINDING:
          status = FindSome();
          break;
        case State::PHASE_CLOSING:
          status = CloseSome();
          break;
        default:
          status = IndexSome();
      }
      JZ_RETURN_IF_ERROR(status);
    }
    return state_;
  }

 private:
  absl::Status Save(sql::Transaction& tx, const State& after) {
    return run_.Checkpoint(tx, {.state = after.SerializeAsString(),
                                .done_count = after.household_count(),
                                .total_count = 0,
                                .errors = {}});
  }

  absl::Status AddPhone(const char* context, const std::string& sealed,
                        HouseholdNumbers& household) const {
    if (sealed.empty()) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(std::string plain, deps_.sealer.Open(context, sealed));
    plain = NormalPhone(plain);
    if (plain.empty()) return absl::OkStatus();
    household.hashes[deps_.sealer.Hash(kSharedPhoneContext, plain)] = DuplicateKind::kPhone;
    return absl::OkStatus();
  }

  // Opens and hashes the household's numbers, and counts it.
  absl::Status Hash(HouseholdNumbers& household, State& after) const {
    JZ_RETURN_IF_ERROR(AddPhone(kPhoneContext, household.phone_sealed, household));
    for (const std::string& sealed : household.person_phones_sealed) {
      JZ_RETURN_IF_ERROR(AddPhone(kPersonPhoneContext, sealed, household));
    }
    if (!household.hashes.empty()) after.set_phone_count(after.phone_count() + 1);
    if (household.bank_account_sealed.empty()) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(std::string account,
                        deps_.sealer.Open(kBankAccountContext, household.bank_account_sealed));
    household.hashes[deps_.sealer.Hash(kSharedAccountContext, account)] =
        DuplicateKind::kBankAccount;
    after.set_bank_account_count(after.bank_account_count() + 1);
    return absl::OkStatus();
  }

  // Numbers of the next households, opened and hashed outside of the transaction that keeps them.
  absl::Status IndexSome() {
    const NumberPage page{.region = run_.region(),
                          .after_region = RegionCode::FromNumber(state_.region_code()),
                          .after = HouseholdId(state_.household_id()),
                          .limit = kHouseholdsPerStep};
    JZ_ASSIGN_OR_RETURN(std::vector<HouseholdNumbers> households,
                        deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
                          return ReadNumbers(tx, page);
                        }));
    State after = state_;
    for (HouseholdNumbers& household : households) JZ_RETURN_IF_ERROR(Hash(household, after));
    after.set_household_count(after.household_count() + static_cast<int64_t>(households.size()));
    if (households.size() == kHouseholdsPerStep) {
      after.set_region_code(households.back().place.region.number());
      after.set_household_id(households.back().place.household.value());
    } else {
      after.set_phase(State::PHASE_FINDING);
    }
    absl::Status kept = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(ReplaceNumbers(tx, households));
      return Save(tx, after);
    });
    JZ_RETURN_IF_ERROR(kept);
    state_ = after;
    return absl::OkStatus();
  }

  absl::Status FindSome() {
    JZ_ASSIGN_OR_RETURN(
        std::vector<std::string> hashes, deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
          return FindSharedNumbers(tx, state_.phone_hash(), run_.region(), kNumbersPerStep);
        }));
    std::vector<int64_t> ids;
    if (!hashes.empty()) {
      JZ_ASSIGN_OR_RETURN(
          ids, deps_.ids.Next(run_.region(), static_cast<int>(hashes.size()), run_.deadline()));
    }
    State after;
    absl::Status found = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      after = state_;
      JZ_ASSIGN_OR_RETURN(std::vector<SharedNumber> shared, LoadShared(tx, hashes));
      JZ_ASSIGN_OR_RETURN(std::vector<Duplicate> duplicates, LockDuplicatesByNumber(tx, hashes));
      Merge(std::move(shared), ids, duplicates, after);
      JZ_RETURN_IF_ERROR(PutDuplicates(tx, duplicates));
      if (hashes.size() == kNumbersPerStep) {
        after.set_phone_hash(hashes.back());
      } else {
        after.set_phase(State::PHASE_CLOSING);
      }
      return Save(tx, after);
    });
    JZ_RETURN_IF_ERROR(found);
    state_ = after;
    return absl::OkStatus();
  }

  // Brings what is known up to what was seen, and adds what is new.
  void Merge(std::vector<SharedNumber> shared, absl::Span<const int64_t> ids,
             std::vector<Duplicate>& duplicates, State& after) const {
    absl::flat_hash_map<std::string, size_t> known;
    for (size_t i = 0; i < duplicates.size(); ++i) known[duplicates[i].number_hash] = i;
    for (size_t i = 0; i < shared.size(); ++i) {
      const int count = static_cast<int>(shared[i].places.size());
      shared[i].places.resize(std::min(shared[i].places.size(), kMaxDuplicatePlaces));
      after.set_found_count(after.found_count() + 1);
      if (auto found = known.find(shared[i].number_hash); found != known.end()) {
        if (SeeAgain(duplicates[found->second], shared[i].places, count, run_.id().value())) {
          after.set_reopened_count(after.reopened_count() + 1);
        }
        continue;
      }
      Duplicate duplicate;
      duplicate.id = DuplicateId(ids[i]);
      duplicate.kind = shared[i].kind;
      duplicate.number_hash = shared[i].number_hash;
      duplicate.household_count = count;
      duplicate.places = std::move(shared[i].places);
      duplicate.last_run = run_.id().value();
      duplicates.push_back(std::move(duplicate));
      after.set_new_count(after.new_count() + 1);
    }
  }

  absl::Status CloseSome() {
    State after;
    absl::Status closed = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      after = state_;
      JZ_ASSIGN_OR_RETURN(std::vector<Duplicate> unseen,
                          LockUnseen(tx, run_.region(), run_.id().value(), kNumbersPerStep));
      for (Duplicate& duplicate : unseen) {
        duplicate.state = DuplicateState::kGone;
        duplicate.last_run = run_.id().value();
        ++duplicate.version;
      }
      JZ_RETURN_IF_ERROR(PutDuplicates(tx, unseen));
      after.set_gone_count(after.gone_count() + static_cast<int64_t>(unseen.size()));
      if (unseen.size() < kNumbersPerStep) after.set_phase(State::PHASE_DONE);
      return Save(tx, after);
    });
    JZ_RETURN_IF_ERROR(closed);
    state_ = after;
    return absl::OkStatus();
  }

  const Deps& deps_;
  jobs::JobRun& run_;
  State state_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> FindDuplicatesJob(const Deps& deps,
                                                                             jobs::JobRun& run) {
  State state;
  if (!state.ParseFromString(run.state())) {
    return Internal("DUPLICATE_STATE_BROKEN",
                    "the state of a search for duplicates does not parse");
  }
  JZ_ASSIGN_OR_RETURN(State done, DuplicateRun(deps, run, std::move(state)).Run());
  auto result = std::make_unique<v1::FindDuplicatesResult>();
  result->set_household_count(done.household_count());
  result->set_phone_count(done.phone_count());
  result->set_bank_account_count(done.bank_account_count());
  result->set_found_count(done.found_count());
  result->set_new_count(done.new_count());
  result->set_reopened_count(done.reopened_count());
  result->set_gone_count(done.gone_count());
  return result;
}

}  // namespace jz::identification
