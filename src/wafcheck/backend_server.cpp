#include "wafcheck/backend_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "wafcheck/backend.hpp"
#include "wafcheck/http_request.hpp"

namespace yagura::wafcheck {

namespace {

constexpr int kSilence = 15'000;  // ms
constexpr std::size_t kMaxRequest = std::size_t{64} << 20;

bool is_whole(const std::string& bytes) {
  if (bytes.find("\r\n\r\n") == std::string::npos) return false;
  const auto request = read_http_request(bytes);
  return !request || !request->has(HttpFault::kIncompleteBody);
}

// What came until the request was whole, the other side closed or kept silent.
std::string receive(int connection) {
  std::string bytes;
  char buffer[65'536];
  while (bytes.size() < kMaxRequest && !is_whole(bytes)) {
    pollfd poll{.fd = connection, .events = POLLIN, .revents = 0};
    if (::poll(&poll, 1, kSilence) <= 0) break;
    const ssize_t count = ::recv(connection, buffer, sizeof(buffer), 0);
    if (count <= 0) break;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
  return bytes;
}

void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string response_to(const std::string& bytes) {
  const auto request = read_http_request(bytes);
  if (!request) return "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
  const BackendResponse response = answer(request->method, request->target, request->body());
  std::string text = fmt::format("HTTP/1.1 {} Answer\r\nConnection: close\r\n", response.status);
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += "\r\n";
  if (request->method != "HEAD") text += response.body;
  return text;
}

}  // namespace

Result<LocalListener> LocalListener::open() {
  LocalListener listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (listener.fd_ < 0 ||
      ::bind(listener.fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener.fd_, 64) != 0 ||
      ::getsockname(listener.fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return fail(ErrorCode::kIo, fmt::format("cannot listen: {}", std::strerror(errno)));
  }
  listener.port_ = ntohs(address.sin_port);
  return listener;
}

LocalListener::LocalListener(LocalListener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(other.port_) {}

LocalListener::~LocalListener() {
  if (fd_ >= 0) ::close(fd_);
}

BackendServer::BackendServer(LocalListener listener)
    : listener_(std::move(listener)), thread_([this] { serve(); }) {}

BackendServer::~BackendServer() {
  stopping_ = true;
  ::shutdown(listener_.fd(), SHUT_RDWR);  // wakes accept()
  thread_.join();
}

void BackendServer::serve() {
  while (!stopping_) {
    const int connection = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    const std::string bytes = receive(connection);
    if (!bytes.empty()) send_all(connection, response_to(bytes));
    ::close(connection);
  }
}

}  // namespace yagura::wafcheck
