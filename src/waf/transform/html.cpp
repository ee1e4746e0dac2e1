// htmlEntityDecode: &#xHH; and &#DD; (the semicolon may be missing, as browsers accept it), and
// &quot; &amp; &lt; &gt; &nbsp;. A number above 255 keeps its low byte.

#include <array>

#include "waf/transform/internal/ascii.hpp"
#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

struct Entity {
  std::string_view name;
  char byte;
};
constexpr std::array<Entity, 5> kEntities = {
    {{"quot", '"'}, {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"nbsp", kNoBreakSpace}}};
constexpr std::size_t kLongestName = 4;

const char* behind_semicolon(const char* from, const char* end) {
  return from != end && *from == ';' ? from + 1 : from;
}

// Digits of any number: leading zeros are a known trick. The value is kept modulo 2^32.
template <typename Is>
const char* read_number(const char* from, const char* end, unsigned base, Is is, char& byte) {
  std::uint32_t value = 0;
  for (; from != end && is(*from); ++from) {
    value = value * base + static_cast<std::uint32_t>(hex_value(*from));
  }
  byte = static_cast<char>(value & 0xff);
  return from;
}

// `from` is behind "&#". Returns the end of the digits, or `from` where there is none.
const char* read_numeric(const char* from, const char* end, char& byte) {
  if (from != end && to_lower(*from) == 'x') {
    const char* const stop = read_number(from + 1, end, 16, is_hex, byte);
    return stop == from + 1 ? from : stop;
  }
  return read_number(from, end, 10, is_digit, byte);
}

const char* read_named(const char* from, const char* end, char& byte) {
  const std::size_t length = run_length(from, end, kLongestName + 1, is_alphanumeric);
  for (const Entity& entity : kEntities) {
    if (entity.name.size() != length) continue;
    std::size_t same = 0;
    while (same < length && to_lower(from[same]) == entity.name[same]) ++same;
    if (same < length) continue;
    byte = entity.byte;
    return from + length;
  }
  return from;
}

const char* decode_entity(const char* from, const char* end, char*& to) {
  const char* const body = from + 1;
  const bool numeric = body != end && *body == '#';
  const char* const start = numeric ? body + 1 : body;
  char byte = 0;
  const char* const stop = numeric ? read_numeric(start, end, byte) : read_named(start, end, byte);
  if (stop != start) {
    *to++ = byte;
    return behind_semicolon(stop, end);
  }
  *to++ = *from;
  return body;
}

}  // namespace

std::string_view html_entity_decode(std::string_view input, std::string& out) {
  return decode_marked(input, '&', out, decode_entity);
}

}  // namespace yagura::waf::internal
