#pragma once

#include <string_view>

#include "image/model/package.hpp"

namespace yagura::image {

// The paths of var/lib/dpkg/info/NAME.list: one absolute path a line. Directories that the list
// itself has files of are left out: they are everybody's. Linear.
[[nodiscard]] PathList read_file_list(std::string_view text);
// The paths of NAME.md5sums: "digest  path", relative to the root.
[[nodiscard]] PathList read_checksum_list(std::string_view text);

}  // namespace yagura::image
