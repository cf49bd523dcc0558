#include "deploy/lib/demo/suite.h"

#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "jingzhun/common/v1/feed.pb.h"

namespace jz::demo {

namespace common = ::jingzhun::common;  // the generated messages

namespace {

// For a service that is down or busy, and for what a service has to do.
constexpr absl::Duration kPatience = absl::Minutes(5);

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return FailedPrecondition("FILE_UNREADABLE", {{"path", path}}, "cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool WorthRepeating(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Suite>> Suite::Open(const std::string& edge, const std::string& ca,
                                                   const std::string& tokens) {
  auto suite = std::make_unique<Suite>();
  suite->tokens_ = tokens;
  rpc::ChannelOptions options;
  options.target = edge;
  JZ_ASSIGN_OR_RETURN(options.tls_ca, ReadFile(ca));
  suite->channel_ = rpc::Channel::Create(options);
  return suite;
}

rpc::CallOptions Suite::Options(const std::string& who, absl::Duration timeout) const {
  rpc::CallOptions options;
  options.deadline = absl::Now() + timeout;
  if (auto token = ReadFile(absl::StrCat(tokens_, "/", who)); token.ok()) {
    options.authorization = absl::StrCat("Bearer ", absl::StripAsciiWhitespace(*token));
  }
  return options;
}

absl::Status Suite::Patiently(const std::function<absl::Status()>& call) {
  absl::Time give_up = absl::Now() + kPatience;
  while (true) {
    absl::Status status = call();
    if (status.ok() || !WorthRepeating(status) || absl::Now() > give_up) return status;
    absl::SleepFor(absl::Milliseconds(500));
  }
}

absl::StatusOr<bool> Suite::CaughtUp(const std::string& feed, const std::string& region,
                                     const std::vector<std::string>& types,
                                     const std::string& cursor) {
  common::v1::StreamChangesRequest request;
  request.set_after(cursor);
  request.set_region_code(region);
  for (const std::string& type : types) request.add_types(type);
  request.set_until_current(true);
  bool more = false;
  JZ_RETURN_IF_ERROR(Patiently([&] {
    auto stream = channel_->ServerStream(feed, request, Options("service", absl::Seconds(50)));
    common::v1::StreamChangesResponse response;
    more = false;
    while (!more && stream->Read(response)) more = response.changes_size() > 0;
    return more ? absl::OkStatus() : stream->Finish();
  }));
  return !more;
}

absl::Status Suite::Until(const std::string& what,
                          const std::function<absl::StatusOr<bool>()>& done) {
  absl::Time give_up = absl::Now() + kPatience;
  while (true) {
    absl::StatusOr<bool> answer = done();
    if (!answer.ok()) return answer.status();
    if (*answer) return absl::OkStatus();
    if (absl::Now() > give_up)
      return DeadlineExceeded("GAVE_UP", absl::StrCat("waited in vain until ", what));
    absl::SleepFor(absl::Milliseconds(100));
  }
}

}  // namespace jz::demo
