#pragma once

// The descriptor that a call works on or made, as rules see it.

#include <cstdint>
#include <string_view>

#include "sensor/event/process.hpp"
#include "sensor/record/record.h"

namespace yagura::sensor {

enum class DescriptorType : std::uint8_t {
  kUnknown,
  kFile,
  kDirectory,
  kIpv4,
  kIpv6,
  kUnix,
  kPipe,
  kEvent,
  kSignal,
  kEpoll,
  kInotify,
  kTimer,
  kBpf,
  kUserfault,
  kIoUring,
  kMemfd,
  kNetlink,
  kPidfd,
};

// "file", "ipv4"; "" of kUnknown.
[[nodiscard]] std::string_view type_name(DescriptorType type);
// 'f', '4'; 'o' of kUnknown.
[[nodiscard]] char type_char(DescriptorType type);
// `name`: the resolved path, which of inodes without one says what they are ("[eventpoll]").
[[nodiscard]] DescriptorType type_of(const ygr_file& file, std::string_view name);
[[nodiscard]] DescriptorType type_of(const ygr_socket& socket);

// One end of a connection. `ip`: 4 or 16 bytes; empty: unknown. An IPv4 address in IPv6's clothes
// (RFC 4291, 2.5.5.2) is 4 bytes.
struct Endpoint {
  std::string_view ip;
  std::uint16_t port = 0;
};

[[nodiscard]] bool is_unspecified(std::string_view ip);

}  // namespace yagura::sensor
