#include "waf/operator/internal/argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace yagura::waf::internal {
namespace {

constexpr std::size_t kConditionBytes = 4;

// Letters of English text and code, most frequent first; everything else is rarer.
constexpr std::string_view kFrequent = "etaoinsrhldcumpfgwybvk0123456789jxqz";

// How much a byte says of a text: the higher the rarer.
std::size_t rarity(char byte) { return std::min(kFrequent.find(byte), kFrequent.size()); }

constexpr bool is_plain(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= 'a' && byte <= 'z') || byte == '_';
}

}  // namespace

std::unexpected<Error> bad_argument(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kInvalidInput, fmt::format("@{}: {}", name, what));
}

Result<void> refuse_macro(std::string_view name, const OperatorEnvironment& environment) {
  if (!environment.argument_has_macro) return {};
  return bad_argument(name,
                      "the argument is needed when the rules are read, so it cannot hold a "
                      "macro %{…}; write it out");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

ByteCondition condition_of_literal(std::string_view literal) {
  std::string bytes(literal);
  std::ranges::sort(bytes);
  bytes.erase(std::ranges::unique(bytes).begin(), bytes.end());
  std::ranges::stable_sort(bytes, std::ranges::greater{}, rarity);
  if (bytes.size() > kConditionBytes) bytes.resize(kConditionBytes);
  ByteCondition condition{.min_length = literal.size()};
  for (const char byte : bytes) condition.one_of.push_back(ByteSet::of({&byte, 1}));
  return condition;
}

std::string quote_regex(std::string_view literal) {
  std::string quoted;
  for (const char byte : literal) {
    if (is_plain(byte)) {
      quoted += byte;
    } else {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return quoted;
}

}  // namespace yagura::waf::internal
