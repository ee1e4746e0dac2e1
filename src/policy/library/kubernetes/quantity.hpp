#pragma once

// Kubernetes' resource.Quantity ("1.5Gi", "200m", "12e6"): exact decimal numbers with a memory of
// how they were written. Follows k8s.io/apimachinery/pkg/api/resource, whose two representations
// show through its API: a 64-bit mantissa with a power of ten, and an arbitrary decimal where that
// is too small. Only the first can be "an integer" (quantity("1.5Gi").isInteger() is false,
// although the value is whole), so it is kept here as well.
//
// Plain data, copyable, no allocation. Linear in the length of the text. Numbers that need more
// than 308 digits are refused; Kubernetes has no bound there.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/library/kubernetes/magnitude.hpp"

namespace yagura::policy {

enum class QuantityFormat : std::uint8_t {
  kDecimalSi,        // 12M
  kBinarySi,         // 12Mi
  kDecimalExponent,  // 12e6
};

enum class QuantityProblem : std::uint8_t { kNone, kFormat, kSuffix, kOutOfRange };

class Quantity {
 public:
  constexpr Quantity() = default;
  static Quantity from_integer(
      std::int64_t value);  // format kDecimalExponent, as CEL's add(int) has it

  // sign, number, suffix (n u m k M G T P E, Ki … Ei, e5 E-3); digits below 10^-9 round away from
  // zero; binary numbers are capped at 2^63-1. `problem` says why there is none.
  [[nodiscard]] static std::optional<Quantity> parse(std::string_view text,
                                                     QuantityProblem* problem = nullptr);

  [[nodiscard]] std::strong_ordering operator<=>(const Quantity& other) const;  // by value, exact
  [[nodiscard]] bool operator==(const Quantity& other) const { return (*this <=> other) == 0; }
  [[nodiscard]] int sign() const;

  // Nothing where the result would need more than 308 digits. A zero takes the other's format.
  [[nodiscard]] std::optional<Quantity> plus(const Quantity& other) const;
  [[nodiscard]] std::optional<Quantity> minus(const Quantity& other) const;

  [[nodiscard]] bool is_integer() const { return as_integer().has_value(); }
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] double as_approximate_double() const;  // infinite where it is out of range

  [[nodiscard]] QuantityFormat format() const { return format_; }
  // Canonical: no fraction, the largest suffix that loses nothing ("1.5" is "1500m", "1.5Gi" is
  // "1536Mi").
  [[nodiscard]] std::string to_string() const;

 private:
  struct Decimal;  // sign, magnitude, power of ten: what both representations are read as

  [[nodiscard]] Decimal decimal() const;
  [[nodiscard]] static std::optional<Quantity> from_decimal(const Decimal& value,
                                                            QuantityFormat format);
  [[nodiscard]] std::optional<Quantity> small_sum(const Quantity& other) const;
  [[nodiscard]] std::string decimal_text(QuantityFormat format) const;
  [[nodiscard]] std::optional<std::string> binary_text() const;
  [[nodiscard]] Quantity negated() const;

  QuantityFormat format_ = QuantityFormat::kDecimalSi;
  bool is_big_ = false;
  bool negative_ = false;      // big only
  std::int32_t exponent_ = 0;  // power of ten of small_ or big_
  std::int64_t small_ = 0;
  Magnitude big_;
};

}  // namespace yagura::policy
