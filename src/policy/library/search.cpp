#include "policy/library/internal/search.hpp"

#include <string.h>

#include <algorithm>
#include <string>

namespace yagura::policy {
namespace {

constexpr std::size_t kShortPattern = 16;

}  // namespace

// glibc's memmem is the two-way algorithm: linear, no extra memory.
std::size_t find_text(std::string_view text, std::string_view pattern, std::size_t from) {
  if (pattern.size() <= kShortPattern) return text.find(pattern, from);
  if (from > text.size()) return std::string_view::npos;
  const void* found =
      memmem(text.data() + from, text.size() - from, pattern.data(), pattern.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// There is no memrmem: a long pattern is looked for in the reversed text.
std::size_t find_last_text(std::string_view text, std::string_view pattern, std::size_t from) {
  if (pattern.size() <= kShortPattern) return text.rfind(pattern, from);
  if (pattern.size() > text.size()) return std::string_view::npos;
  const std::size_t last = std::min(from, text.size() - pattern.size());
  const std::string_view searched = text.substr(0, last + pattern.size());
  const std::string backwards(searched.rbegin(), searched.rend());
  const std::string reversed(pattern.rbegin(), pattern.rend());
  const std::size_t found = find_text(backwards, reversed);
  if (found == std::string_view::npos) return found;
  return searched.size() - found - pattern.size();
}

}  // namespace yagura::policy
