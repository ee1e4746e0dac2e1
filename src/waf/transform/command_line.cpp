// cmdLine: a shell command as the shells of Unix and Windows read it, so that c^a't /"etc and
// cat /etc look alike. Escapes and quotes go; commas, semicolons and white space become one space;
// a space before / or ( goes; letters become lower case.

#include <array>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

enum Kind : unsigned char {
  kOther = 0,
  kDropped = 1,
  kBlank = 2,
  kEatsBlank = 4,
};

constexpr Kind classify(char byte) {
  switch (byte) {
    case '"':
    case '\'':
    case '\\':
    case '^':
      return kDropped;
    case ' ':
    case ',':
    case ';':
    case '\t':
    case '\r':
    case '\n':
      return kBlank;
    case '/':
    case '(':
      return kEatsBlank;
    default:
      return kOther;
  }
}

struct Rewrite {
  char written = 0;  // instead of the byte
  Kind kind = kOther;
};

constexpr std::array<Rewrite, 256> kRewrites = [] {
  std::array<Rewrite, 256> table{};
  for (unsigned value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    const Kind kind = classify(byte);
    table[value] = {.written = kind == kBlank ? ' ' : to_lower(byte), .kind = kind};
  }
  return table;
}();

const Rewrite& rewrite_of(char byte) { return kRewrites[static_cast<unsigned char>(byte)]; }

// The length of the part at the front that stays as it is.
std::size_t clean_prefix(std::string_view input) {
  bool after_space = false;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const char byte = input[i];
    const Kind kind = rewrite_of(byte).kind;
    const bool is_space = byte == ' ';
    if (kind == kDropped || (kind == kBlank && (!is_space || after_space)) ||
        (kind == kEatsBlank && after_space) || to_lower(byte) != byte) {
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
    unsigned after_space = clean > 0 && input[clean - 1] == ' ' ? 1 : 0;
    // Without a branch on what a byte is: words and blanks alternate, which no processor foresees.
    for (const char byte : input.substr(clean)) {
      const Rewrite& rewrite = rewrite_of(byte);
      const unsigned dropped = rewrite.kind & 1U;
      const unsigned blank = (rewrite.kind >> 1) & 1U;
      to -= (rewrite.kind >> 2) & after_space;
      *to = rewrite.written;
      to += (dropped | (blank & after_space)) ^ 1U;
      after_space = blank | (dropped & after_space);
    }
    return to;
  });
}

}  // namespace yagura::waf::internal
