#include "rules/k8s_audit/uri_query.hpp"

#include <algorithm>

namespace yagura::rules {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      out += ' ';
    } else if (text[at] == '%' && at + 2 < text.size() && hex(text[at + 1]) >= 0 &&
               hex(text[at + 2]) >= 0) {
      out += static_cast<char>(hex(text[at + 1]) * 16 + hex(text[at + 2]));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> query_parameter(std::string_view uri, std::string_view name) {
  const std::size_t mark = uri.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view query = uri.substr(mark + 1);
  query = query.substr(0, query.find('#'));
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equal = std::min(pair.find('='), pair.size());
    if (decoded(pair.substr(0, equal)) != name) continue;
    return decoded(pair.substr(std::min(equal + 1, pair.size())));
  }
  return std::nullopt;
}

}  // namespace yagura::rules
