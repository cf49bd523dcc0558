#include "tests/bench/frame/unary_load.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace jz::bench {
namespace {

class Load {
 public:
  explicit Load(const LoadOptions& options) : options_(options) {
    for (int i = 0; i < options.channels; ++i) {
      grpc::ChannelArguments args;
      args.SetInt("jz.bench.channel", i);  // another value, another connection
      args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      stubs_.push_back(std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
          absl::StrCat("127.0.0.1:", options.port), grpc::InsecureChannelCredentials(), args)));
    }
  }

  LoadResult Run() {
    const absl::Time start = absl::Now();
    {
      std::lock_guard lock(mutex_);
      running_ = options_.in_flight;
    }
    for (int i = 0; i < options_.in_flight; ++i)
      Begin(*stubs_[static_cast<size_t>(i) % stubs_.size()]);
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, absl::ToChronoMilliseconds(options_.duration), [] { return false; });
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    const double calls = static_cast<double>(done_.load());
    stop_ = true;
    ended_.wait(lock, [this] { return running_ == 0; });
    return {calls / seconds, failures_.load()};
  }

 private:
  struct InFlight {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
  };

  grpc::ByteBuffer NewRequest() const {
    if (!options_.rest_of_request) return {&bytes_, 1};
    const grpc::Slice parts[] = {bytes_, options_.rest_of_request()};
    return {parts, 2};
  }

  void Begin(grpc::GenericStub& stub) {
    auto* const call = new InFlight;
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    call->context.AddMetadata("authorization", options_.token);
    call->request = NewRequest();
    stub.UnaryCall(&call->context, options_.method, {}, &call->request, &call->response,
                   [this, call, &stub](const grpc::Status& status) {
                     delete call;
                     ++(status.ok() ? done_ : failures_);
                     if (!stop_) return Begin(stub);
                     std::lock_guard lock(mutex_);
                     if (--running_ == 0) ended_.notify_all();
                   });
  }

  const LoadOptions options_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  const grpc::Slice bytes_{options_.request};
  std::atomic<int64_t> done_ = 0;
  std::atomic<int64_t> failures_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  int running_ = 0;
};

}  // namespace

LoadResult RunLoad(const LoadOptions& options) { return Load(options).Run(); }

}  // namespace jz::bench
