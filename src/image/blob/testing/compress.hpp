#pragma once

// Compressed data for tests and benchmarks, by zlib and zstd.

#include <string>
#include <string_view>

namespace yagura::image::testing {

[[nodiscard]] std::string gzip(std::string_view bytes, int level = 6);
[[nodiscard]] std::string zstd(std::string_view bytes, int level = 3);
// `size` bytes that compress about as programs do; the same for the same seed.
[[nodiscard]] std::string sample_bytes(std::size_t size, std::uint64_t seed = 1);

}  // namespace yagura::image::testing
