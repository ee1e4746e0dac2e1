// cmdLine: a shell command as the shells of Unix and Windows read it, so that c^a't /"etc and
// cat /etc look alike. Escapes and quotes go; commas, semicolons and white space become one space;
// a space before / or ( goes; letters become lower case.

#include <array>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

enum class Kind : std::uint8_t { kOther, kDropped, kBlank, kEatsBlank };

constexpr Kind classify(char byte) {
  switch (byte) {
    case '"':
    case '\'':
    case '\\':
    case '^':
      return Kind::kDropped;
    case ' ':
    case ',':
    case ';':
    case '\t':
    case '\r':
    case '\n':
      return Kind::kBlank;
    case '/':
    case '(':
      return Kind::kEatsBlank;
    default:
      return Kind::kOther;
  }
}

constexpr std::array<Kind, 256> kKinds = [] {
  std::array<Kind, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) table[byte] = classify(static_cast<char>(byte));
  return table;
}();

Kind kind_of(char byte) { return kKinds[static_cast<unsigned char>(byte)]; }

// The length of the part at the front that stays as it is.
std::size_t clean_prefix(std::string_view input) {
  bool after_space = false;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const char byte = input[i];
    const Kind kind = kind_of(byte);
    const bool is_space = byte == ' ';
    if (kind == Kind::kDropped || (kind == Kind::kBlank && (!is_space || after_space)) ||
        (kind == Kind::kEatsBlank && after_space) || to_lower(byte) != byte) {
      return i;
    }
    after_space = is_space;
  }
  return input.size();
}

}  // namespace

std::string_view cmd_line(std::string_view input, std::string& out) {
  const std::size_t clean = clean_prefix(input);
  if (clean == input.size()) return input;
  return write_to(out, input.size(), [&](char* to) {
    to = copy_span(input.data(), input.data() + clean, to);
    bool after_space = clean > 0 && input[clean - 1] == ' ';
    for (const char byte : input.substr(clean)) {
      const Kind kind = kind_of(byte);
      if (kind == Kind::kDropped) continue;
      if (kind == Kind::kBlank) {
        if (!after_space) *to++ = ' ';
        after_space = true;
        continue;
      }
      if (kind == Kind::kEatsBlank && after_space) --to;
      *to++ = to_lower(byte);
      after_space = false;
    }
    return to;
  });
}

}  // namespace yagura::waf::internal
