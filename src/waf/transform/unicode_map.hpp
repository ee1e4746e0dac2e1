#pragma once

// What urlDecodeUni makes of %uHHHH where the application behind uses a code page of its own: IIS
// and others turn a character that the page does not have into the nearest that it has ("best
// fit"). SecUnicodeMapFile names a file of such tables, as ModSecurity ships one:
//
//   20127 (US-ASCII)
//   00a1:21 00a2:63 ff1c:3c
//
// A number begins the table of that code page; "hhhh:hh" is a character and its byte; names in
// parentheses and what follows a '#' are for readers. Reference: ModSecurity Reference Manual
// (v3.x), SecUnicodeMapFile. Operator configuration; parsing is linear.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::waf {

class UnicodeMap {
 public:
  // kNotFound: no table of that code page. kInvalidInput: a word that is none of the above.
  [[nodiscard]] static Result<UnicodeMap> parse(std::string_view text, std::uint32_t code_page);

  // Nothing: the page's table does not name it.
  [[nodiscard]] std::optional<char> byte_of(std::uint16_t code_unit) const {
    const std::int16_t byte = bytes_[code_unit];
    if (byte < 0) return std::nullopt;
    return static_cast<char>(byte);
  }

 private:
  UnicodeMap() : bytes_(0x10000, -1) {}
  std::vector<std::int16_t> bytes_;
};

}  // namespace yagura::waf
