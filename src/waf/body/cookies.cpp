// Cookies split at ';' alone, blanks before a name left out, nothing decoded and quotes without a
// meaning, as ModSecurity 3 does. Unlike it, a value without a name is kept (some servers take
// it for one), so that rules see it.

#include "waf/body/body.hpp"

namespace yagura::waf {

bool read_cookies(std::string_view header, std::uint32_t max_cookies, std::vector<Argument>& out) {
  std::size_t begin = 0;
  while (begin < header.size()) {
    std::size_t end = header.find(';', begin);
    if (end == std::string_view::npos) end = header.size();
    while (begin < end && (header[begin] == ' ' || header[begin] == '\t')) ++begin;
    if (begin < end) {
      if (max_cookies-- == 0) return false;
      const std::string_view pair = header.substr(begin, end - begin);
      const std::size_t equals = pair.find('=');
      const std::size_t value = equals == std::string_view::npos ? pair.size() : equals + 1;
      out.push_back({.name = pair.substr(0, equals),
                     .value = pair.substr(value),
                     .offset = static_cast<std::uint32_t>(begin + value)});
    }
    begin = end + 1;
  }
  return true;
}

}  // namespace yagura::waf
