#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/model/distro.hpp"

namespace yagura::image {

// Files that say which distribution this is are short; longer ones are read to here.
inline constexpr std::size_t kMaxReleaseText = 64 * 1024;

// The assignments of an os-release(5) file: a subset of shell. KEY=value, '…', "…" with \ before
// ", \, $ and `; comments and lines of another form are read over. At most 200.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> read_assignments(
    std::string_view text);

// os-release(5): etc/os-release, usr/lib/os-release. Nothing where no ID, nor a NAME to take one
// from, is told.
[[nodiscard]] std::optional<Distro> read_os_release(std::string_view text);
// etc/lsb-release: DISTRIB_ID and so on.
[[nodiscard]] std::optional<Distro> read_lsb_release(std::string_view text);

}  // namespace yagura::image
