#pragma once

// A non-negative integer of bounded size: what a quantity's mantissa is where 64 bits do not hold
// it. Plain data, no allocation. Every operation that could exceed the capacity says so; none
// wraps.

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace yagura::policy {

class Magnitude {
 public:
  // 1,024 bits: 308 decimal digits.
  static constexpr unsigned kLimbs = 32;

  constexpr Magnitude() = default;
  explicit Magnitude(std::uint64_t value);

  [[nodiscard]] bool is_zero() const { return size_ == 0; }
  // Each of these returns false, and leaves an unspecified value, where the result does not fit.
  [[nodiscard]] bool multiply_add(std::uint32_t factor, std::uint32_t addend);
  [[nodiscard]] bool add(const Magnitude& other);
  [[nodiscard]] bool multiply_by_power_of_ten(std::uint64_t exponent);
  [[nodiscard]] bool shift_left(unsigned bits);

  void subtract(const Magnitude& other);        // precondition: *this >= other
  std::uint32_t divide(std::uint32_t divisor);  // returns the remainder; precondition: divisor > 0

  [[nodiscard]] std::strong_ordering operator<=>(const Magnitude& other) const;
  [[nodiscard]] bool operator==(const Magnitude& other) const { return (*this <=> other) == 0; }

  [[nodiscard]] bool fits_uint64() const { return size_ <= 2; }
  [[nodiscard]] std::uint64_t as_uint64() const;  // precondition: fits_uint64()
  [[nodiscard]] double as_double()
      const;  // rounded to nearest, to within one unit in the last place
  [[nodiscard]] std::string to_decimal() const;
  [[nodiscard]] std::uint64_t decimal_digits() const;  // 1 for zero

 private:
  void trim();

  std::array<std::uint32_t, kLimbs>
      limbs_{};  // least significant first; those from size_ on are zero
  std::uint32_t size_ = 0;
};

}  // namespace yagura::policy
