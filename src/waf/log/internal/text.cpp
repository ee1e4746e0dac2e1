#include "waf/log/internal/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "core/utf8.hpp"

namespace yagura::waf::log {

namespace {

// By byte: whether it stands for itself.
using Plain = std::array<bool, 256>;

constexpr Plain plain_but_for(std::string_view escape_too) {
  Plain plain{};
  for (std::size_t byte = 0x20; byte < 0x7f; ++byte) plain[byte] = true;
  for (const char c : escape_too) plain[static_cast<unsigned char>(c)] = false;
  return plain;
}

std::string with_escapes(std::string_view text, const Plain& plain) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const odd =
        std::find_if_not(at, end, [&](char c) { return plain[static_cast<unsigned char>(c)]; });
    out.append(at, odd);
    if (odd == end) break;
    const auto byte = static_cast<unsigned char>(*odd);
    out.append("\\x").push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
    at = odd + 1;
  }
  return out;
}

std::string omitted(std::size_t count) { return fmt::format(" ({} characters omitted)", count); }

}  // namespace

std::string escaped(std::string_view text) {
  static constexpr Plain kPlain = plain_but_for("\"");
  return with_escapes(text, kPlain);
}

std::string quotable(std::string_view text) {
  static constexpr Plain kPlain = plain_but_for("\"\\");
  return with_escapes(text, kPlain);
}

std::string cut_and_escaped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return escaped(text);
  return escaped(text.substr(0, limit)) + omitted(text.size() - limit);
}

std::string cut_and_quotable(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return quotable(text);
  return quotable(text.substr(0, limit)) + omitted(text.size() - limit);
}

namespace {

void append_hex(std::string& out, std::string_view bytes) {
  for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

// C1 controls, line and paragraph separators, marks and overrides of direction (UAX #9).
bool misleads(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x61c;
}

}  // namespace

std::string for_human(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && at < limit) {
    const std::size_t valid = core::utf8_sequence_length(text, at);
    const std::string_view bytes = text.substr(at, std::max<std::size_t>(valid, 1));
    if (valid == 0 || misleads(core::utf8_decode(text, at, valid))) {
      append_hex(out, bytes);
    } else {
      out += bytes;
    }
    at += bytes.size();
  }
  if (at < text.size()) out += fmt::format(" ({} bytes omitted)", text.size() - at);
  return out;
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(micros / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     micros % 1'000'000);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string_view path_of(std::string_view uri) { return uri.substr(0, uri.find('?')); }

}  // namespace yagura::waf::log
