#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// Bundler's lock: the "specs" of GEM, GIT and PLUGIN SOURCE. Those of PATH are the project's own
// code. What GIT fetched carries its commit. Which gems are for development alone is not told.
void read_gemfile_lock(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
