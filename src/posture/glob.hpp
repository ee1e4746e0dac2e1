#pragma once

#include <string_view>

namespace yagura::posture {

// Whether the whole text matches the pattern: `*` any run of characters, `?` any one, all else
// itself. At worst O(pattern x text), both of which are names.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace yagura::posture
