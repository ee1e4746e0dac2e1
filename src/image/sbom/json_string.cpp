#include "image/sbom/internal/json_string.hpp"

#include "core/utf8.hpp"

namespace yagura::image::sbom {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool take_unit(std::string_view& text, char32_t& unit) {
  if (text.size() < 4) return false;
  unit = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return false;
    unit = unit * 16 + static_cast<char32_t>(digit);
  }
  text.remove_prefix(4);
  return true;
}

// Behind "\u". Surrogates that are no pair become U+FFFD.
bool take_escaped_code_point(std::string_view& text, std::string& out) {
  char32_t unit = 0;
  if (!take_unit(text, unit)) return false;
  const bool is_high = unit >= 0xd800 && unit < 0xdc00;
  if (is_high && text.starts_with("\\u")) {
    std::string_view rest = text.substr(2);
    char32_t low = 0;
    if (!take_unit(rest, low)) return false;
    if (low >= 0xdc00 && low < 0xe000) {
      text = rest;
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  }
  core::append_utf8(out, unit);
  return true;
}

bool take_escape(std::string_view& text, std::string& out) {
  if (text.empty()) return false;
  const char c = text.front();
  text.remove_prefix(1);
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const auto at = kNames.find(c); at != std::string_view::npos) {
    out.push_back(kMeanings[at]);
    return true;
  }
  return c == 'u' && take_escaped_code_point(text, out);
}

}  // namespace

bool parse_json_string(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return false;
    if (c != '\\') {
      out.push_back(c);
    } else if (!take_escape(text, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace yagura::image::sbom
