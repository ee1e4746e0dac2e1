#pragma once

// Domains by their parts.

#include <string_view>

namespace yagura::sensor {

// The part that somebody registers: "example.com" of "a.b.example.com", "example.co.uk" of
// "www.example.co.uk". A rule of thumb instead of the Public Suffix List: two labels, or three
// where the last is a country's and the second a usual one below it (co, com, net, org, gov, ac …).
// A name of fewer labels is itself.
[[nodiscard]] std::string_view registered_domain(std::string_view name);

// Bits of entropy a character, from the frequencies within the text: 0 to 8. O(size).
[[nodiscard]] double text_entropy(std::string_view text);

}  // namespace yagura::sensor
