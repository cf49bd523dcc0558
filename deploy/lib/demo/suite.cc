#include "deploy/lib/demo/suite.h"

#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status.h"

namespace jz::demo {
namespace {

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
  absl::Time give_up = absl::Now() + absl::Minutes(2);
  while (true) {
    absl::Status status = call();
    if (status.ok() || !WorthRepeating(status) || absl::Now() > give_up) return status;
    absl::SleepFor(absl::Milliseconds(500));
  }
}

absl::Status Suite::Until(const std::string& what,
                          const std::function<absl::StatusOr<bool>()>& done) {
  absl::Time give_up = absl::Now() + absl::Minutes(3);
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
