#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yagura::supply {

// RFC 4648, standard or URL alphabet, with or without padding; line ends are passed over. Nothing
// where another character stands, or the length can't be.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);
// Standard alphabet, padded.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);
[[nodiscard]] std::string hex_encode(std::string_view bytes);

}  // namespace yagura::supply
