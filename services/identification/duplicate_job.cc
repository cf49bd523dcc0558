#include "services/identification/duplicate_job.h"

#include <algorithm>
#include <set>

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

  absl::Status AddHash(const char* context, const std::string& sealed,
                       std::set<std::string>& hashes) const {
    if (sealed.empty()) return absl::OkStatus();
    JZ_ASSIGN_OR_RETURN(std::string plain, deps_.sealer.Open(context, sealed));
    plain = NormalPhone(plain);
    if (!plain.empty()) hashes.insert(deps_.sealer.Hash(kSharedPhoneContext, plain));
    return absl::OkStatus();
  }

  // Phones of the next households, opened and hashed outside of the transaction that keeps them.
  absl::Status IndexSome() {
    const PhonePage page{.region = run_.region(),
                         .after_region = RegionCode::FromNumber(state_.region_code()),
                         .after = HouseholdId(state_.household_id()),
                         .limit = kHouseholdsPerStep};
    JZ_ASSIGN_OR_RETURN(std::vector<HouseholdPhones> phones,
                        deps_.db.Fetch(run_.deadline(),
                                       [&](sql::Transaction& tx) { return ReadPhones(tx, page); }));
    State after = state_;
    for (HouseholdPhones& household : phones) {
      JZ_RETURN_IF_ERROR(AddHash(kPhoneContext, household.phone_sealed, household.hashes));
      for (const std::string& sealed : household.person_phones_sealed) {
        JZ_RETURN_IF_ERROR(AddHash(kPersonPhoneContext, sealed, household.hashes));
      }
      if (!household.hashes.empty()) after.set_phone_count(after.phone_count() + 1);
    }
    after.set_household_count(after.household_count() + static_cast<int64_t>(phones.size()));
    if (phones.size() == kHouseholdsPerStep) {
      after.set_region_code(phones.back().place.region.number());
      after.set_household_id(phones.back().place.household.value());
    } else {
      after.set_phase(State::PHASE_FINDING);
    }
    absl::Status kept = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      JZ_RETURN_IF_ERROR(ReplacePhones(tx, phones));
      return Save(tx, after);
    });
    JZ_RETURN_IF_ERROR(kept);
    state_ = after;
    return absl::OkStatus();
  }

  absl::Status FindSome() {
    JZ_ASSIGN_OR_RETURN(
        std::vector<std::string> hashes, deps_.db.Fetch(run_.deadline(), [&](sql::Transaction& tx) {
          return FindSharedPhones(tx, state_.phone_hash(), run_.region(), kNumbersPerStep);
        }));
    std::vector<int64_t> ids;
    if (!hashes.empty()) {
      JZ_ASSIGN_OR_RETURN(
          ids, deps_.ids.Next(run_.region(), static_cast<int>(hashes.size()), run_.deadline()));
    }
    State after;
    absl::Status found = deps_.db.Run(run_.deadline(), [&](sql::Transaction& tx) -> absl::Status {
      after = state_;
      JZ_ASSIGN_OR_RETURN(std::vector<SharedPhone> shared, LoadShared(tx, hashes));
      JZ_ASSIGN_OR_RETURN(std::vector<Duplicate> duplicates, LockDuplicatesByPhone(tx, hashes));
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
  void Merge(std::vector<SharedPhone> shared, absl::Span<const int64_t> ids,
             std::vector<Duplicate>& duplicates, State& after) const {
    absl::flat_hash_map<std::string, size_t> known;
    for (size_t i = 0; i < duplicates.size(); ++i) known[duplicates[i].phone_hash] = i;
    for (size_t i = 0; i < shared.size(); ++i) {
      const int count = static_cast<int>(shared[i].places.size());
      shared[i].places.resize(std::min(shared[i].places.size(), kMaxDuplicatePlaces));
      after.set_found_count(after.found_count() + 1);
      if (auto found = known.find(shared[i].phone_hash); found != known.end()) {
        if (SeeAgain(duplicates[found->second], shared[i].places, count, run_.id().value())) {
          after.set_reopened_count(after.reopened_count() + 1);
        }
        continue;
      }
      Duplicate duplicate;
      duplicate.id = DuplicateId(ids[i]);
      duplicate.phone_hash = shared[i].phone_hash;
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
  result->set_found_count(done.found_count());
  result->set_new_count(done.new_count());
  result->set_reopened_count(done.reopened_count());
  result->set_gone_count(done.gone_count());
  return result;
}

}  // namespace jz::identification
