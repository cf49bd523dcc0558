#include <arpa/inet.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "common/telemetry/telemetry.h"

namespace jz::telemetry {
namespace {

// Seconds. A point read takes about 1 ms, a batch some 100 ms, a deadline is at most a minute.
const prometheus::Histogram::BucketBoundaries& RpcBuckets() {
  static const auto* const buckets = new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
  return *buckets;
}

class RpcHandle : public Metrics::Rpc {
 public:
  RpcHandle(prometheus::Family<prometheus::Histogram>& family, absl::string_view service,
            absl::string_view method)
      : family_(family), service_(service), method_(method) {}

  void Finished(absl::StatusCode code, absl::Duration took) override {
    ForCode(code).Observe(absl::ToDoubleSeconds(took));
  }

 private:
  static constexpr size_t kCodes = 17;

  // Made when a code is first seen: most methods end in two or three of them.
  prometheus::Histogram& ForCode(absl::StatusCode code) {
    size_t index = static_cast<size_t>(code);
    if (index >= kCodes) index = static_cast<size_t>(absl::StatusCode::kUnknown);
    prometheus::Histogram* histogram = by_code_[index].load(std::memory_order_acquire);
    if (histogram == nullptr) {
      const auto name = absl::StatusCodeToString(static_cast<absl::StatusCode>(index));
      histogram =
          &family_.Add({{"service", service_}, {"method", method_}, {"code", name}}, RpcBuckets());
      by_code_[index].store(histogram, std::memory_order_release);
    }
    return *histogram;
  }

  prometheus::Family<prometheus::Histogram>& family_;
  const std::string service_;
  const std::string method_;
  std::array<std::atomic<prometheus::Histogram*>, kCodes> by_code_ = {};
};

std::string KeyOf(const std::string& name, Metrics::Labels labels) {
  std::string key = name;
  for (const auto& [label, value] : labels) absl::StrAppend(&key, "\n", label, "\t", value);
  return key;
}

// Connects and hangs up.
void Knock(const std::string& address, int port) {
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  const std::string host = address.substr(0, address.rfind(':'));
  const bool one = inet_pton(AF_INET, host.c_str(), &to.sin_addr) == 1;
  if (!one || to.sin_addr.s_addr == INADDR_ANY) to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  (void)connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  close(fd);
}

class PrometheusMetrics : public Metrics {
 public:
  PrometheusMetrics()
      : registry_(std::make_shared<prometheus::Registry>()),
        durations_(prometheus::BuildHistogram()
                       .Name("jz_rpc_duration_seconds")
                       .Help("Time from the arrival of a call to its end.")
                       .Register(*registry_)) {}

  // The server looks only every two seconds whether it shall end, unless somebody comes.
  ~PrometheusMetrics() override {
    if (!exposer_) return;
    const int served = port();
    std::atomic<bool> ended = false;
    std::thread knocking([&] {
      while (!ended) {
        Knock(address_, served);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    exposer_.reset();
    ended = true;
    knocking.join();
  }

  Rpc& ForRpc(absl::string_view service, absl::string_view method) override {
    std::lock_guard lock(mutex_);
    std::unique_ptr<RpcHandle>& handle = rpcs_[absl::StrCat(service, "\n", method)];
    if (!handle) handle = std::make_unique<RpcHandle>(durations_, service, method);
    return *handle;
  }

  void Count(const std::string& name, Labels labels, double by) override {
    const std::string key = KeyOf(name, labels);
    std::lock_guard lock(mutex_);
    prometheus::Counter*& counter = counters_[key];
    if (counter == nullptr) {
      counter = &prometheus::BuildCounter()
                     .Name(name)
                     .Register(*registry_)
                     .Add(prometheus::Labels(labels.begin(), labels.end()));
    }
    counter->Increment(by);
  }

  void Set(const std::string& name, Labels labels, double value) override {
    const std::string key = KeyOf(name, labels);
    std::lock_guard lock(mutex_);
    prometheus::Gauge*& gauge = gauges_[key];
    if (gauge == nullptr) {
      gauge = &prometheus::BuildGauge()
                   .Name(name)
                   .Register(*registry_)
                   .Add(prometheus::Labels(labels.begin(), labels.end()));
    }
    gauge->Set(value);
  }

  absl::Status Serve(const std::string& address) override {
    std::lock_guard lock(mutex_);
    if (exposer_) {
      return FailedPrecondition("METRICS_SERVED", {}, "the metrics are served already");
    }
    try {  // the library throws when it cannot listen
      // A client that connects and says nothing holds a thread until it is given up: with one
      // thread, a probe of the port kept a scrape waiting for half a minute.
      exposer_ = std::make_unique<prometheus::Exposer>(std::vector<std::string>{
          "listening_ports", address, "num_threads", "4", "request_timeout_ms", "2000"});
    } catch (const std::exception& error) {
      return Unavailable("METRICS_ADDRESS_TAKEN",
                         absl::StrCat("cannot serve metrics on ", address, ": ", error.what()));
    }
    address_ = address;
    exposer_->RegisterCollectable(registry_);
    return absl::OkStatus();
  }

  int port() const override {
    std::lock_guard lock(mutex_);
    if (!exposer_) return 0;
    const std::vector<int> ports = exposer_->GetListeningPorts();
    return ports.empty() ? 0 : ports.front();
  }

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Histogram>& durations_;
  mutable std::mutex mutex_;
  absl::flat_hash_map<std::string, std::unique_ptr<RpcHandle>> rpcs_;
  absl::flat_hash_map<std::string, prometheus::Counter*> counters_;
  absl::flat_hash_map<std::string, prometheus::Gauge*> gauges_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string address_;  // that it listens on
};

}  // namespace

std::unique_ptr<Metrics> Metrics::Create() { return std::make_unique<PrometheusMetrics>(); }

}  // namespace jz::telemetry
