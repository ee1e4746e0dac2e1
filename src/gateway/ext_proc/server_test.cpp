// A client of the real protocol over a real socket: gRPC's own, with the generated stub.
#include "gateway/ext_proc/server.hpp"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "external_processor.grpc.pb.h"
#include "gateway/ext_proc/testing.hpp"

namespace yagura::gateway {
namespace {

namespace pb = envoy::service::ext_proc::v3;

constexpr std::string_view kRefuse =
    "SecRuleEngine On\nSecRule ARGS \"@contains attack\" \"id:1,phase:2,deny,log\"\n";
constexpr std::string_view kAllow = "SecRuleEngine On\nSecAction \"id:2,phase:1,pass,nolog\"\n";

struct ServerTest : ::testing::Test {
  std::atomic<int> done = 0;
  std::unique_ptr<ExtProcServer> server;

  void start(std::string_view rules) {
    auto started = ExtProcServer::start({.listen = "127.0.0.1:0"}, testing::compile_rules(rules),
                                        {}, [this](waf::Transaction&) { ++done; });
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }
  [[nodiscard]] std::unique_ptr<pb::ExternalProcessor::Stub> client() const {
    return pb::ExternalProcessor::NewStub(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server->port()), grpc::InsecureChannelCredentials()));
  }
  static pb::ProcessingResponse ask(pb::ExternalProcessor::Stub& stub, const std::string& path) {
    grpc::ClientContext context;
    const auto stream = stub.Process(&context);
    stream->Write(testing::request_headers("GET", path, true));
    pb::ProcessingResponse answer;
    EXPECT_TRUE(stream->Read(&answer));
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return answer;
  }
};

TEST_F(ServerTest, AnswersAStreamOverASocket) {
  start(kRefuse);
  const auto stub = client();
  EXPECT_TRUE(ask(*stub, "/?a=fine").has_request_headers());
  EXPECT_TRUE(ask(*stub, "/?a=attack").has_immediate_response());
  server.reset();
  EXPECT_EQ(done, 2) << "each exchange is reported once";
}

TEST_F(ServerTest, ServesManyStreamsAtOnceWhileRulesAreReplaced) {
  start(kRefuse);
  constexpr int kThreads = 4, kEach = 50;
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        const auto stub = client();
        for (int n = 0; n < kEach; ++n) {
          const auto answer = ask(*stub, "/?a=attack");
          if (answer.has_request_headers() || answer.has_immediate_response()) ++answered;
        }
      });
    }
    for (int n = 0; n < 20; ++n)
      server->replace_rules(testing::compile_rules(n % 2 == 0 ? kAllow : kRefuse));
  }
  EXPECT_EQ(answered, kThreads * kEach);
  server->replace_rules(testing::compile_rules(kAllow));
  EXPECT_TRUE(ask(*client(), "/?a=attack").has_request_headers())
      << "new streams run under the new rules";
}

TEST_F(ServerTest, EndsAnExchangeWhoseClientGoesAway) {
  start(kRefuse);
  {
    const auto stub = client();
    grpc::ClientContext context;
    const auto stream = stub->Process(&context);
    stream->Write(testing::request_headers("POST", "/", false));
    pb::ProcessingResponse answer;
    ASSERT_TRUE(stream->Read(&answer));
    context.TryCancel();
    EXPECT_FALSE(stream->Finish().ok());
  }
  server.reset();
  EXPECT_EQ(done, 1);
}

TEST(ExtProcServerStart, SaysThatAPortIsTaken) {
  auto first =
      ExtProcServer::start({.listen = "127.0.0.1:0"}, testing::compile_rules(kAllow), {}, {});
  ASSERT_TRUE(first);
  const auto second =
      ExtProcServer::start({.listen = "127.0.0.1:" + std::to_string((*first)->port())},
                           testing::compile_rules(kAllow), {}, {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("is taken"), std::string::npos) << second.error().message;
}

TEST(ExtProcServerStart, WantsACertificateWithItsKey) {
  const auto server = ExtProcServer::start({.listen = "127.0.0.1:0", .certificate = "cert.pem"},
                                           testing::compile_rules(kAllow), {}, {});
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("--tls-key"), std::string::npos);
}

}  // namespace
}  // namespace yagura::gateway
