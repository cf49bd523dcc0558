#include "tests/rpc/gateway/sample_server.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "google/rpc/error_details.pb.h"

namespace jz::testing {
namespace {

using rpc::CallContext;

constexpr char kService[] = "jingzhun.sample.v1.SampleService";
constexpr char kRoles[] = R"({"roles": [{"name": "user", "permissions": ["sample.records.use"]}]})";
constexpr absl::Duration kLongest = absl::Seconds(30);

template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "sample server: %s\n", value.status().ToString().c_str());
  std::abort();
}

absl::StatusOr<sample::Record> GetRecord(SampleState& state, const CallContext& context,
                                         const sample::GetRecordRequest& request) {
  {
    std::lock_guard lock(state.mutex);
    state.last_traceparent = context.traceparent;
    state.last_subject = context.subject();
    state.last_timeout = context.deadline - context.now;
  }
  if (request.name() == "records/none") {
    return NotFound("RECORD_NOT_FOUND", {{"name", request.name()}}, "there is no such record");
  }
  sample::Record record;
  record.set_name(request.name());
  record.set_text("正文");
  record.set_state(sample::STATE_FINAL);
  record.set_amount_fen(9007199254740993);  // what a double cannot hold
  record.set_etag("e1");
  return record;
}

absl::StatusOr<sample::Record> UpdateRecord(const CallContext&,
                                            const sample::UpdateRecordRequest& request) {
  if (!request.etag().empty() && request.etag() != "e1") {
    return Aborted("ETAG_MISMATCH", {}, "the record changed meanwhile");
  }
  sample::Record record = request.record();
  record.set_text(absl::StrCat(record.text(), "|", request.update_mask().paths_size()));
  return record;
}

absl::StatusOr<sample::Record> Fail(const CallContext&, const sample::FailRequest& request) {
  if (request.fields_size() > 0) {
    Violations violations;
    for (const std::string& field : request.fields()) {
      violations.Add(field, "REQUIRED", "must be given");
    }
    return violations.ToStatus();
  }
  absl::Status status = MakeError(static_cast<absl::StatusCode>(request.code()), request.reason(),
                                  {{"key", "value"}}, "as asked");
  if (request.retry_after_s() > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(request.retry_after_s());
    status.SetPayload("type.googleapis.com/google.rpc.RetryInfo",
                      absl::Cord(retry.SerializeAsString()));
  }
  return status;
}

absl::StatusOr<sample::Record> WaitForTest(SampleState& state, const CallContext& context,
                                           const sample::GetRecordRequest& request) {
  state.wait_called.Set();
  state.wait_may_answer.Wait();
  return GetRecord(state, context, request);
}

absl::Status StreamRecords(SampleState& state, const sample::StreamRecordsRequest& request,
                           rpc::Writer<sample::Record>& writer) {
  absl::Status status;
  sample::Record record;
  record.set_text(std::string(request.size(), 'x'));
  for (int64_t i = 1; i <= request.count() && status.ok(); ++i) {
    record.set_amount_fen(i);
    status = writer.Write(record);
    if (!status.ok()) continue;
    state.streamed = i;
    state.streamed.notify_all();
  }
  state.stream_ended.Set();
  if (status.ok() && request.fail()) {
    return FailedPrecondition("STREAM_BROKE", {}, "the stream broke as asked");
  }
  return status;
}

absl::Status Download(const sample::StreamRecordsRequest& request,
                      rpc::Writer<sample::DownloadResponse>& writer) {
  for (int64_t i = 0; i < request.count(); ++i) {
    sample::DownloadResponse piece;
    piece.set_content_type("text/csv; charset=utf-8");
    piece.set_data(absl::StrCat("line ", i, "\r\n"));
    if (absl::Status status = writer.Write(piece); !status.ok()) return status;
  }
  if (request.fail()) return FailedPrecondition("DOWNLOAD_BROKE", {}, "broke as asked");
  return absl::OkStatus();
}

absl::StatusOr<sample::ImportRecordsResponse> Import(
    SampleState& state, rpc::Reader<sample::ImportRecordsRequest>& reader) {
  sample::ImportRecordsRequest first;
  sample::ImportRecordsResponse response;
  JZ_ASSIGN_OR_RETURN(bool more, reader.Read(first));
  if (!more) return InvalidArgument("NO_MESSAGE", {}, "not even a first message");
  state.import_begun.Set();
  response.set_parent(first.parent());
  response.set_title(first.title());
  if (first.title() == "slow") state.import_may_read.Wait();
  sample::ImportRecordsRequest request;
  while (more) {
    absl::StatusOr<bool> read = reader.Read(request);
    if (!read.ok()) {
      state.import_cut.Set();
      return read.status();
    }
    more = *read;
    if (!more) break;
    response.set_messages(response.messages() + 1);
    response.set_bytes(response.bytes() + static_cast<int64_t>(request.data().size()));
    for (const unsigned char byte : request.data()) {
      response.set_checksum(response.checksum() + byte);
    }
    state.import_bytes = response.bytes();
    if (first.refuse_after_bytes() > 0 && response.bytes() >= first.refuse_after_bytes()) {
      return FailedPrecondition("IMPORT_REFUSED", {}, "refused as asked");
    }
  }
  ++state.imports_done;
  return response;
}

}  // namespace

void Event::Set() {
  std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

bool Event::Wait() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(kLongest), [this] { return set_; });
}

rpc::Router SampleServer::MakeRouter() {
  using sample::GetRecordRequest;
  using sample::Record;
  SampleState& state = state_;
  rpc::Router router(kService);
  const auto get = [&state](const CallContext& context, const GetRecordRequest& request) {
    return GetRecord(state, context, request);
  };
  const auto echo = [](const CallContext&, const sample::Everything& request) {
    return absl::StatusOr<sample::Everything>(request);
  };
  router.Unary<GetRecordRequest, Record>("GetRecord", get);
  router.Unary<GetRecordRequest, Record>("Forbid", get);
  router.Unary<sample::Everything, sample::Everything>("EchoQuery", echo);
  router.Unary<sample::Everything, sample::Everything>("EchoBody", echo);
  router.Unary<sample::CreateRecordRequest, Record>(
      "CreateRecord", [](const CallContext&, const sample::CreateRecordRequest& request) {
        Record record = request.record();
        record.set_etag(request.request_id());
        return absl::StatusOr<Record>(record);
      });
  router.Unary<sample::UpdateRecordRequest, Record>("UpdateRecord", UpdateRecord);
  router.Unary<GetRecordRequest, google::protobuf::Empty>(
      "DeleteRecord", [](const CallContext&, const GetRecordRequest&) {
        return absl::StatusOr<google::protobuf::Empty>(google::protobuf::Empty());
      });
  router.Unary<sample::FailRequest, Record>("Fail", Fail);
  router.Unary<GetRecordRequest, Record>(
      "Wait", [&state](const CallContext& context, const GetRecordRequest& request) {
        return WaitForTest(state, context, request);
      });
  router.Unary<sample::GetFileRequest, Record>(
      "GetFile", [](const CallContext&, const sample::GetFileRequest& request) {
        Record record;
        record.set_text(request.path());
        return absl::StatusOr<Record>(record);
      });
  router.Unary<sample::GetFileRequest, sample::ListTextsResponse>(
      "ListTexts", [](const CallContext&, const sample::GetFileRequest& request) {
        sample::ListTextsResponse response;
        response.set_before("{\"texts\":[1]}");
        *response.mutable_texts() = request.texts();
        return absl::StatusOr<sample::ListTextsResponse>(response);
      });
  router.ServerStream<sample::StreamRecordsRequest, Record>(
      "StreamRecords",
      [&state](const CallContext&, const sample::StreamRecordsRequest& request,
               rpc::Writer<Record>& writer) { return StreamRecords(state, request, writer); });
  router.ServerStream<sample::StreamRecordsRequest, sample::DownloadResponse>(
      "Download",
      [](const CallContext&, const sample::StreamRecordsRequest& request,
         rpc::Writer<sample::DownloadResponse>& writer) { return Download(request, writer); });
  router.ClientStream<sample::ImportRecordsRequest, sample::ImportRecordsResponse>(
      "ImportRecords",
      [&state](const CallContext&, rpc::Reader<sample::ImportRecordsRequest>& reader) {
        return Import(state, reader);
      });
  return router;
}

SampleServer::SampleServer(int port)
    : keys_(kRoles),
      metrics_(telemetry::Metrics::Create()),
      authenticator_(Must(auth::Authenticator::Create(keys_.auth()))) {
  rpc::ServerOptions options;
  options.service = "sample";
  options.listen = absl::StrCat("127.0.0.1:", port);
  server_ = Must(rpc::Server::Start(options, {MakeRouter()}, *authenticator_, *metrics_));
}

std::string SampleServer::Token() const {
  return keys_.Token({.subject = "user-1", .roles = {"user"}, .regions = {"520000000000"}});
}

std::string SampleServer::ExpiredToken() const {
  return keys_.ExpiredToken({.subject = "user-1", .roles = {"user"}, .regions = {"520000000000"}});
}

}  // namespace jz::testing
