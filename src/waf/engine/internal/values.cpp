#include "waf/engine/internal/values.hpp"

#include <algorithm>

namespace yagura::waf::internal {

View view_of(Variable variable) {
  using enum Variable;
  const auto one = [](Variable home, bool names = false) {
    return View{.homes = {home, home, home}, .count = 1, .names = names};
  };
  switch (variable) {
    case kArgs:
      return {.homes = {kArgsGet, kArgsPost, kArgsPost}, .count = 2, .names = false};
    case kArgsNames:
      // kArgsPostNames as a home holds the names that have no value of their own (JSON arrays).
      return {.homes = {kArgsGet, kArgsPost, kArgsPostNames}, .count = 3, .names = true};
    case kArgsGetNames:
      return one(kArgsGet, true);
    case kArgsPostNames:
      return {.homes = {kArgsPost, kArgsPostNames, kArgsPost}, .count = 2, .names = true};
    case kRequestHeadersNames:
      return one(kRequestHeaders, true);
    case kRequestCookiesNames:
      return one(kRequestCookies, true);
    case kResponseHeadersNames:
      return one(kResponseHeaders, true);
    case kFilesNames:
      return one(kFiles, true);
    case kMultipartFileName:
      return one(kFiles);
    default:
      return one(variable);
  }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return fold(x) == fold(y);
  });
}

}  // namespace yagura::waf::internal
