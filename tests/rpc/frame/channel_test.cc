#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>

#include "common/status/status.h"
#include "tests/rpc/frame/echo_server.h"

namespace jz::testing {
namespace {

rpc::CallOptions In(absl::Duration timeout) {
  rpc::CallOptions options;
  options.deadline = absl::Now() + timeout;
  return options;
}

// A handler that fails with UNAVAILABLE so many times.
EchoHandlers FailingFirst(int failures, std::atomic<int>& calls) {
  return {.unary = [failures, &calls](const rpc::CallContext&,
                                      const pb::EchoRequest&) -> absl::StatusOr<pb::EchoResponse> {
    if (++calls <= failures) return Unavailable("PEER_DOWN", "not now");
    return pb::EchoResponse();
  }};
}

TEST(Channel, RepeatsReadsWhileTheServerIsUnavailable) {
  std::atomic<int> calls = 0;
  EchoServer echo(FailingFirst(2, calls));
  EXPECT_TRUE(echo.NewClient().Call<pb::EchoResponse>("GetEcho", EchoOf("x")).ok());
  EXPECT_EQ(calls, 3);
}

TEST(Channel, GivesUpAfterFourAttempts) {
  std::atomic<int> calls = 0;
  EchoServer echo(FailingFirst(100, calls));
  const absl::Status status =
      echo.NewClient().Call<pb::EchoResponse>("GetEcho", EchoOf("x")).status();
  EXPECT_EQ(ReasonOf(status), "PEER_DOWN");
  EXPECT_EQ(calls, 4);
}

TEST(Channel, NeverRepeatsAWrite) {
  std::atomic<int> calls = 0;
  EchoServer echo(FailingFirst(1, calls));
  const absl::Status status = echo.NewClient().Call<pb::EchoResponse>("Echo", EchoOf("x")).status();
  EXPECT_EQ(ReasonOf(status), "PEER_DOWN");
  EXPECT_EQ(calls, 1);
}

TEST(Channel, NeedsADeadline) {
  EchoServer echo;
  const Client client = echo.NewClient();
  rpc::CallOptions options = client.Options();
  options.deadline = absl::InfiniteFuture();
  pb::EchoResponse response;
  EXPECT_EQ(ReasonOf(client.channel().Unary(client.Path("Echo"), EchoOf("x"), response, options)),
            "DEADLINE_REQUIRED");
  auto responses = client.channel().ServerStream(client.Path("StreamEchoes"), EchoOf("x"), options);
  EXPECT_FALSE(responses->Read(response));
  EXPECT_EQ(ReasonOf(responses->Finish()), "DEADLINE_REQUIRED");
  auto requests = client.channel().ClientStream(client.Path("Upload"), options);
  EXPECT_FALSE(requests->Write(EchoOf("x")));
  EXPECT_EQ(ReasonOf(requests->Finish(response)), "DEADLINE_REQUIRED");
}

TEST(Channel, TellsThatNobodyListens) {
  int port = 0;
  {
    EchoServer echo;
    port = echo.port();
  }
  const Client client(port, kEchoService, "");
  EXPECT_EQ(client.Call<pb::EchoResponse>("Echo", EchoOf("x")).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(Channel, ComesBackWhenTheServerDoes) {
  auto first = std::make_unique<EchoServer>();
  const int port = first->port();
  const Client client = first->NewClient();
  ASSERT_TRUE(client.Call<pb::EchoResponse>("GetEcho", EchoOf("x")).ok());
  first.reset();
  rpc::ServerOptions options;
  options.listen = absl::StrCat("127.0.0.1:", port);
  EchoServer second({}, options);
  const Client authorized = client.WithToken(second.Token());
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  absl::Status status;
  do {
    status = authorized.Call<pb::EchoResponse>("GetEcho", EchoOf("x")).status();
  } while (!status.ok() && absl::Now() < limit);
  EXPECT_TRUE(status.ok()) << status;
}

TEST(Channel, SpreadsCallsOverAllAddresses) {
  std::atomic<int> calls_a = 0;
  std::atomic<int> calls_b = 0;
  EchoServer a(FailingFirst(0, calls_a));
  EchoServer b(FailingFirst(0, calls_b));
  rpc::ChannelOptions options;
  options.target = absl::StrCat("ipv4:127.0.0.1:", a.port(), ",127.0.0.1:", b.port());
  auto channel = rpc::Channel::Create(options);
  // Each server knows its own key only, so half of the calls are refused; both have answered all
  // the same.
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  while ((calls_a == 0 || calls_b == 0) && absl::Now() < limit) {
    for (const EchoServer* server : {&a, &b}) {
      rpc::CallOptions call = In(absl::Seconds(5));
      call.authorization = absl::StrCat("Bearer ", server->Token());
      (void)channel->Call<pb::EchoResponse>(absl::StrCat("/", kEchoService, "/Echo"), EchoOf("x"),
                                            call);
    }
    // An odd number of calls a round, or each token would always meet the other's server.
    (void)channel->Call<pb::EchoResponse>(absl::StrCat("/", kEchoService, "/Echo"), EchoOf("x"),
                                          In(absl::Seconds(5)));
  }
  EXPECT_GT(calls_a, 0);
  EXPECT_GT(calls_b, 0);
}

TEST(Channel, AsksForItsAuthorizationAtEachCall) {
  EchoServer echo;
  std::atomic<int> asked = 0;
  rpc::ChannelOptions options;
  options.target = absl::StrCat("127.0.0.1:", echo.port());
  options.authorization = [&] {
    ++asked;
    return absl::StrCat("Bearer ", echo.Token());
  };
  auto channel = rpc::Channel::Create(options);
  const std::string method = absl::StrCat("/", kEchoService, "/Echo");
  EXPECT_TRUE(channel->Call<pb::EchoResponse>(method, EchoOf("x"), In(absl::Seconds(5))).ok());
  EXPECT_TRUE(channel->Call<pb::EchoResponse>(method, EchoOf("x"), In(absl::Seconds(5))).ok());
  EXPECT_EQ(asked, 2);
}

// A certificate for "localhost" that signs itself.
struct Certificate {
  std::string key_pem;
  std::string certificate_pem;
};

Certificate MakeCertificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_set_version(x509, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, key);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(x509, names, -1);
  X509_sign(x509, key, EVP_sha256());

  const auto text = [](BIO* bio) {
    char* data = nullptr;
    const auto size = static_cast<size_t>(BIO_get_mem_data(bio, &data));
    std::string out(data, size);
    BIO_free(bio);
    return out;
  };
  BIO* key_bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(key_bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  BIO* certificate_bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_bio, x509);
  Certificate made{text(key_bio), text(certificate_bio)};
  X509_EXTENSION_free(names);
  X509_free(x509);
  EVP_PKEY_free(key);
  return made;
}

TEST(Channel, SpeaksTlsWithACertificateAuthority) {
  const Certificate certificate = MakeCertificate();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({certificate.key_pem, certificate.certificate_pem});
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("localhost:0", grpc::SslServerCredentials(tls), &port);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);

  // HealthCheckResponse.status and EchoResponse.count are both the number field 1.
  constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
  rpc::ChannelOptions options;
  options.target = absl::StrCat("localhost:", port);
  options.tls_ca = certificate.certificate_pem;
  auto trusting = rpc::Channel::Create(options);
  const auto answer =
      trusting->Call<pb::EchoResponse>(kCheck, pb::EchoRequest(), In(absl::Seconds(10)));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->count(), 1);

  options.tls_ca = MakeCertificate().certificate_pem;
  auto doubting = rpc::Channel::Create(options);
  EXPECT_EQ(doubting->Call<pb::EchoResponse>(kCheck, pb::EchoRequest(), In(absl::Seconds(10)))
                .status()
                .code(),
            absl::StatusCode::kUnavailable);
  options.tls_ca.clear();
  auto plain = rpc::Channel::Create(options);
  EXPECT_EQ(plain->Call<pb::EchoResponse>(kCheck, pb::EchoRequest(), In(absl::Seconds(10)))
                .status()
                .code(),
            absl::StatusCode::kUnavailable);
  server->Shutdown();
}

}  // namespace
}  // namespace jz::testing
