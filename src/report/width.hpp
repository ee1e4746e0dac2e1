#pragma once

// How much room text takes on a terminal, and how to break it into lines.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::report {

// Columns of a code point: 0 for combining marks, 2 for East Asian wide and full width ones
// (Unicode 14, UAX #11), else 1.
[[nodiscard]] std::size_t display_width(char32_t code_point);

// Columns of valid UTF-8 without control characters. Linear.
[[nodiscard]] std::size_t display_width(std::string_view text);

// Lines of at most `width` columns (at least 2 are assumed). Breaks at blanks; a word that is too
// long is broken behind a '.', '/', ',' or '-' where one stands beyond the line's first third, else
// anywhere between code points. Blanks at a break are dropped. Always at least one line. Linear.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace yagura::report
