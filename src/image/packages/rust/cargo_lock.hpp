#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// Cargo.lock, all versions. Crates without a source are the project's own. What comes from git
// carries its commit. Which crates only build or test is not told.
void read_cargo_lock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
