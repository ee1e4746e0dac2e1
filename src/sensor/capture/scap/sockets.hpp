#pragma once

// Addresses and connections as Falco's parameters hold them (SOCKADDR, SOCKTUPLE).

#include <optional>
#include <string>
#include <string_view>

#include "sensor/record/record.h"

namespace yagura::sensor::scap {

// One end of a connection.
struct Endpoint {
  ygr_u8 address[16]{};
  std::uint16_t port = 0;
};

struct Tuple {
  std::uint16_t family = 0;
  Endpoint source, destination;
  std::string_view path;  // AF_UNIX
};

// None where it is empty or damaged.
[[nodiscard]] std::optional<Tuple> read_tuple(std::string_view bytes);

// A SOCKADDR parameter as the kernel's sockaddr; empty where it is damaged.
[[nodiscard]] std::string native_address(std::string_view bytes);
// The same of a tuple's end.
[[nodiscard]] std::string native_address(const Tuple& tuple, const Endpoint& end);

}  // namespace yagura::sensor::scap
