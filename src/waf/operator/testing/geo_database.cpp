#include "waf/operator/testing/geo_database.hpp"

#include <bit>

namespace yagura::waf::testing {
namespace {

// The types of the data section; those above 7 stand in a second byte.
enum Type : std::uint8_t { kString = 2, kDouble = 3, kUint16 = 5, kUint32 = 6, kMap = 7 };
constexpr std::uint8_t kUint64Extended = 9 - 7, kArrayExtended = 11 - 7;

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>((value >> (8 * bytes)) & 0xff);
  return out;
}

std::string header(Type type, std::size_t size) {
  return {static_cast<char>((type << 5) | static_cast<int>(size))};  // sizes under 29 only
}
std::string extended(std::uint8_t type, std::size_t size) {
  return {static_cast<char>(size), static_cast<char>(type)};
}
std::string text(std::string_view value) { return header(kString, value.size()).append(value); }
std::string number(double value) {
  return header(kDouble, 8) + big_endian(std::bit_cast<std::uint64_t>(value), 8);
}
std::string uint16(std::uint16_t value) { return header(kUint16, 2) + big_endian(value, 2); }

std::string names(std::string_view name) {
  return text("names") + header(kMap, 1) + text("en") + text(name);
}

std::string tokyo_record() {
  return header(kMap, 5) + text("country") + header(kMap, 2) + text("iso_code") + text("JP") +
         names("Japan") + text("continent") + header(kMap, 1) + text("code") + text("AS") +
         text("subdivisions") + extended(kArrayExtended, 1) + header(kMap, 1) + text("iso_code") +
         text("13") + text("city") + header(kMap, 1) + names("Tokyo") + text("location") +
         header(kMap, 3) + text("latitude") + number(35.5) + text("longitude") + number(139.25) +
         text("metro_code") + uint16(7);
}

// One node for each bit of the prefix; the other side of each knows nothing.
std::string tree(std::uint32_t network, std::uint32_t bits) {
  std::string nodes;
  for (std::uint32_t depth = 0; depth < bits; ++depth) {
    const std::uint32_t data = bits + 16;  // the first record of the data section
    const std::uint32_t next = depth + 1 == bits ? data : depth + 1;
    const bool right = ((network >> (31 - depth)) & 1) != 0;
    nodes += big_endian(right ? bits : next, 3) + big_endian(right ? next : bits, 3);
  }
  return nodes;
}

std::string metadata(std::uint32_t node_count) {
  return "\xab\xcd\xefMaxMind.com" + header(kMap, 9) + text("binary_format_major_version") +
         uint16(2) + text("binary_format_minor_version") + uint16(0) + text("build_epoch") +
         extended(kUint64Extended, 8) + big_endian(1, 8) + text("database_type") + text("Test") +
         text("description") + header(kMap, 0) + text("ip_version") + uint16(4) +
         text("languages") + extended(kArrayExtended, 0) + text("node_count") + header(kUint32, 4) +
         big_endian(node_count, 4) + text("record_size") + uint16(24);
}

}  // namespace

std::string tokyo_database() {
  constexpr std::uint32_t kBits = 24;
  return tree(0xC0000200, kBits) + std::string(16, '\0') + tokyo_record() + metadata(kBits);
}

}  // namespace yagura::waf::testing
