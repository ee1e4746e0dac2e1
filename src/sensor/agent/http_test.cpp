// The HTTP output against a real receiver, and the agent's own pages.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rules/webhook/audit_webhook.hpp"
#include "sensor/agent/line_sink.hpp"
#include "sensor/agent/status_server.hpp"

namespace yagura::sensor {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(HttpOutput, PostsEachAlertAsJson) {
  std::vector<std::string> bodies;
  auto receiver =
      rules::AuditWebhook::start({.port = 0}, {.on_body =
                                                   [&](std::string_view body, const std::string&) {
                                                     bodies.emplace_back(body);
                                                     return body != "refused";
                                                   },
                                               .on_refused = [](rules::WebhookRefusal) {},
                                               .metrics = [] { return std::string(); }});
  ASSERT_TRUE(receiver) << receiver.error().message;
  const auto sink =
      make_http_sink({.url = "http://127.0.0.1:" + std::to_string((*receiver)->port()) + "/"});
  EXPECT_TRUE(sink->write("{\"rule\":\"a\"}"));
  const auto refused = sink->write("refused");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("answered 400"));
  EXPECT_TRUE(sink->write("{\"rule\":\"b\"}"));
  receiver->reset();
  EXPECT_EQ(bodies, (std::vector<std::string>{"{\"rule\":\"a\"}", "refused", "{\"rule\":\"b\"}"}));
  EXPECT_FALSE(sink->write("{}")) << "nobody is there";
}

TEST(HttpOutput, SpeaksHttpAlone) {
  const auto sink = make_http_sink({.url = "file:///etc/passwd"});
  EXPECT_FALSE(sink->write("{}"));
}

std::string get(std::uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(::send(fd, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string reply;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
    reply.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(fd);
  return reply;
}

TEST(StatusServer, ShowsFiguresAndHealth) {
  std::string problem;
  auto server = StatusServer::start("127.0.0.1", 0,
                                    {.metrics = [] { return std::string("up 1\n"); },
                                     .problem = [&] { return problem; },
                                     .status = [] { return std::string("{}"); }});
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_THAT(get((*server)->port(), "/metrics"), testing::EndsWith("up 1\n"));
  EXPECT_THAT(get((*server)->port(), "/healthz"), StartsWith("HTTP/1.1 200"));
  problem = "the ring is full";
  const std::string ill = get((*server)->port(), "/healthz");
  EXPECT_THAT(ill, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(ill, HasSubstr("the ring is full"));
  EXPECT_THAT(get((*server)->port(), "/other"), StartsWith("HTTP/1.1 404"));
}

TEST(StatusServer, WantsALiteralAddress) { EXPECT_FALSE(StatusServer::start("localhost", 0, {})); }

}  // namespace
}  // namespace yagura::sensor
