#pragma once

// Texts that hold what transformations react to far more often than chance would: for the property
// and the oracle tests. Deterministic.

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace yagura::waf::testing {

class RandomText {
 public:
  explicit RandomText(std::uint32_t seed) : engine_(seed) {}

  // Pieces of escapes of every kind, bytes, and plain words.
  std::string next(std::size_t pieces) {
    std::string text;
    for (std::size_t i = 0; i < pieces; ++i) {
      if (pick(8) == 0) {
        text += static_cast<char>(pick(256));
      } else {
        text += kPieces[pick(kPieces.size())];
      }
    }
    return text;
  }

  std::uint32_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::uint32_t>(
        0, static_cast<std::uint32_t>(count - 1))(engine_);
  }

 private:
  static constexpr std::array<std::string_view, 86> kPieces = {"a",
                                                               "B",
                                                               "c",
                                                               "F",
                                                               "0",
                                                               "1",
                                                               "7",
                                                               "9",
                                                               "x",
                                                               "X",
                                                               "u",
                                                               "U",
                                                               " ",
                                                               "  ",
                                                               "\t",
                                                               "\n",
                                                               "\r",
                                                               "\v",
                                                               "\f",
                                                               "\xa0",
                                                               "%",
                                                               "%4",
                                                               "%41",
                                                               "%u0041",
                                                               "%uff",
                                                               "%uFF1c",
                                                               "%U",
                                                               "+",
                                                               "\\",
                                                               "\\x",
                                                               "\\u",
                                                               "\\x4",
                                                               "\\x41",
                                                               "\\u004",
                                                               "\\u0041",
                                                               "\\uff1c",
                                                               "\\101",
                                                               "\\777",
                                                               "\\n",
                                                               "\\a",
                                                               "&",
                                                               "&#",
                                                               "&#x",
                                                               "&#x41",
                                                               "&#65",
                                                               "&#65;",
                                                               "&lt",
                                                               "&lt;",
                                                               "&QUOT;",
                                                               "&nbsp",
                                                               ";",
                                                               ",",
                                                               "'",
                                                               "\"",
                                                               "^",
                                                               "/",
                                                               "//",
                                                               "/.",
                                                               "/..",
                                                               "..",
                                                               ".",
                                                               "./",
                                                               "../",
                                                               "/*",
                                                               "*/",
                                                               "--",
                                                               "#",
                                                               "<!--",
                                                               "-->",
                                                               "0x",
                                                               "0x41",
                                                               "0X61",
                                                               "QUJD",
                                                               "QQ==",
                                                               "=",
                                                               "(",
                                                               "word",
                                                               "SELECT",
                                                               "\xc3\xa9",
                                                               "\xe3\x81\x82",
                                                               "\xf0\x9f\x98\x80",
                                                               "\xc0\xae",
                                                               "\xef\xbc\x9c",
                                                               "\xed\xa0\x80",
                                                               "*",
                                                               "-"};

  std::mt19937 engine_;
};

}  // namespace yagura::waf::testing
