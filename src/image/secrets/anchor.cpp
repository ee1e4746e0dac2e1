#include "image/secrets/anchor.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace yagura::image {
namespace {

constexpr std::string_view kSpecial = "()|?*+{}.^$";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_word(char c) { return is_alphanumeric(c) || c == '_'; }
bool is_run(char c) { return is_word(c) || c == '-'; }

// Takes a class's inside, "A-Za-z0-9_" of "[A-Za-z0-9_]".
std::optional<std::string_view> take_class(std::string_view& pattern) {
  if (!pattern.starts_with('[')) return std::nullopt;
  const std::size_t end = pattern.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = pattern.substr(1, end - 1);
  if (!std::ranges::all_of(inside, is_run)) return std::nullopt;  // no negation, no escapes
  pattern.remove_prefix(end + 1);
  return inside;
}

// Whether the pattern's next atom is one that `c` matches; takes it.
bool take_char(std::string_view& pattern, char c) {
  if (const auto inside = take_class(pattern)) {
    return !inside->substr(0, inside->size() - 1).contains('-') && inside->contains(c);
  }
  if (pattern.empty() || pattern.front() == '[') return false;
  if (pattern.front() == '\\')
    pattern.remove_prefix(1);
  else if (kSpecial.contains(pattern.front()))
    return false;
  const bool same = !pattern.empty() && pattern.front() == c &&
                    !(is_alphanumeric(c) && pattern.data()[-1] == '\\');
  if (same) pattern.remove_prefix(1);
  return same;
}

// The n of {n} or {n,m}.
std::size_t least_count(std::string_view pattern) {
  if (!pattern.starts_with('{')) return 1;
  std::size_t count = 0;
  std::from_chars(pattern.data() + 1, pattern.data() + pattern.size(), count);
  return count;
}

}  // namespace

Anchor anchor_of(std::string_view pattern, std::string_view keyword) {
  constexpr std::string_view kStart = "\\b(";
  if (!pattern.starts_with(kStart) || pattern.contains('|') || keyword.empty()) return {};
  pattern.remove_prefix(kStart.size());
  for (const char c : keyword) {
    if (!take_char(pattern, c)) return {};
  }
  // What was taken last may be optional or repeated.
  if (!pattern.empty() && std::string_view("?*+{").contains(pattern.front())) return {};
  if (!is_word(keyword.front())) return {};
  Anchor anchor{.begins = true};
  if (take_class(pattern) && !pattern.starts_with('?') && !pattern.starts_with('*'))
    anchor.run = least_count(pattern);
  return anchor;
}

bool may_begin(const Anchor& anchor, std::string_view keyword, std::string_view text,
               std::size_t at) {
  if (!anchor.begins) return true;
  if (at > 0 && is_word(text[at - 1])) return false;
  text.remove_prefix(at);
  if (!text.starts_with(keyword)) return false;
  text.remove_prefix(keyword.size());
  return text.size() >= anchor.run && std::ranges::all_of(text.substr(0, anchor.run), is_run);
}

}  // namespace yagura::image
