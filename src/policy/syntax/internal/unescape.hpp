#pragma once

// The escapes of CEL's string and bytes literals (langdef.md, String and Bytes Values).

#include <cstddef>
#include <string>
#include <string_view>

namespace yagura::policy::internal {

struct UnescapeError {
  std::size_t at = 0;  // byte of `text` where the wrong escape begins
  std::string message;
};

// Appends to `out` what the text between the quotes of a literal stands for. In bytes, \x and octal
// escapes are one byte, and \u is not allowed; in strings all are code points. Line ends become
// "\n". False and `error` if an escape is wrong.
[[nodiscard]] bool unescape(std::string_view text, bool raw, bool bytes, std::string& out,
                            UnescapeError& error);

}  // namespace yagura::policy::internal
