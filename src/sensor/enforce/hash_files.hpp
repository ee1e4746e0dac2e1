#pragma once

// SHA-256 of executables that policies ask for.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sensor/enforce/policy/policy.hpp"
#include "sensor/record/record.h"

namespace yagura::sensor::enforce {

inline constexpr std::uint64_t kMaxHashedSize = std::uint64_t{1} << 30;  // bytes

// Of an open regular file's whole content; its position is left alone. None: it cannot be read, or
// is longer than kMaxHashedSize.
[[nodiscard]] std::optional<Sha256> hash_descriptor(int fd);

// Of the file that the kernel described, found by its path under the roots of these processes. None
// where what lies there now is another file or was changed since.
[[nodiscard]] std::optional<Sha256> hash_executable(const ygr_file& file, std::string_view path,
                                                    std::span<const std::uint32_t> pids);

}  // namespace yagura::sensor::enforce
