#pragma once

// Pieces that all schemes use. ASCII alone: no locale decides about versions.

#include <compare>
#include <cstddef>
#include <string_view>

namespace yagura::vuln::version {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
inline bool is_letter(char c) { return is_lower(lower(c)); }
inline bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

inline bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

inline std::string_view without_zeros(std::string_view digits) {
  std::size_t zeros = 0;
  while (zeros < digits.size() && digits[zeros] == '0') ++zeros;
  return digits.substr(zeros);
}

inline std::strong_ordering text_order(std::string_view a, std::string_view b) {
  return a.compare(b) <=> 0;
}

// Numbers of any length; no digit at all is 0.
inline std::strong_ordering number_order(std::string_view a, std::string_view b) {
  a = without_zeros(a);
  b = without_zeros(b);
  if (a.size() != b.size()) return a.size() <=> b.size();
  return text_order(a, b);
}

inline std::strong_ordering text_order_any_case(std::string_view a, std::string_view b) {
  const std::size_t common = a.size() < b.size() ? a.size() : b.size();
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(lower(a[i]));
    const auto y = static_cast<unsigned char>(lower(b[i]));
    if (x != y) return x <=> y;
  }
  return a.size() <=> b.size();
}

inline bool equal_any_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && text_order_any_case(a, b) == 0;
}

// Takes the longest beginning whose characters all satisfy `is`.
template <class Predicate>
std::string_view take_while(std::string_view& text, Predicate is) {
  std::size_t n = 0;
  while (n < text.size() && is(text[n])) ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

// Takes what stands before the next of `separators`, and the separator.
inline std::string_view take_until(std::string_view& text, std::string_view separators) {
  std::size_t n = 0;
  while (n < text.size() && !separators.contains(text[n])) ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n < text.size() ? n + 1 : n);
  return taken;
}

// Walks two token streams until they differ. A stream's next() goes on giving its end token.
template <class Stream>
std::strong_ordering lockstep(Stream a, Stream b) {
  for (;;) {
    const auto x = a.next();
    const auto y = b.next();
    if (const auto order = x <=> y; order != 0) return order;
    if (a.at_end() && b.at_end()) return std::strong_ordering::equal;
  }
}

// A token of such a stream: its kind decides, then its value.
struct Token {
  int rank = 0;
  bool is_number = false;
  std::string_view value;

  friend std::strong_ordering operator<=>(const Token& a, const Token& b) {
    if (a.rank != b.rank) return a.rank <=> b.rank;
    return a.is_number ? number_order(a.value, b.value) : text_order(a.value, b.value);
  }
};

}  // namespace yagura::vuln::version
