#pragma once

// What all three readers of RPM databases promise.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "image/packages/rpm/byte_order.hpp"

namespace yagura::image::fuzzing {

using Reader = std::function<Result<void>(std::string_view, const TakeBlob&)>;
using Builder = std::function<std::string(const std::vector<std::string>&)>;

// Any bytes: no more comes out than goes in.
inline void check_any(std::string_view bytes, const Reader& read) {
  std::size_t taken = 0;
  std::size_t blobs = 0;
  const auto done = read(bytes, [&](std::string_view blob) {
    taken += blob.size();
    ++blobs;
  });
  YAGURA_CHECK(taken <= bytes.size(), "no more comes out than goes in");
  YAGURA_CHECK(done.has_value() || !done.error().message.empty(), "a failure says what it is");
}

// Blobs that the input tells the sizes of: what is built is read back; and broken at one place it
// still keeps the promise above.
inline void check_built(std::string_view input, const Builder& build, const Reader& read) {
  if (input.size() < 3) return;
  const std::size_t at = static_cast<unsigned char>(input[0]) * 257U;
  const char flip = input[1];
  input.remove_prefix(2);
  std::vector<std::string> blobs;
  for (std::size_t i = 0; i + 1 < input.size() && blobs.size() < 64; i += 2) {
    const std::size_t length = (static_cast<unsigned char>(input[i]) << 6U) +
                               static_cast<unsigned char>(input[i + 1]) + 1U;
    blobs.emplace_back(length, input[i + 1]);
  }
  std::string bytes = build(blobs);
  std::vector<std::string> read_back;
  const auto done = read(bytes, [&](std::string_view blob) { read_back.emplace_back(blob); });
  YAGURA_CHECK(done.has_value(), "what was built is whole");
  YAGURA_CHECK(read_back == blobs, "what was built is read back");
  bytes[at % bytes.size()] = flip;
  check_any(bytes, read);
}

}  // namespace yagura::image::fuzzing
