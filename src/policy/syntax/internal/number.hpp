#pragma once

// CEL's number literals (langdef.md, Numeric Values).

#include <cstdint>
#include <optional>
#include <string_view>

namespace yagura::policy::internal {

// "12", "0x1f"; nothing if the value is not an int. The sign is given apart, since -2^63 has no
// positive form.
[[nodiscard]] std::optional<std::int64_t> parse_int_literal(std::string_view text, bool negative);

// "12u", "0x1fU".
[[nodiscard]] std::optional<std::uint64_t> parse_uint_literal(std::string_view text);

// "1.5", ".5", "1e-3", correctly rounded; what is too small for a double becomes 0, what is too
// large is nothing.
[[nodiscard]] std::optional<double> parse_double_literal(std::string_view text);

}  // namespace yagura::policy::internal
