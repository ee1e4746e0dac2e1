#include "wafcheck/socket.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "wafcheck/http_request.hpp"

namespace yagura::wafcheck {

namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Result<Socket> connect_to(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  if (const int error = ::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
      error != 0) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", endpoint.host, ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, ::freeaddrinfo);
  int why = 0;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Socket socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (socket.fd() >= 0 && ::connect(socket.fd(), at->ai_addr, at->ai_addrlen) == 0) {
      return socket;
    }
    why = errno;
  }
  return fail(ErrorCode::kIo, fmt::format("cannot connect to {}:{}: {}", endpoint.host,
                                          endpoint.port, std::strerror(why)));
}

bool wait_for(const Socket& socket, short events, std::chrono::milliseconds timeout) {
  pollfd poll{.fd = socket.fd(), .events = events, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&poll, 1, static_cast<int>(timeout.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

std::string_view field_of(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name)) {
      continue;
    }
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\r')) value.remove_suffix(1);
    return value;
  }
  return {};
}

// Chunks up to the last one and the empty line behind the trailers.
bool is_whole_chunked(std::string_view body) {
  while (true) {
    const std::size_t end = body.find("\r\n");
    if (end == std::string_view::npos) return false;
    std::size_t size = 0;
    const auto [rest, error] = std::from_chars(body.data(), body.data() + end, size, 16);
    if (error != std::errc()) return true;  // broken: nothing more to wait for
    body.remove_prefix(end + 2);
    if (size == 0)
      return body.starts_with("\r\n") || body.find("\r\n\r\n") != std::string_view::npos;
    if (body.size() < 2 || size > body.size() - 2) return false;
    body.remove_prefix(size + 2);
  }
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  Endpoint endpoint;
  if (colon == std::string_view::npos || colon == 0) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("\"{}\" is not HOST:PORT, for example 127.0.0.1:8080", text));
  }
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string_view port = text.substr(colon + 1);
  const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc() || rest != port.data() + port.size() || endpoint.port == 0) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("\"{}\" is no port: it is a number from 1 to 65535", port));
  }
  endpoint.host = host;
  return endpoint;
}

int status_of(std::string_view response) {
  if (!response.starts_with("HTTP/")) return 0;
  const std::size_t blank = response.find(' ');
  if (blank == std::string_view::npos) return 0;
  const std::string_view digits = response.substr(blank + 1, 3);
  int status = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return error == std::errc() && rest == digits.data() + 3 ? status : 0;
}

bool is_whole_response(std::string_view response, bool to_head_request) {
  const int status = status_of(response);
  const std::size_t end = response.find("\r\n\r\n");
  if (status == 0 || end == std::string_view::npos) return false;
  const std::string_view head = response.substr(0, end + 2);
  const std::string_view body = response.substr(end + 4);
  if (status < 200) return status != 101 && is_whole_response(body, to_head_request);
  if (to_head_request || status == 204 || status == 304) return true;
  if (equal_ignoring_case(field_of(head, "Transfer-Encoding"), "chunked")) {
    return is_whole_chunked(body);
  }
  const std::string_view length = field_of(head, "Content-Length");
  std::size_t expected = 0;
  const auto [rest, error] =
      std::from_chars(length.data(), length.data() + length.size(), expected);
  return !length.empty() && error == std::errc() && body.size() >= expected;
}

Result<RawExchange> exchange_bytes(const Endpoint& endpoint, std::string_view request,
                                   const ExchangeLimits& limits) {
  YAGURA_TRY(const Socket socket, connect_to(endpoint));
  const bool is_head = request.starts_with("HEAD ");
  RawExchange result;
  std::string_view left = request;
  char buffer[16'384];
  while (true) {
    const short events = static_cast<short>(left.empty() ? POLLIN : POLLIN | POLLOUT);
    if (!wait_for(socket, events, limits.timeout)) {
      result.timed_out = true;
      return result;
    }
    if (!left.empty()) {
      const ssize_t sent =
          ::send(socket.fd(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
      // A server that has seen enough closes; what it answered can still be read.
      if (sent < 0 && errno != EAGAIN && errno != EINTR) left = {};
    }
    const ssize_t received = ::recv(socket.fd(), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (received == 0) return result;
    if (received < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      return result;
    }
    result.response.append(buffer, static_cast<std::size_t>(received));
    const bool full = result.response.size() >= limits.max_response;
    if (full || is_whole_response(result.response, is_head)) return result;
  }
}

}  // namespace yagura::wafcheck
