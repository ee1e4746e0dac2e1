#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// yarn.lock of both kinds: the classic format (a text of its own) and berry's (YAML with
// "__metadata"). Which packages are for development alone is not told. Workspaces, links and
// portals are left out: they are the project's own code; a patched package is the one it patches.
//
// https://classic.yarnpkg.com/lang/en/docs/yarn-lock, https://yarnpkg.com/advanced/lexicon
void read_yarn_lock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
