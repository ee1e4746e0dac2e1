#include "wafcheck/network_driver.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "wafcheck/backend_server.hpp"

namespace yagura::wafcheck {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

// A server on a free port of this machine, one connection after another: `answer` gets a request's
// head and gives the bytes to send back.
class TinyServer {
 public:
  explicit TinyServer(std::function<std::string(const std::string&)> answer)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    socklen_t size = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;
  ~TinyServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] Endpoint endpoint() const { return {.host = "127.0.0.1", .port = port_}; }

 private:
  void serve() {
    while (true) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      std::string request;
      char buffer[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = ::recv(connection, buffer, sizeof(buffer), 0);
        if (count <= 0) break;
        request.append(buffer, static_cast<std::size_t>(count));
      }
      const std::string response = answer_(request);
      EXPECT_EQ(::send(connection, response.data(), response.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(response.size()));
      ::close(connection);
    }
  }

  std::function<std::string(const std::string&)> answer_;
  int listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

class NetworkDriverTest : public ::testing::Test {
 protected:
  NetworkDriverTest() {
    const ::testing::TestInfo* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(::testing::TempDir()) / info->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(log_path()) << "an old line [id \"1\"]\n";
  }
  ~NetworkDriverTest() override { fs::remove_all(folder_); }
  [[nodiscard]] fs::path log_path() const { return folder_ / "error.log"; }
  void log(const std::string& line) { std::ofstream(log_path(), std::ios::app) << line << '\n'; }

  // Logs markers as the marker rule does, and what else comes as a match of rule 42.
  std::string serve(const std::string& request) {
    const std::size_t mark = request.find("X-CRS-Test: ");
    if (mark != std::string::npos) {
      log("[msg \"X-CRS-Test " + request.substr(mark + 12, 36) + "\"]");
      return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    }
    log("[id \"42\"] " + request.substr(0, request.find('\r')));
    return response_;
  }

  fs::path folder_;
  std::string response_ = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno";
};

TEST_F(NetworkDriverTest, GivesAStageTheLinesBetweenTwoMarkers) {
  TinyServer server([this](const std::string& request) { return serve(request); });
  auto driver = NetworkDriver::open(server.endpoint(), log_path());
  ASSERT_TRUE(driver) << driver.error().message;
  for (const char* uri : {"/first", "/second"}) {
    const auto seen = (*driver)->run({.uri = uri});
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->status, 404);
    EXPECT_FALSE(seen->error);
    EXPECT_THAT(seen->log, ElementsAre(HasSubstr(uri)));
  }
}

TEST_F(NetworkDriverTest, SeesAnAnswerWithoutAStatusLineAsAnError) {
  TinyServer server([this](const std::string& request) { return serve(request); });
  auto driver = NetworkDriver::open(server.endpoint(), log_path());
  ASSERT_TRUE(driver);
  response_ = "<html>";
  const auto seen = (*driver)->run({});
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->error);
  EXPECT_EQ(seen->log.size(), 1U);
}

TEST_F(NetworkDriverTest, SaysWhichLogOrServerIsMissing) {
  EXPECT_THAT(NetworkDriver::open({.host = "127.0.0.1", .port = 1}, log_path()).error().message,
              HasSubstr("cannot connect"));
  EXPECT_THAT(
      NetworkDriver::open({.host = "127.0.0.1", .port = 1}, folder_ / "none").error().message,
      HasSubstr("none"));
}

TEST_F(NetworkDriverTest, SaysWhereALogWasCut) {
  auto follower = LogFollower::open(log_path());
  ASSERT_TRUE(follower);
  std::ofstream(log_path(), std::ios::trunc) << "";
  EXPECT_THAT(follower->lines_before("x", std::chrono::milliseconds(0)).error().message,
              HasSubstr("was cut"));
}

TEST_F(NetworkDriverTest, FindsAMarkInAnyCase) {
  auto follower = LogFollower::open(log_path());
  log("one");
  log("MARK here");
  log("two");
  EXPECT_THAT(*follower->lines_before("mark", std::chrono::milliseconds(0)), ElementsAre("one"));
  EXPECT_FALSE(follower->lines_before("mark", std::chrono::milliseconds(0)));
}

TEST(BackendServer, AnswersOverASocketWhatTheBackendAnswers) {
  auto listener = LocalListener::open();
  ASSERT_TRUE(listener);
  const BackendServer server(*std::move(listener));
  const Endpoint endpoint{.host = "127.0.0.1", .port = server.port()};
  const auto plain = exchange_bytes(endpoint, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_of(plain->response), 200);
  const auto reflected =
      exchange_bytes(endpoint,
                     "POST /reflect HTTP/1.1\r\nHost: a\r\nContent-Length: 29\r\n\r\n"
                     R"({"status":404,"body":"hello"})");
  EXPECT_EQ(status_of(reflected->response), 404);
  EXPECT_TRUE(reflected->response.ends_with("\r\n\r\nhello"));
}

TEST(RawResponse, IsWholeByItsFraming) {
  EXPECT_TRUE(is_whole_response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", false));
  EXPECT_FALSE(is_whole_response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false));
  EXPECT_TRUE(is_whole_response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true));
  EXPECT_TRUE(is_whole_response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", false));
  EXPECT_FALSE(
      is_whole_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", false));
  EXPECT_FALSE(is_whole_response("HTTP/1.1 200 OK\r\n\r\nab", false));
  EXPECT_TRUE(is_whole_response("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", false));
  EXPECT_FALSE(is_whole_response("ab\r\n\r\n", false));
}

TEST(Endpoint, NeedsHostAndPort) {
  EXPECT_EQ(parse_endpoint("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_endpoint("localhost:8080")->port, 8080);
  for (const char* text : {"localhost", ":80", "a:", "a:0", "a:65536", "a:8x"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

}  // namespace
}  // namespace yagura::wafcheck
