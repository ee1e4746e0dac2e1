#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// pnpm-lock.yaml, lockfileVersion 5.x, 6.x and 9.x. Where packages are not marked `dev` (from 9
// on), those that no importer's dependencies lead to are development packages. Directories are left
// out: they are the project's own code.
//
// https://github.com/pnpm/spec/tree/master/lockfile
void read_pnpm_lock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
