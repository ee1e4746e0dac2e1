#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// An installed gem's specification. It is Ruby, but written by a program: assignments of literals,
// one a line (`s.name = "rake".freeze`). Nothing is run: lines of other forms are left out. The
// comment that RubyGems puts in front ("# stub: rake 13.0.6 ruby lib") helps out where name or
// version are no literals.
void read_gemspec(std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
