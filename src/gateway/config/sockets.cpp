#include "gateway/config/sockets.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace yagura::gateway {
namespace {

constexpr int kBacklog = 511;  // nginx's own

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const ListenAddress& address) {
  SocketAddress result;
  if (address.is_ipv6()) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    ::inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr);
    result.size = sizeof(*v6);
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr);
    result.size = sizeof(*v4);
  }
  return result;
}

std::uint16_t port_of(int descriptor, bool is_ipv6) {
  SocketAddress address;
  address.size = sizeof(address.storage);
  if (::getsockname(descriptor, address.get(), &address.size) != 0) return 0;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
  return ntohs(is_ipv6 ? v6->sin6_port : v4->sin_port);
}

std::unexpected<Error> refused(const ListenAddress& address) {
  std::string why = std::strerror(errno);
  if (errno == EADDRINUSE) why = "another program listens there";
  if (errno == EACCES) why = "ports below 1024 need root or CAP_NET_BIND_SERVICE";
  if (errno == EADDRNOTAVAIL) why = "this machine does not have that address";
  return fail(ErrorCode::kIo, fmt::format("cannot listen on {}: {}", address.text(), why));
}

bool set_options(int descriptor, bool is_ipv6) {
  const int on = 1;
  if (::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return false;
  return !is_ipv6 || ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0;
}

}  // namespace

ListeningSockets::ListeningSockets(ListeningSockets&& other) noexcept
    : descriptors_(std::exchange(other.descriptors_, {})) {}

ListeningSockets::~ListeningSockets() {
  for (const int descriptor : descriptors_) ::close(descriptor);
}

Result<void> ListeningSockets::open(ListenAddress& address) {
  const int family = address.is_ipv6() ? AF_INET6 : AF_INET;
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return refused(address);
  descriptors_.push_back(descriptor);
  SocketAddress target = socket_address(address);
  if (!set_options(descriptor, address.is_ipv6()) ||
      ::bind(descriptor, target.get(), target.size) != 0 || ::listen(descriptor, kBacklog) != 0) {
    return refused(address);
  }
  if (address.port == 0) address.port = port_of(descriptor, address.is_ipv6());
  return {};
}

std::string ListeningSockets::environment() const {
  std::string text;
  for (const int descriptor : descriptors_) text += fmt::format("{};", descriptor);
  return text;
}

}  // namespace yagura::gateway
