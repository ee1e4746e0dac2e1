#include "wafcheck/base64.hpp"

#include <cstdint>

namespace yagura::wafcheck {

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  bool padded = false;
  for (const char c : text) {
    if (std::string_view(" \t\r\n").find(c) != std::string_view::npos) continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    const std::size_t value = kAlphabet.find(c);
    if (padded || value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xFF);
  }
  if (count == 6) return std::nullopt;  // one letter alone holds no byte
  return out;
}

}  // namespace yagura::wafcheck
