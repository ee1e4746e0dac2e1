#pragma once

// Falco encodes flags in bits of its own, the same on all machines; our records hold those of the
// kernel. What has no counterpart is left out.

#include <cstdint>

#include "sensor/record/record.h"

namespace yagura::sensor::scap {

[[nodiscard]] std::uint32_t native_open_flags(std::uint32_t flags);
// YGR_LAYER_…, and whether the call made the file: further bits of the same number.
[[nodiscard]] std::uint8_t layer_of_open(std::uint32_t flags);
[[nodiscard]] bool is_created_by_open(std::uint32_t flags);
[[nodiscard]] std::uint64_t native_clone_flags(std::uint32_t flags);
[[nodiscard]] std::uint32_t native_mmap_flags(std::uint32_t flags);
[[nodiscard]] std::uint32_t native_protection(std::uint32_t flags);
[[nodiscard]] std::uint32_t native_ptrace_request(std::uint32_t request);
[[nodiscard]] std::uint32_t native_fcntl_command(std::uint32_t command);
[[nodiscard]] std::uint32_t native_resolve_flags(std::uint32_t flags);
// dev_t of user space (minor's low byte, major, rest of minor) to the kernel's encoding.
[[nodiscard]] std::uint64_t native_device(std::uint32_t device);
// 2 TCP, 3 UDP, 4 ICMP, 5 raw; others: unknown.
void set_protocol(ygr_socket& socket, std::uint8_t protocol);

}  // namespace yagura::sensor::scap
