#include "rules/webhook/audit_webhook.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace yagura::rules {
namespace {

class Webhook : public testing::Test {
 protected:
  void start(WebhookOptions options = {}) {
    options.port = 0;
    auto made = AuditWebhook::start(
        options, {.on_body =
                      [this](std::string_view body, const std::string& sender) {
                        bodies_.emplace_back(body);
                        senders_.push_back(sender);
                        return body != "bad";
                      },
                  .on_refused = [this](WebhookRefusal reason) { refused_.push_back(reason); },
                  .metrics = [] { return std::string("figures 1\n"); }});
    ASSERT_TRUE(made) << made.error().message;
    server_ = *std::move(made);
  }

  // Sends a request and gives the first line of the answer and its body.
  std::string exchange(const std::string& request) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t count = ::send(fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    std::string reply;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
      reply.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(fd);
    return reply;
  }

  std::string post(const std::string& body, const std::string& path = "/k8s-audit",
                   const std::string& type = "application/json") {
    return exchange("POST " + path +
                    " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: " + type +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  // Before server_: its thread writes them until it is gone.
  std::vector<std::string> bodies_;
  std::vector<std::string> senders_;
  std::vector<WebhookRefusal> refused_;
  std::unique_ptr<AuditWebhook> server_;
};

TEST_F(Webhook, HandsOnWholeBodies) {
  start();
  const std::string large(300'000, 'x');
  EXPECT_TRUE(post("{}").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(post(large, "/", "application/json; charset=utf-8").starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(post("bad").starts_with("HTTP/1.1 400"));
  server_.reset();
  EXPECT_EQ(bodies_, (std::vector<std::string>{"{}", large, "bad"}));
  EXPECT_EQ(senders_.front(), "127.0.0.1");
  EXPECT_TRUE(refused_.empty());
}

TEST_F(Webhook, RefusesWhatIsTooLargeAndGoesOn) {
  start({.max_body = 100});
  EXPECT_TRUE(post(std::string(101, 'x')).starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(post(std::string(200'000, 'x')).starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(post(std::string(100, 'x')).starts_with("HTTP/1.1 200"));
  server_.reset();
  EXPECT_EQ(refused_, (std::vector{WebhookRefusal::kTooLarge, WebhookRefusal::kTooLarge}));
}

TEST_F(Webhook, AsksToSendAgainWhatDoesNotFitNow) {
  start({.max_pending = 10});
  EXPECT_TRUE(post(std::string(11, 'x')).starts_with("HTTP/1.1 503"));
  EXPECT_TRUE(post(std::string(10, 'x')).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(post(std::string(10, 'x')).starts_with("HTTP/1.1 200"));
  server_.reset();
  EXPECT_EQ(refused_, (std::vector{WebhookRefusal::kBusy}));
}

TEST_F(Webhook, RefusesOtherRequests) {
  start();
  EXPECT_TRUE(post("{}", "/other").starts_with("HTTP/1.1 404"));
  EXPECT_TRUE(post("{}", "/", "text/plain").starts_with("HTTP/1.1 415"));
  EXPECT_TRUE(exchange("PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                  .starts_with("HTTP/1.1 405"));
  server_.reset();
  EXPECT_EQ(refused_, (std::vector{WebhookRefusal::kWrongRequest, WebhookRefusal::kNotJson,
                                   WebhookRefusal::kWrongRequest}));
  EXPECT_TRUE(bodies_.empty());
}

TEST_F(Webhook, ShowsFigures) {
  start();
  const std::string reply =
      exchange("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(reply.ends_with("figures 1\n"));
  EXPECT_TRUE(
      exchange("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ends_with("ok\n"));
}

TEST_F(Webhook, WantsAnAddress) {
  const auto made = AuditWebhook::start({.address = "localhost"}, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace yagura::rules
