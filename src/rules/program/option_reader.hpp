#pragma once

// getopt() of conditions. Internal.

#include <span>
#include <string_view>

#include "core/arena.hpp"
#include "rules/event_view.hpp"

namespace yagura::rules {

// See transform.hpp. `arguments` without the program's name.
[[nodiscard]] Value read_options(std::span<const std::string_view> arguments,
                                 std::string_view options, std::string_view letter,
                                 core::Arena& arena);

}  // namespace yagura::rules
