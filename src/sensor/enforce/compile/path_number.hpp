#pragma once

// Numbers of paths as the kernel programs compute them (bpf/path_hash.h).

#include <cstdint>
#include <string_view>
#include <vector>

namespace yagura::sensor::enforce {

[[nodiscard]] std::uint64_t name_number(std::uint64_t seed, std::string_view name);

// Numbers of the root and of each path down to `path`, which is absolute and clean: "/a/b" gives
// those of "", "/a" and "/a/b".
[[nodiscard]] std::vector<std::uint64_t> path_numbers(std::uint64_t seed, std::string_view path);
[[nodiscard]] std::uint64_t path_number(std::uint64_t seed, std::string_view path);

}  // namespace yagura::sensor::enforce
