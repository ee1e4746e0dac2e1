#pragma once

// What can be told of a match before its pattern is tried. Keywords such as "pat" or "re_" stand
// everywhere; most of their places fall to the bytes around them.

#include <cstddef>
#include <string_view>

namespace yagura::image {

struct Anchor {
  // Every match of the pattern that this keyword leads to begins with the keyword, in this case,
  // at a word's boundary.
  bool begins = false;
  std::size_t run = 0;  // then so many characters follow that are letters, digits, "_" or "-"
};

// Reads patterns of the form \b(KEYWORD[class]{n}…; of any other form nothing is known.
[[nodiscard]] Anchor anchor_of(std::string_view pattern, std::string_view keyword);

// Whether a match may begin at `at`, where the keyword stands in some case.
[[nodiscard]] bool may_begin(const Anchor& anchor, std::string_view keyword, std::string_view text,
                             std::size_t at);

}  // namespace yagura::image
