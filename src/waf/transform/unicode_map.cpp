#include "waf/transform/unicode_map.hpp"

#include <fmt/format.h>

#include <charconv>

namespace yagura::waf {
namespace {

template <typename Number>
std::optional<Number> read(std::string_view text, int base) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

struct Mapping {
  std::uint16_t code_unit;
  std::uint8_t byte;
};

std::optional<Mapping> read_mapping(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto code_unit = read<std::uint16_t>(word.substr(0, colon), 16);
  const auto byte = read<std::uint8_t>(word.substr(colon + 1), 16);
  if (!code_unit || !byte) return std::nullopt;
  return Mapping{.code_unit = *code_unit, .byte = *byte};
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line.substr(0, line.find('#'));
}

// The next word of a line; a name in parentheses is one, whatever it holds.
std::string_view take_word(std::string_view& line) {
  const std::size_t start = line.find_first_not_of(" \t\r");
  if (start == std::string_view::npos) {
    line = {};
    return {};
  }
  line.remove_prefix(start);
  const std::size_t stop = line.starts_with('(') ? line.find(')') : line.find_first_of(" \t\r");
  const std::size_t length = stop == std::string_view::npos ? line.size()
                             : line.starts_with('(')        ? stop + 1
                                                            : stop;
  const std::string_view word = line.substr(0, length);
  line.remove_prefix(length);
  return word;
}

}  // namespace

Result<UnicodeMap> UnicodeMap::parse(std::string_view text, std::uint32_t code_page) {
  UnicodeMap map;
  bool found = false;
  bool inside = false;  // the table of `code_page`
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = take_line(text);
    bool first = true;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      if (word.starts_with('(')) {
        if (first) inside = false;  // a page that has a name and no number
      } else if (const auto page = read<std::uint32_t>(word, 10)) {
        inside = *page == code_page;
        found = found || inside;
      } else if (const auto mapping = read_mapping(word)) {
        if (inside) map.bytes_[mapping->code_unit] = mapping->byte;
      } else {
        return fail(ErrorCode::kInvalidInput,
                    fmt::format("line {} is no part of a table of code pages; write 20127, then "
                                "00a1:21 00a2:63",
                                number));
      }
      first = false;
    }
  }
  if (!found)
    return fail(ErrorCode::kNotFound, fmt::format("there is no table of code page {}", code_page));
  return map;
}

}  // namespace yagura::waf
