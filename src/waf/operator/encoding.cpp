// @validateByteRange, @validateUrlEncoding, @validateUtf8Encoding: a match says that the value is
// not valid.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/utf8.hpp"
#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

OperatorResult matched_at(std::string_view value, std::size_t at, std::size_t size,
                          OperatorContext& context) {
  context.matched = value.substr(at, size);
  return OperatorResult::kMatch;
}

class ValidateByteRange final : public Operator {
 public:
  explicit ValidateByteRange(const ByteSet& allowed) : forbidden_(~allowed) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (!bytes_in(value).intersects(forbidden_)) return OperatorResult::kNoMatch;
    const auto bad = std::ranges::find_if(
        value, [this](char byte) { return forbidden_.contains(static_cast<unsigned char>(byte)); });
    return matched_at(value, static_cast<std::size_t>(bad - value.begin()), 1, context);
  }
  ByteCondition condition() const override { return {.one_of = {forbidden_}, .min_length = 1}; }

 private:
  ByteSet forbidden_;
};

std::optional<unsigned char> parse_byte(std::string_view text) {
  text = trimmed(text);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > 255) return std::nullopt;
  return static_cast<unsigned char>(value);
}

// "9" or "32-126".
std::optional<ByteSet> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_byte(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_byte(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return ByteSet::range(*first, *last);
}

bool is_hex(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
         (byte >= 'A' && byte <= 'F');
}

class ValidateUrlEncoding final : public Operator {
 public:
  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    for (std::size_t at = value.find('%'); at != std::string_view::npos;
         at = value.find('%', at + 3)) {
      const std::string_view digits = value.substr(at + 1, 2);
      if (digits.size() < 2 || !std::ranges::all_of(digits, is_hex)) {
        return matched_at(value, at, 3, context);
      }
    }
    return OperatorResult::kNoMatch;
  }
  ByteCondition condition() const override {
    return {.one_of = {ByteSet::of("%")}, .min_length = 1};
  }
};

// Overlong forms, surrogates and code points above 10FFFF are no UTF-8 (RFC 3629, section 3).
class ValidateUtf8Encoding final : public Operator {
 public:
  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const std::size_t bad = core::find_invalid_utf8(value);
    if (bad == std::string_view::npos) return OperatorResult::kNoMatch;
    return matched_at(value, bad, 1, context);
  }
  ByteCondition condition() const override {
    return {.one_of = {ByteSet::range(0x80, 0xff)}, .min_length = 1};
  }
};

}  // namespace

Result<OperatorPointer> make_validate_byte_range(std::string_view name, std::string_view argument,
                                                 const OperatorEnvironment& environment) {
  YAGURA_TRY_VOID(refuse_macro(name, environment));
  ByteSet allowed;
  for (std::size_t start = 0; start <= argument.size();) {
    const std::size_t end = std::min(argument.find(',', start), argument.size());
    const std::string_view entry = argument.substr(start, end - start);
    const auto range = parse_range(entry);
    if (!range) {
      return bad_argument(name,
                          fmt::format("'{}' is no byte or range of bytes; write numbers from 0 "
                                      "to 255, such as 9,10,13,32-126",
                                      entry));
    }
    allowed |= *range;
    start = end + 1;
  }
  return std::make_unique<ValidateByteRange>(allowed);
}

Result<OperatorPointer> make_validate_url_encoding(std::string_view, std::string_view,
                                                   const OperatorEnvironment&) {
  return std::make_unique<ValidateUrlEncoding>();
}

Result<OperatorPointer> make_validate_utf8_encoding(std::string_view, std::string_view,
                                                    const OperatorEnvironment&) {
  return std::make_unique<ValidateUtf8Encoding>();
}

}  // namespace yagura::waf::internal
