#include "sensor/capture/scap/sockets.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

#include "sensor/capture/scap/bytes.hpp"
#include "sensor/capture/scap/event.hpp"

namespace yagura::sensor::scap {

namespace {

Endpoint read_endpoint(Bytes& bytes, std::size_t size) {
  Endpoint end;
  const std::string_view address = bytes.take(size);
  std::copy(address.begin(), address.end(), end.address);
  end.port = bytes.number<std::uint16_t>();
  return end;
}

template <typename T>
std::string as_text_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string address_of(std::uint16_t family, const Endpoint& end, std::string_view path) {
  switch (family) {
    case AF_INET: {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(end.port);
      std::memcpy(&address.sin_addr, end.address, 4);
      return as_text_of(address);
    }
    case AF_INET6: {
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(end.port);
      std::memcpy(&address.sin6_addr, end.address, 16);
      return as_text_of(address);
    }
    case AF_UNIX: {
      const sa_family_t number = AF_UNIX;
      return as_text_of(number) + std::string(path.substr(0, sizeof(sockaddr_un::sun_path) - 1));
    }
    default:
      return {};
  }
}

}  // namespace

std::optional<Tuple> read_tuple(std::string_view raw) {
  Bytes bytes(raw);
  Tuple tuple;
  tuple.family = bytes.number<std::uint8_t>();
  switch (tuple.family) {
    case AF_INET:
      tuple.source = read_endpoint(bytes, 4);
      tuple.destination = read_endpoint(bytes, 4);
      break;
    case AF_INET6:
      tuple.source = read_endpoint(bytes, 16);
      tuple.destination = read_endpoint(bytes, 16);
      break;
    case AF_UNIX:
      bytes.take(16);  // addresses of kernel objects
      tuple.path = as_text(bytes.take(bytes.left()));
      break;
    default:
      return std::nullopt;
  }
  if (bytes.is_short()) return std::nullopt;
  return tuple;
}

std::string native_address(std::string_view raw) {
  Bytes bytes(raw);
  const std::uint16_t family = bytes.number<std::uint8_t>();
  Endpoint end;
  std::string_view path;
  if (family == AF_INET || family == AF_INET6) {
    end = read_endpoint(bytes, family == AF_INET ? 4 : 16);
  } else {
    path = as_text(bytes.take(bytes.left()));
  }
  return bytes.is_short() ? std::string() : address_of(family, end, path);
}

std::string native_address(const Tuple& tuple, const Endpoint& end) {
  return address_of(tuple.family, end, tuple.path);
}

}  // namespace yagura::sensor::scap
