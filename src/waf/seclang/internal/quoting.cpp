#include "waf/seclang/internal/quoting.hpp"

namespace yagura::waf::seclang {

std::size_t find_closing(std::string_view text, std::size_t start, char quote) {
  for (std::size_t i = start; i < text.size(); ++i) {
    if (text[i] == quote) return i;
    if (text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

std::string unescape(std::string_view text, std::string_view quotes) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (quotes.find(text[i + 1]) == std::string_view::npos) result += '\\';
      ++i;
    }
    result += text[i];
  }
  return result;
}

std::string escape(std::string_view text, std::string_view quotes) {
  std::string result;
  result.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      result += text[i++];
    } else if (quotes.find(text[i]) != std::string_view::npos) {
      result += '\\';
    }
    result += text[i];
  }
  return result;
}

bool has_dangling_backslash(std::string_view text) {
  bool dangling = false;
  for (const char byte : text) dangling = byte == '\\' && !dangling;
  return dangling;
}

}  // namespace yagura::waf::seclang
