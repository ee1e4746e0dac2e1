// First line: a path; the rest: a pattern file. The matcher must agree with a slow one that follows
// the definition directly.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "kube/sources/gitignore.hpp"

namespace {

using yagura::kube::GitIgnoreFile;
using yagura::kube::GitIgnoreStack;

// Patterns of letters, `*`, `?` and slashes, by plain recursion. `budget` bounds it; 0 left: no
// opinion.
bool slow_match(std::string_view pattern, std::string_view path, int& budget) {
  if (--budget < 0) return false;
  if (pattern.empty()) return path.empty();
  if (pattern.starts_with("**/")) {
    if (slow_match(pattern.substr(3), path, budget)) return true;
    const std::size_t slash = path.find('/');
    return slash != std::string_view::npos && slow_match(pattern, path.substr(slash + 1), budget);
  }
  if (pattern == "**") return !path.empty();
  if (pattern.front() == '*') {
    if (slow_match(pattern.substr(1), path, budget)) return true;
    return !path.empty() && path.front() != '/' && slow_match(pattern, path.substr(1), budget);
  }
  if (path.empty()) return false;
  if (pattern.front() == '?')
    return path.front() != '/' && slow_match(pattern.substr(1), path.substr(1), budget);
  return pattern.front() == path.front() && slow_match(pattern.substr(1), path.substr(1), budget);
}

// What the slow matcher takes: `**` only as a whole segment, no empty segments.
bool is_plain(std::string_view pattern) {
  if (pattern.empty() || pattern.size() > 24) return false;
  std::size_t begin = 0;
  while (begin <= pattern.size()) {
    const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
    const std::string_view segment = pattern.substr(begin, end - begin);
    if (segment.empty() || segment.find_first_of("[\\") != std::string_view::npos) return false;
    if (segment != "**" && segment.find("**") != std::string_view::npos) return false;
    begin = end + 1;
  }
  return true;
}

bool is_plain_path(std::string_view path) {
  return !path.empty() && path.size() <= 24 && path.front() != '/' && path.back() != '/' &&
         path.find("//") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view path = text.substr(0, line);
  const std::string_view patterns = text.substr(std::min(line + 1, text.size()));
  const GitIgnoreStack stack = GitIgnoreStack{}.with(GitIgnoreFile(patterns), "");
  (void)stack.ignores(path, true);
  (void)stack.ignores(path, false);
  if (is_plain(patterns) && is_plain_path(path)) {
    int budget = 100'000;
    const bool expected = slow_match(patterns, path, budget);
    if (budget > 0) {
      YAGURA_CHECK(yagura::kube::matches_path_glob(patterns, path) == expected,
                   "both matchers agree");
    }
  }
  return 0;
}
