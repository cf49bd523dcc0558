// The demo's only way to the suite: gRPC calls through the edge, each in the name of one person.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"

namespace jz::demo {

class Suite {
 public:
  // `edge`: host:port; `ca`: PEM file; `tokens`: folder with one file per person, see
  // deploy/lib/secrets.sh.
  static absl::StatusOr<std::unique_ptr<Suite>> Open(const std::string& edge, const std::string& ca,
                                                     const std::string& tokens);

  // Calls until it is answered. A service that is down or busy is waited for, up to five minutes:
  // every write carries a request_id, so repeating is safe.
  template <class Response>
  absl::StatusOr<Response> Call(const std::string& who, const std::string& method,
                                const google::protobuf::Message& request) {
    Response response;
    absl::Status status = Patiently([&] {
      return channel_->Unary(method, request, response, Options(who, absl::Seconds(50)));
    });
    if (!status.ok()) return status;
    return response;
  }

  // Sends `messages` into a client stream, again from the start after a failure.
  template <class Request, class Response>
  absl::StatusOr<Response> Upload(const std::string& who, const std::string& method,
                                  const std::vector<Request>& messages) {
    Response response;
    absl::Status status = Patiently([&] {
      auto stream = channel_->ClientStream(method, Options(who, absl::Minutes(5)));
      for (const Request& message : messages) {
        if (!stream->Write(message)) break;
      }
      return stream->Finish(response);
    });
    if (!status.ok()) return status;
    return response;
  }

  // Whether a consumer that has come to `cursor` of a feed knows every change of `types` (empty:
  // all) in `region` that was committed before this call. `feed`: the owner's StreamChanges. In the
  // name of a service, as consumers ask.
  absl::StatusOr<bool> CaughtUp(const std::string& feed, const std::string& region,
                                const std::vector<std::string>& types, const std::string& cursor);

  // Asks `done` again and again until it says true, at most for five minutes.
  static absl::Status Until(const std::string& what,
                            const std::function<absl::StatusOr<bool>()>& done);

 private:
  rpc::CallOptions Options(const std::string& who, absl::Duration timeout) const;
  static absl::Status Patiently(const std::function<absl::Status()>& call);

  std::string tokens_;
  std::unique_ptr<rpc::Channel> channel_;
};

// Full method names.
inline std::string Regions(const char* m) {
  return std::string("/jingzhun.identification.v1.RegionService/") + m;
}
inline std::string Register(const char* m) {
  return std::string("/jingzhun.identification.v1.RegisterService/") + m;
}
inline std::string Cases(const char* m) {
  return std::string("/jingzhun.identification.v1.CaseService/") + m;
}
inline std::string Assistance(const char* m) {
  return std::string("/jingzhun.assistance.v1.AssistanceService/") + m;
}
inline std::string Funds(const char* m) {
  return std::string("/jingzhun.funds.v1.FundsService/") + m;
}
inline std::string Evaluations(const char* m) {
  return std::string("/jingzhun.evaluation.v1.EvaluationService/") + m;
}

// The changes of identification that projections of households are made of.
inline constexpr char kHouseholdChanged[] = "jingzhun.identification.v1.HouseholdChanged";

}  // namespace jz::demo
