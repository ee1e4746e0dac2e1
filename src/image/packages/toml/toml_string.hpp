#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace yagura::image {

// The string that begins at `at` with its quotes: of one or several lines, basic or literal. Moves
// `at` behind it. Nothing where it has no end, holds a line end that it must not, or an escape that
// is none.
[[nodiscard]] std::optional<std::string> take_toml_string(std::string_view text, std::size_t& at);

}  // namespace yagura::image
