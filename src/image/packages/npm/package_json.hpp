#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// Whether the path is an installed package's package.json: see npm_analyzer.hpp.
[[nodiscard]] bool is_installed_package_json(std::string_view path);

// One package where name and version are there; nothing, and no problem, where they are not: such
// files only tell Node how to load what lies beside them.
void read_package_json(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
