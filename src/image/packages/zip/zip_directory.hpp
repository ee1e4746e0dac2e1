#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "image/packages/zip/zip_archive.hpp"

namespace yagura::image {

// Where the central directory is.
struct ZipDirectory {
  std::uint64_t begin = 0;   // offset in the bytes
  std::uint64_t size = 0;    // bytes
  std::uint64_t prefix = 0;  // what stands before the archive: added to the offsets it tells
};
[[nodiscard]] std::optional<ZipDirectory> find_zip_directory(std::string_view bytes);

// Takes one entry off the front of the directory; its name points into it. `header` is without the
// prefix. Nothing where it is damaged.
[[nodiscard]] std::optional<ZipMember> take_zip_entry(std::string_view& directory);

}  // namespace yagura::image
