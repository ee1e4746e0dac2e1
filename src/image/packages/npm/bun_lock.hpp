#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// bun.lock, the textual one (JSON with comments and trailing commas): "packages" by name, each a
// list that begins with "name@version". Workspaces and directories are left out. Which packages are
// for development alone is not told.
//
// https://bun.sh/docs/install/lockfile
void read_bun_lock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
