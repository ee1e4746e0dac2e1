#pragma once

#include <string_view>

namespace yagura::image {

// The group of well-known artifacts whose archives don't tell it (they are not built by Maven):
// "org.springframework" of "spring-core". Empty where we know none.
[[nodiscard]] std::string_view known_group(std::string_view artifact);

}  // namespace yagura::image
