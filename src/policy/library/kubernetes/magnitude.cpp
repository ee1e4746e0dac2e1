#include "policy/library/kubernetes/magnitude.hpp"

#include <algorithm>
#include <cmath>

namespace yagura::policy {

namespace {

constexpr std::uint32_t kBillion = 1'000'000'000;

}  // namespace

Magnitude::Magnitude(std::uint64_t value) {
  limbs_[0] = static_cast<std::uint32_t>(value);
  limbs_[1] = static_cast<std::uint32_t>(value >> 32);
  size_ = 2;
  trim();
}

void Magnitude::trim() {
  while (size_ > 0 && limbs_[size_ - 1] == 0) --size_;
}

bool Magnitude::multiply_add(std::uint32_t factor, std::uint32_t addend) {
  std::uint64_t carry = addend;
  for (std::uint32_t i = 0; i < size_; ++i) {
    carry += static_cast<std::uint64_t>(limbs_[i]) * factor;
    limbs_[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) {
    if (size_ == kLimbs) return false;
    limbs_[size_++] = static_cast<std::uint32_t>(carry);
  }
  trim();
  return true;
}

bool Magnitude::add(const Magnitude& other) {
  const std::uint32_t count = std::max(size_, other.size_);
  std::uint64_t carry = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    carry += static_cast<std::uint64_t>(limbs_[i]) + other.limbs_[i];
    limbs_[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  size_ = count;
  if (carry != 0) {
    if (size_ == kLimbs) return false;
    limbs_[size_++] = static_cast<std::uint32_t>(carry);
  }
  return true;
}

bool Magnitude::multiply_by_power_of_ten(std::uint64_t exponent) {
  if (is_zero()) return true;
  if (exponent > 320) return false;  // more digits than the capacity, whatever the value
  for (; exponent >= 9; exponent -= 9) {
    if (!multiply_add(kBillion, 0)) return false;
  }
  for (; exponent > 0; --exponent) {
    if (!multiply_add(10, 0)) return false;
  }
  return true;
}

bool Magnitude::shift_left(unsigned bits) {
  for (; bits >= 31; bits -= 31) {
    if (!multiply_add(std::uint32_t{1} << 31, 0)) return false;
  }
  return multiply_add(std::uint32_t{1} << bits, 0);
}

void Magnitude::subtract(const Magnitude& other) {
  std::int64_t borrow = 0;
  for (std::uint32_t i = 0; i < size_; ++i) {
    borrow += static_cast<std::int64_t>(limbs_[i]) - other.limbs_[i];
    limbs_[i] = static_cast<std::uint32_t>(borrow);
    borrow >>= 32;
  }
  trim();
}

std::uint32_t Magnitude::divide(std::uint32_t divisor) {
  std::uint64_t remainder = 0;
  for (std::uint32_t i = size_; i-- > 0;) {
    remainder = (remainder << 32) | limbs_[i];
    limbs_[i] = static_cast<std::uint32_t>(remainder / divisor);
    remainder %= divisor;
  }
  trim();
  return static_cast<std::uint32_t>(remainder);
}

std::strong_ordering Magnitude::operator<=>(const Magnitude& other) const {
  if (size_ != other.size_) return size_ <=> other.size_;
  for (std::uint32_t i = size_; i-- > 0;) {
    if (limbs_[i] != other.limbs_[i]) return limbs_[i] <=> other.limbs_[i];
  }
  return std::strong_ordering::equal;
}

std::uint64_t Magnitude::as_uint64() const {
  return (static_cast<std::uint64_t>(limbs_[1]) << 32) | limbs_[0];
}

double Magnitude::as_double() const {
  if (fits_uint64()) return static_cast<double>(as_uint64());
  // The top 96 bits decide; the 32 below them only break ties, which a sticky bit keeps.
  const std::uint64_t top =
      (static_cast<std::uint64_t>(limbs_[size_ - 1]) << 32) | limbs_[size_ - 2];
  const double high = static_cast<double>(top);
  const double low = static_cast<double>(limbs_[size_ - 3]);
  const int shift = static_cast<int>(size_ - 2) * 32;
  return std::ldexp(high + std::ldexp(low, -32), shift);
}

std::string Magnitude::to_decimal() const {
  if (is_zero()) return "0";
  std::string reversed;
  Magnitude rest = *this;
  while (!rest.is_zero()) {
    std::uint32_t group = rest.divide(kBillion);
    for (int i = 0; i < 9; ++i, group /= 10)
      reversed.push_back(static_cast<char>('0' + group % 10));
  }
  while (reversed.back() == '0') reversed.pop_back();
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

std::uint64_t Magnitude::decimal_digits() const {
  if (fits_uint64()) {
    std::uint64_t digits = 1;
    for (std::uint64_t rest = as_uint64(); rest >= 10; rest /= 10) ++digits;
    return digits;
  }
  std::uint64_t digits = 0;
  Magnitude rest = *this;
  while (!rest.fits_uint64()) {
    rest.divide(kBillion);
    digits += 9;
  }
  return digits + rest.decimal_digits();
}

}  // namespace yagura::policy
