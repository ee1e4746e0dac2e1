#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "core/result.hpp"

namespace yagura::waf::seclang {

// The files that a path with *, ? and […] in any of its parts names, sorted by their bytes; a path
// without them names itself, if it is there. Fails where more than `limit` match or a folder cannot
// be read.
[[nodiscard]] Result<std::vector<std::filesystem::path>> files_matching(
    const std::filesystem::path& pattern, std::size_t limit);

}  // namespace yagura::waf::seclang
