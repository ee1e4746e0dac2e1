// The parser takes the short way of upstream (18 digits, no rounding) where it does, since which
// way was taken is visible in is_integer() and in the last bit of as_approximate_double().

#include "policy/library/kubernetes/quantity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace yagura::policy {

namespace {

constexpr std::int32_t kNano = -9;
constexpr std::int32_t kMaxSmallDigits = 18;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Suffix {
  int base = 10;
  std::int32_t exponent = 0;
  QuantityFormat format = QuantityFormat::kDecimalSi;
};

struct Written {
  bool negative = false;
  std::string_view whole;     // without leading zeros; may be empty
  std::string_view fraction;  // behind the point; may be empty
  std::string_view suffix;
  bool has_more = false;  // digits other than zero behind `fraction` were left out
};

// "1." and ".5" are numbers. At least one digit must be there, as the documentation has it;
// upstream's scanner takes "Mi" for zero.
std::optional<Written> scan(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Written written;
  std::size_t at = 0;
  if (text[0] == '-' || text[0] == '+') {
    written.negative = text[0] == '-';
    at = 1;
  }
  const std::size_t zeros = at;
  while (at < text.size() && text[at] == '0') ++at;
  const bool has_zeros = at > zeros;
  std::size_t start = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  written.whole = text.substr(start, at - start);
  if (at < text.size() && text[at] == '.') {
    start = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    written.fraction = text.substr(start, at - start);
  }
  if (!has_zeros && written.whole.empty() && written.fraction.empty()) return std::nullopt;
  constexpr std::string_view kSuffixLetters = "eEinumkKMGTP";
  start = at;
  while (at < text.size() && kSuffixLetters.find(text[at]) != std::string_view::npos) ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at != text.size()) return std::nullopt;
  written.suffix = text.substr(start);
  return written;
}

std::optional<Suffix> exponent_suffix(std::string_view suffix) {
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  suffix.remove_prefix(1);
  const bool negative = suffix[0] == '-';
  if (suffix[0] == '-' || suffix[0] == '+') suffix.remove_prefix(1);
  if (suffix.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : suffix) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
    if (value > std::numeric_limits<std::int32_t>::max() / 2) return std::nullopt;
  }
  return Suffix{.exponent = static_cast<std::int32_t>(negative ? -value : value),
                .format = QuantityFormat::kDecimalExponent};
}

std::optional<Suffix> read_suffix(std::string_view suffix) {
  constexpr std::string_view kDecimal =
      "num kMGTPE";  // 10^-9 upwards in steps of 10^3; blank is no suffix
  constexpr std::string_view kBinary = "KMGTPE";
  if (suffix.empty()) return Suffix{};
  if (suffix.size() == 1) {
    const std::size_t at = kDecimal.find(suffix[0]);
    if (at == std::string_view::npos) return std::nullopt;
    return Suffix{.exponent = kNano + 3 * static_cast<std::int32_t>(at)};
  }
  if (suffix.size() == 2 && suffix[1] == 'i') {
    const std::size_t at = kBinary.find(suffix[0]);
    if (at == std::string_view::npos) return std::nullopt;
    return Suffix{.base = 2,
                  .exponent = 10 * (static_cast<std::int32_t>(at) + 1),
                  .format = QuantityFormat::kBinarySi};
  }
  return exponent_suffix(suffix);
}

std::int32_t size_of(std::string_view digits) {
  return static_cast<std::int32_t>(std::min<std::size_t>(digits.size(), 1'000'000));
}

// value * 10^power, where it fits.
std::optional<std::int64_t> scaled(std::int64_t value, std::int64_t power) {
  if (value == 0) return 0;
  if (power > kMaxSmallDigits) return std::nullopt;
  for (; power > 0; --power) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> small_mantissa(const Written& written, const Suffix& suffix) {
  const std::int32_t digits = std::max(size_of(written.whole), 1) + size_of(written.fraction);
  std::int64_t factor = 1;
  if (suffix.base == 10) {
    if (digits > kMaxSmallDigits) return std::nullopt;
  } else {
    if (!written.fraction.empty()) return std::nullopt;
    const auto suffix_digits =
        static_cast<std::int32_t>(static_cast<float>(suffix.exponent) * 3 / 10);
    if (15 - digits - suffix_digits - 1 < 0) return std::nullopt;
    factor = std::int64_t{1} << suffix.exponent;
  }
  std::int64_t value = 0;
  for (const char c : written.whole) value = value * 10 + (c - '0');
  for (const char c : written.fraction) value = value * 10 + (c - '0');
  if (__builtin_mul_overflow(value, factor, &value)) return std::nullopt;
  return written.negative ? -value : value;
}

// A fraction so deep only decides whether the last digit is rounded up: one flag stands for it, so
// that a long text costs no more than reading it.
Written with_short_fraction(Written written, const Suffix& suffix) {
  constexpr std::size_t kDeep = 80;  // 2^60 moves the point by 19 digits, nano by 9
  const bool moves_right = suffix.base == 10 && suffix.exponent > 0;
  if (moves_right || written.fraction.size() <= kDeep) return written;
  written.has_more = written.fraction.find_first_not_of('0', kDeep) != std::string_view::npos;
  written.fraction = written.fraction.substr(0, kDeep);
  return written;
}

// The digits of `written` times 10^9, what is below rounded up (away from zero).
std::optional<Magnitude> nano_units(const Written& written, const Suffix& suffix) {
  Magnitude value;
  for (const char c : written.whole) {
    if (!value.multiply_add(10, static_cast<std::uint32_t>(c - '0'))) return std::nullopt;
  }
  for (const char c : written.fraction) {
    if (!value.multiply_add(10, static_cast<std::uint32_t>(c - '0'))) return std::nullopt;
  }
  if (suffix.base == 2 && !value.shift_left(static_cast<unsigned>(suffix.exponent)))
    return std::nullopt;
  const std::int64_t power = (suffix.base == 10 ? suffix.exponent : 0) -
                             static_cast<std::int64_t>(written.fraction.size()) - kNano;
  if (power >= 0) {
    if (!value.multiply_by_power_of_ten(static_cast<std::uint64_t>(power))) return std::nullopt;
    return value;
  }
  bool exact = !written.has_more;
  for (std::int64_t i = power; i < 0 && !value.is_zero(); ++i)
    exact = value.divide(10) == 0 && exact;
  if (!exact && !value.multiply_add(1, 1)) return std::nullopt;
  return value;
}

}  // namespace

struct Quantity::Decimal {
  bool negative = false;
  Magnitude magnitude;
  std::int64_t exponent = 0;
};

Quantity Quantity::from_integer(std::int64_t value) {
  Quantity quantity;
  quantity.format_ = QuantityFormat::kDecimalExponent;
  quantity.small_ = value;
  return quantity;
}

std::optional<Quantity> Quantity::parse(std::string_view text, QuantityProblem* problem) {
  const auto refuse = [&](QuantityProblem why) -> std::optional<Quantity> {
    if (problem != nullptr) *problem = why;
    return std::nullopt;
  };
  const std::optional<Written> written = scan(text);
  if (!written) return refuse(QuantityProblem::kFormat);
  const std::optional<Suffix> suffix = read_suffix(written->suffix);
  if (!suffix) return refuse(QuantityProblem::kSuffix);

  Quantity quantity;
  quantity.format_ = suffix->format;
  const std::int32_t power =
      (suffix->base == 10 ? suffix->exponent : 0) - size_of(written->fraction);
  if (power >= kNano) {
    if (const auto small = small_mantissa(*written, *suffix)) {
      quantity.small_ = *small;
      quantity.exponent_ = power;
      return quantity;
    }
  }

  const auto units = nano_units(with_short_fraction(*written, *suffix), *suffix);
  if (!units) return refuse(QuantityProblem::kOutOfRange);
  quantity.is_big_ = true;
  quantity.negative_ = written->negative && !units->is_zero();
  quantity.exponent_ = kNano;
  quantity.big_ = *units;
  if (suffix->format == QuantityFormat::kBinarySi) {
    Magnitude largest(std::numeric_limits<std::int64_t>::max());
    if (largest.multiply_by_power_of_ten(9) && quantity.big_ > largest) quantity.big_ = largest;
    if (quantity.big_ < Magnitude(1'000'000'000) && !quantity.big_.is_zero()) {
      quantity.format_ = QuantityFormat::kDecimalSi;
    }
  }
  return quantity;
}

Quantity::Decimal Quantity::decimal() const {
  if (is_big_) return {.negative = negative_, .magnitude = big_, .exponent = exponent_};
  const std::uint64_t size =
      small_ < 0 ? 0 - static_cast<std::uint64_t>(small_) : static_cast<std::uint64_t>(small_);
  return {.negative = small_ < 0, .magnitude = Magnitude(size), .exponent = exponent_};
}

std::optional<Quantity> Quantity::from_decimal(const Decimal& value, QuantityFormat format) {
  Quantity quantity;
  quantity.format_ = format;
  quantity.is_big_ = true;
  quantity.negative_ = value.negative && !value.magnitude.is_zero();
  quantity.big_ = value.magnitude;
  quantity.exponent_ = static_cast<std::int32_t>(value.exponent);
  return quantity;
}

int Quantity::sign() const {
  if (is_big_) return big_.is_zero() ? 0 : (negative_ ? -1 : 1);
  return small_ == 0 ? 0 : (small_ < 0 ? -1 : 1);
}

std::strong_ordering Quantity::operator<=>(const Quantity& other) const {
  if (!is_big_ && !other.is_big_ && exponent_ == other.exponent_) return small_ <=> other.small_;
  if (sign() != other.sign()) return sign() <=> other.sign();
  if (sign() == 0) return std::strong_ordering::equal;
  Decimal a = decimal();
  Decimal b = other.decimal();
  if (a.negative) std::swap(a, b);
  // The position of the first digit decides, mostly; where it is the same, aligning cannot exceed
  // the capacity.
  const std::int64_t a_top = static_cast<std::int64_t>(a.magnitude.decimal_digits()) + a.exponent;
  const std::int64_t b_top = static_cast<std::int64_t>(b.magnitude.decimal_digits()) + b.exponent;
  if (a_top != b_top) return a_top <=> b_top;
  Decimal& longer = a.exponent > b.exponent ? a : b;
  const std::int64_t distance = std::abs(a.exponent - b.exponent);
  if (!longer.magnitude.multiply_by_power_of_ten(static_cast<std::uint64_t>(distance))) {
    return &longer == &a ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  return a.magnitude <=> b.magnitude;
}

std::optional<Quantity> Quantity::small_sum(const Quantity& other) const {
  Quantity sum = *this;
  if (small_ == 0) sum.format_ = other.format_;
  if (other.small_ == 0) return sum;
  if (small_ == 0) {
    sum.small_ = other.small_;
    sum.exponent_ = other.exponent_;
    return sum;
  }
  sum.exponent_ = std::min(exponent_, other.exponent_);
  const auto a = scaled(small_, static_cast<std::int64_t>(exponent_) - sum.exponent_);
  const auto b = scaled(other.small_, static_cast<std::int64_t>(other.exponent_) - sum.exponent_);
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum.small_)) return std::nullopt;
  return sum;
}

std::optional<Quantity> Quantity::plus(const Quantity& other) const {
  if (!is_big_ && !other.is_big_) {
    if (auto sum = small_sum(other)) return sum;
  }
  Decimal a = decimal();
  Decimal b = other.decimal();
  const std::int64_t exponent = std::min(a.exponent, b.exponent);
  for (Decimal* side : {&a, &b}) {
    const auto power = static_cast<std::uint64_t>(side->exponent - exponent);
    if (!side->magnitude.multiply_by_power_of_ten(power)) return std::nullopt;
    side->exponent = exponent;
  }
  const QuantityFormat format = sign() == 0 ? other.format_ : format_;
  if (a.negative == b.negative) {
    if (!a.magnitude.add(b.magnitude)) return std::nullopt;
    return from_decimal(a, format);
  }
  if (a.magnitude < b.magnitude) std::swap(a, b);
  a.magnitude.subtract(b.magnitude);
  return from_decimal(a, format);
}

Quantity Quantity::negated() const {
  Quantity negative = *this;
  if (is_big_) {
    negative.negative_ = !negative_ && !big_.is_zero();
  } else if (small_ == std::numeric_limits<std::int64_t>::min()) {
    negative.is_big_ = true;
    negative.big_ = decimal().magnitude;
  } else {
    negative.small_ = -small_;
  }
  return negative;
}

std::optional<Quantity> Quantity::minus(const Quantity& other) const {
  return plus(other.negated());
}

std::optional<std::int64_t> Quantity::as_integer() const {
  if (is_big_ || exponent_ < 0) return std::nullopt;
  return scaled(small_, exponent_);
}

double Quantity::as_approximate_double() const {
  const double base =
      is_big_ ? (negative_ ? -big_.as_double() : big_.as_double()) : static_cast<double>(small_);
  if (exponent_ == 0 || base == 0) return base;
  return base * std::pow(10.0, exponent_);
}

std::string Quantity::decimal_text(QuantityFormat format) const {
  Decimal value = decimal();
  for (;;) {
    Magnitude tenth = value.magnitude;
    if (tenth.divide(10) != 0) break;
    value.magnitude = tenth;
    ++value.exponent;
  }
  std::string digits = value.magnitude.to_decimal();
  std::int64_t exponent = value.exponent;
  for (; exponent % 3 != 0; --exponent) digits.push_back('0');
  if (value.negative) digits.insert(0, 1, '-');
  if (exponent == 0) return digits;
  constexpr std::string_view kSuffixes = "num kMGTPE";
  if (format == QuantityFormat::kDecimalSi && exponent >= kNano && exponent <= 18) {
    digits.push_back(kSuffixes[static_cast<std::size_t>((exponent - kNano) / 3)]);
    return digits;
  }
  return digits + "e" + std::to_string(exponent);
}

// Nothing where the value has a fraction or is so small that a decimal number reads better.
std::optional<std::string> Quantity::binary_text() const {
  Decimal value = decimal();
  if (value.exponent > 0) {
    if (!value.magnitude.multiply_by_power_of_ten(static_cast<std::uint64_t>(value.exponent)))
      return std::nullopt;
  }
  for (; value.exponent < 0; ++value.exponent) {
    if (value.magnitude.divide(10) != 0) return std::nullopt;
  }
  if (value.magnitude < Magnitude(1024)) return std::nullopt;
  constexpr std::string_view kSuffixes = "KMGTPE";
  std::size_t steps = 0;
  while (steps < kSuffixes.size()) {
    Magnitude part = value.magnitude;
    if (part.divide(1024) != 0) break;
    value.magnitude = part;
    ++steps;
  }
  std::string text = (value.negative ? "-" : "") + value.magnitude.to_decimal();
  if (steps > 0) {
    text.push_back(kSuffixes[steps - 1]);
    text.push_back('i');
  }
  return text;
}

std::string Quantity::to_string() const {
  if (sign() == 0) return "0";
  if (format_ == QuantityFormat::kBinarySi) {
    if (auto text = binary_text()) return *std::move(text);
    return decimal_text(QuantityFormat::kDecimalSi);
  }
  return decimal_text(format_);
}

}  // namespace yagura::policy
