#include "policy/syntax/internal/number.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace yagura::policy::internal {

namespace {

std::optional<std::uint64_t> parse_magnitude(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, hex ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// Whether a number that from_chars calls out of range is too small rather than too large: the power
// of ten of its first digit that is not 0.
bool is_tiny(std::string_view text) {
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e);
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const long long power = first < point ? static_cast<long long>(point - first) - 1
                                        : -static_cast<long long>(first - point);
  std::string_view exponent = e < text.size() ? text.substr(e + 1) : std::string_view("0");
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  long long shift = 0;
  const char* end = exponent.data() + exponent.size();
  if (std::from_chars(exponent.data(), end, shift).ec != std::errc{}) shift = 1'000'000'000'000;
  return power + (negative ? -shift : shift) < 0;
}

}  // namespace

std::optional<std::int64_t> parse_int_literal(std::string_view text, bool negative) {
  const std::optional<std::uint64_t> magnitude = parse_magnitude(text);
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  if (!magnitude || *magnitude > kLimit || (*magnitude == kLimit && !negative)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? ~*magnitude + 1 : *magnitude);
}

std::optional<std::uint64_t> parse_uint_literal(std::string_view text) {
  return parse_magnitude(text.substr(0, text.size() - 1));
}

std::optional<double> parse_double_literal(std::string_view text) {
  std::string owned;
  if (text.starts_with('.')) {
    owned = "0" + std::string(text);
    text = owned;
  }
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (is_tiny(text)) return 0.0;
    return std::nullopt;
  }
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace yagura::policy::internal
