#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace yagura::image {

struct PathLimits {
  std::size_t max_bytes = 4096;  // PATH_MAX of Linux
  std::size_t max_depth = 256;   // components
};

enum class PathVerdict : std::uint8_t {
  kFine,
  kParent,   // has "..", and is inside the root all the same: `a/../b` became `b`
  kEscapes,  // would leave the root
  kNul,
  kTooLong,
  kTooDeep,
};

// Writes the path as FileEntry::path has it: no slash in front or behind, no empty, "." or ".."
// component. `out` is of use for kFine and kParent alone. Linear.
[[nodiscard]] PathVerdict normalise_path(std::string_view path, const PathLimits& limits,
                                         std::string& out);
// "leaves the root", for a sentence.
[[nodiscard]] std::string_view to_string(PathVerdict verdict);

}  // namespace yagura::image
