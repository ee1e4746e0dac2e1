#include "image/packages/python/python_name.hpp"

#include <algorithm>

namespace yagura::image {
namespace {

bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }
bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string normalized_python_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (const char c : name) {
    if (!is_separator(c)) {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (out.empty() || out.back() != '-') {
      out.push_back('-');
    }
  }
  return out;
}

bool is_python_name(std::string_view name) {
  return !name.empty() && name.size() <= 256 && is_alphanumeric(name.front()) &&
         is_alphanumeric(name.back()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || is_separator(c); });
}

bool is_python_version(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || is_separator(c) || c == '!' || c == '+';
  });
}

std::string_view leading_python_name(std::string_view requirement) {
  const auto end = std::ranges::find_if_not(
      requirement, [](char c) { return is_alphanumeric(c) || is_separator(c); });
  std::string_view name(requirement.begin(), end);
  while (!name.empty() && is_separator(name.back())) name.remove_suffix(1);
  return is_python_name(name) ? name : std::string_view();
}

NamedVersion split_file_name(std::string_view stem) {
  const auto dash = stem.find('-');
  if (dash == std::string_view::npos) return {.name = stem, .version = {}};
  const std::string_view rest = stem.substr(dash + 1);
  const std::string_view version = rest.substr(0, rest.find('-'));
  const bool is_version = !version.empty() && version.front() >= '0' && version.front() <= '9';
  return {.name = stem.substr(0, dash), .version = is_version ? version : std::string_view()};
}

}  // namespace yagura::image
