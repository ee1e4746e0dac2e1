#pragma once

// The names that policies use for the kernel's numbers.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace yagura::sensor::enforce {

struct NamedNumber {
  std::string_view name;
  std::uint64_t number;
};

[[nodiscard]] std::span<const NamedNumber> capability_names();      // "NET_RAW", without CAP_
[[nodiscard]] std::span<const NamedNumber> namespace_names();       // "user": CLONE_NEWUSER
[[nodiscard]] std::span<const NamedNumber> socket_names();          // "packet": family, type << 16
[[nodiscard]] std::span<const NamedNumber> file_operation_names();  // "write": bits of operations

[[nodiscard]] std::optional<std::uint64_t> find_number(std::span<const NamedNumber> names,
                                                       std::string_view name);
[[nodiscard]] std::vector<std::string_view> names_of(std::span<const NamedNumber> names);

}  // namespace yagura::sensor::enforce
