#include "kube/yaml/base64.hpp"

#include <cstdint>

#include "kube/yaml/chars.hpp"

namespace yagura::kube::yaml {

namespace {

// -1: not of the alphabet.
int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

}  // namespace

bool append_base64_decoded(std::string_view text, std::string& out) {
  std::uint32_t bits = 0;
  int count = 0;    // sextets of the open group of four
  int padding = 0;  // '=' seen
  for (const char c : text) {
    if (is(c, kBlank | kBreak)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = sextet(c);
    if (value < 0 || padding > 0) return false;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    if (++count < 4) continue;
    for (const int shift : {16, 8, 0}) out += static_cast<char>((bits >> shift) & 0xFF);
    bits = 0;
    count = 0;
  }
  if (count == 0) return padding == 0;
  if (count == 1 || count + padding != 4) return false;
  bits <<= 6 * (4 - count);
  out += static_cast<char>((bits >> 16) & 0xFF);
  if (count == 3) out += static_cast<char>((bits >> 8) & 0xFF);
  return true;
}

}  // namespace yagura::kube::yaml
