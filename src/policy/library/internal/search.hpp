#pragma once

// Finding text in text in linear time, whatever both are: std::string_view::find is quadratic on
// "aaaa…" in "aaaa…".

#include <cstddef>
#include <string_view>

namespace yagura::policy {

// As std::string_view::find and rfind.
[[nodiscard]] std::size_t find_text(std::string_view text, std::string_view pattern,
                                    std::size_t from = 0);
[[nodiscard]] std::size_t find_last_text(std::string_view text, std::string_view pattern,
                                         std::size_t from = std::string_view::npos);

}  // namespace yagura::policy
