#include "scenario/scenario.hpp"

#include <array>

namespace yagura::sensor::e2e {

std::vector<std::string> split_words(std::string_view step) {
  std::vector<std::string> words;
  bool is_in_word = false;
  bool is_quoted = false;
  for (const char c : step) {
    if (c == '\'') {
      if (!is_in_word) words.emplace_back();
      is_in_word = true;
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      is_in_word = false;
    } else {
      if (!is_in_word) words.emplace_back();
      is_in_word = true;
      words.back() += c;
    }
  }
  return words;
}

std::span<const std::string_view> network_addresses() {
  static constexpr std::array<std::string_view, 7> kAddresses{
      "198.51.100.7",    "198.51.100.8",    "198.51.100.9", "203.0.113.9",
      "169.254.169.254", "169.254.169.253", "10.9.8.7"};
  return kAddresses;
}

}  // namespace yagura::sensor::e2e
