#include "kube/yaml/scalar.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>

#include "kube/yaml/chars.hpp"

namespace yagura::kube::yaml {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One of the words in lower, upper or title case: the rest of the letters must agree.
bool is_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  const auto upper = [](char c) { return static_cast<char>(c - 'a' + 'A'); };
  const std::string_view tail = text.substr(1);
  const std::string_view lower_tail = lower.substr(1);
  if (text[0] == lower[0]) return tail == lower_tail;
  if (text[0] != upper(lower[0])) return false;
  if (tail == lower_tail) return true;
  for (std::size_t i = 0; i < tail.size(); ++i) {
    if (tail[i] != upper(lower_tail[i])) return false;
  }
  return true;
}

std::optional<bool> as_boolean(std::string_view text) {
  for (const std::string_view word : {"true", "yes", "on", "y"}) {
    if (is_word(text, word)) return true;
  }
  for (const std::string_view word : {"false", "no", "off", "n"}) {
    if (is_word(text, word)) return false;
  }
  return std::nullopt;
}

// The sign and the base of an integer, and where its digits begin.
struct IntegerShape {
  bool has_sign = false;
  bool negative = false;
  int base = 10;
  std::string_view digits;
};

IntegerShape integer_shape(std::string_view text) {
  IntegerShape shape;
  if (text.front() == '+' || text.front() == '-') {
    shape.has_sign = true;
    shape.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  shape.digits = text;
  if (text.size() < 2 || text[0] != '0') return shape;
  switch (text[1]) {
    case 'x':
    case 'X':
      shape.base = 16;
      break;
    case 'o':
    case 'O':
      shape.base = 8;
      break;
    case 'b':
    case 'B':
      shape.base = 2;
      break;
    default:
      shape.base = 8;
      shape.digits.remove_prefix(1);
      return shape;
  }
  shape.digits.remove_prefix(2);
  return shape;
}

// [-+]? ( .D+ | D+ ( .D* )? ) ( [eE] [-+]? D+ )?
bool has_float_shape(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - first;
  };
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  const std::size_t whole = digits();
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction = digits();
  }
  if (whole + fraction == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<double> as_float(std::string_view text) {
  if (!has_float_shape(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  if (error != std::errc::result_out_of_range) return std::nullopt;
  value = std::strtod(std::string(text).c_str(), nullptr);  // tells overflow from underflow
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

// Digits of a base that is not ten and that 64 bits cannot hold.
double large_integer(const IntegerShape& shape) {
  double value = 0;
  for (const char c : shape.digits) {
    int digit = c - '0';
    if (c >= 'a') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    value = value * shape.base + digit;
  }
  return shape.negative ? -value : value;
}

std::optional<Node> as_integer(const IntegerShape& shape, Extent at) {
  std::uint64_t magnitude = 0;
  const char* end = shape.digits.data() + shape.digits.size();
  const auto [stop, error] = std::from_chars(shape.digits.data(), end, magnitude, shape.base);
  if (stop != end || shape.digits.empty() || error != std::errc{}) return std::nullopt;
  static constexpr auto kLargest =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude <= kLargest) {
    const auto value = static_cast<std::int64_t>(magnitude);
    return NodeBuilder::integer(shape.negative ? -value : value, at);
  }
  if (shape.negative && magnitude == kLargest + 1) {
    return NodeBuilder::integer(std::numeric_limits<std::int64_t>::min(), at);
  }
  if (shape.has_sign) return std::nullopt;
  return NodeBuilder::unsigned_integer(magnitude, at);
}

bool all_digits_of_base(const IntegerShape& shape) {
  if (shape.digits.empty()) return false;
  for (const char c : shape.digits) {
    std::uint8_t value = 0;
    if (std::from_chars(&c, &c + 1, value, shape.base).ec != std::errc{}) return false;
  }
  return true;
}

// `text` has no underscores.
std::optional<Node> as_number(std::string_view text, Extent at) {
  const IntegerShape shape = integer_shape(text);
  if (std::optional<Node> integer = as_integer(shape, at)) return integer;
  if (const std::optional<double> real = as_float(text)) return NodeBuilder::number(*real, at);
  if (shape.base != 10 && all_digits_of_base(shape)) {
    const double value = large_integer(shape);
    if (std::isfinite(value)) return NodeBuilder::number(value, at);
  }
  return std::nullopt;
}

// Decimal digits alone, few enough for int64, no leading zero: nearly every number that there is.
std::optional<std::int64_t> as_simple_integer(std::string_view text) {
  if (text.size() > 18 || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool may_be_number(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF_xXoO+-.") == std::string_view::npos;
}

Node resolve_number(std::string_view text, bool ascii, Extent at) {
  if (const std::optional<std::int64_t> simple = as_simple_integer(text))
    return NodeBuilder::integer(*simple, at);
  if (may_be_number(text)) {
    if (text.find('_') == std::string_view::npos || text.front() == '.') {
      if (std::optional<Node> number = as_number(text, at)) return *number;
    } else {
      std::string plain;
      for (const char c : text) {
        if (c != '_') plain += c;
      }
      if (std::optional<Node> number = as_number(plain, at)) return *number;
    }
  }
  return NodeBuilder::string(text, ascii, at);
}

// Shortest digits of the float32 nearest to the value, in Go's %g form: an exponent of at least two
// digits below 1e-4 and from 1e21 on.
std::string float_key_text(double value) {
  const auto narrow = static_cast<float>(value);
  if (std::isinf(narrow)) return value < 0 ? "-.inf" : ".inf";
  std::array<char, 128> buffer{};
  const double magnitude = std::fabs(static_cast<double>(narrow));
  const bool exponent = magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e21);
  const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), narrow, format).ptr;
  return {buffer.data(), end};
}

}  // namespace

Node resolve_plain(std::string_view text, bool ascii, Extent at) {
  if (text.empty()) return NodeBuilder::null(at);
  const char first = text.front();
  if (!is(first, kMaybeHint)) return NodeBuilder::string(text, ascii, at);
  if (is_digit(first) || first == '-' || first == '+' || first == '.')
    return resolve_number(text, ascii, at);
  if (text.size() <= 5) {
    if (text == "~" || is_word(text, "null")) return NodeBuilder::null(at);
    if (const std::optional<bool> truth = as_boolean(text)) return NodeBuilder::boolean(*truth, at);
  }
  return NodeBuilder::string(text, ascii, at);
}

bool is_infinity_or_nan(std::string_view text) {
  if (text.size() < 4 || text.size() > 5) return false;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (text.front() == '+' || text.front() == '-') text.remove_prefix(1);
  return text == ".inf" || text == ".Inf" || text == ".INF";
}

std::string key_text(const Node& key) {
  switch (key.kind()) {
    case NodeKind::kBool:
      return key.as_bool() ? "true" : "false";
    case NodeKind::kInt:
      return std::to_string(key.as_int());
    case NodeKind::kUint:
      return std::to_string(key.as_uint());
    case NodeKind::kDouble:
      return float_key_text(key.as_double());
    default:
      return "null";
  }
}

}  // namespace yagura::kube::yaml
