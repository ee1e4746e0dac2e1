#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yagura::image {

// What an image runs on, as Go names it: "linux", "arm64", "v8".
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;     // may be empty
  std::string os_version;  // Windows

  friend bool operator==(const Platform&, const Platform&) = default;
};

using Annotations = std::vector<std::pair<std::string, std::string>>;

// The value of a key, or empty.
[[nodiscard]] std::string_view annotation(const Annotations& annotations, std::string_view key);

// A reference to content (image-spec 1.1, descriptor.md). What parse_manifest() gives has a digest
// that is_digest() and a size below 2^63.
struct Descriptor {
  std::string media_type;
  std::string digest;
  std::uint64_t size = 0;  // bytes
  std::string artifact_type;
  Annotations annotations;
  std::optional<Platform> platform;
  std::vector<std::string> urls;  // of foreign layers

  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

}  // namespace yagura::image
