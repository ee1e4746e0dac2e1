#include "waf/operator/internal/check_digits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ranges>
#include <span>

namespace yagura::waf::internal {
namespace {

// The digits of a text as numbers; at most kMost are kept, more are counted.
struct Digits {
  static constexpr std::size_t kMost = 11;
  std::array<int, kMost> digit{};
  std::size_t count = 0;

  explicit Digits(std::string_view text) {
    for (const char byte : text) {
      if (byte < '0' || byte > '9') continue;
      if (count < kMost) digit[count] = byte - '0';
      ++count;
    }
  }
  [[nodiscard]] bool all_same() const {
    return std::all_of(digit.begin(), digit.begin() + static_cast<std::ptrdiff_t>(count),
                       [this](int value) { return value == digit[0]; });
  }
  [[nodiscard]] bool ascending() const {
    for (std::size_t i = 1; i < count; ++i) {
      if (digit[i] != digit[i - 1] + 1) return false;
    }
    return true;
  }
};

int cpf_check_digit(std::span<const int> digits) {
  int sum = 0;
  int weight = static_cast<int>(digits.size()) + 1;
  for (const int digit : digits) sum += digit * weight--;
  const int rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

}  // namespace

bool is_card_number(std::string_view text) {
  int sum = 0;
  std::size_t count = 0;
  for (const char byte : text | std::views::reverse) {
    if (byte < '0' || byte > '9') continue;
    const int doubled = (byte - '0') * (count % 2 == 0 ? 1 : 2);
    sum = (sum + (doubled > 9 ? doubled - 9 : doubled)) % 10;
    ++count;
  }
  return count > 0 && sum == 0;
}

bool is_cpf(std::string_view text) {
  const Digits digits(text);
  if (digits.count != 11 || digits.all_same()) return false;
  const std::span<const int> all(digits.digit);
  return cpf_check_digit(all.first(9)) == all[9] && cpf_check_digit(all.first(10)) == all[10];
}

bool is_ssn(std::string_view text) {
  const Digits digits(text);
  if (digits.count != 9 || digits.all_same() || digits.ascending()) return false;
  const auto& d = digits.digit;
  const int area = d[0] * 100 + d[1] * 10 + d[2];
  const int group = d[3] * 10 + d[4];
  const int serial = d[5] * 1000 + d[6] * 100 + d[7] * 10 + d[8];
  return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
}

bool is_svnr(std::string_view text) {
  constexpr std::array<int, 10> kWeights = {3, 7, 9, 0, 5, 8, 4, 2, 1, 6};
  const Digits digits(text);
  if (digits.count != kWeights.size() || digits.digit[0] == 0) return false;
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += digits.digit[i] * kWeights[i];
  return sum % 11 == digits.digit[3];
}

}  // namespace yagura::waf::internal
