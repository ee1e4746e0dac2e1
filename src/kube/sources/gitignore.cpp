// gitignore(5) and git's wildmatch with WM_PATHNAME. A pattern and a path are compared segment by
// segment, and both levels (stars in a segment, `**` among segments) use the greedy scheme that
// remembers the last star alone: going back further can never help, since what is between two stars
// matches at its first place or not at all. So no input is worse than quadratic.

#include "kube/sources/gitignore.hpp"

#include <cctype>
#include <utility>

namespace yagura::kube {

namespace {

bool in_class(std::string_view name, unsigned char c) {
  if (name == "alpha") return std::isalpha(c) != 0;
  if (name == "digit") return std::isdigit(c) != 0;
  if (name == "alnum") return std::isalnum(c) != 0;
  if (name == "upper") return std::isupper(c) != 0;
  if (name == "lower") return std::islower(c) != 0;
  if (name == "space") return std::isspace(c) != 0;
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "punct") return std::ispunct(c) != 0;
  if (name == "print") return std::isprint(c) != 0;
  if (name == "graph") return std::isgraph(c) != 0;
  if (name == "cntrl") return std::iscntrl(c) != 0;
  if (name == "xdigit") return std::isxdigit(c) != 0;
  return false;
}

struct Bracket {
  bool closed = false;  // false: no `]`, so that the pattern matches nothing
  bool matches = false;
  std::size_t length = 0;  // with both brackets
};

// `pattern` starts at the '['.
Bracket read_bracket(std::string_view pattern, unsigned char c) {
  Bracket bracket;
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool first = true;
  while (at < pattern.size() && (first || pattern[at] != ']')) {
    first = false;
    if (pattern[at] == '[' && at + 1 < pattern.size() && pattern[at + 1] == ':') {
      const std::size_t end = pattern.find(":]", at + 2);
      if (end != std::string_view::npos) {
        bracket.matches |= in_class(pattern.substr(at + 2, end - at - 2), c);
        at = end + 2;
        continue;
      }
    }
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const auto low = static_cast<unsigned char>(pattern[at++]);
    auto high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
      high = static_cast<unsigned char>(pattern[at++]);
    }
    bracket.matches |= low <= c && c <= high;
  }
  bracket.closed = at < pattern.size();
  bracket.length = at + 1;
  bracket.matches = bracket.matches != negated;
  return bracket;
}

// Whether the one element at the start of `pattern` (no star) takes `c`; `length` is the element's.
bool element_matches(std::string_view pattern, char c, std::size_t& length) {
  length = 1;
  if (pattern[0] == '?') return true;
  if (pattern[0] == '[') {
    const Bracket bracket = read_bracket(pattern, static_cast<unsigned char>(c));
    length = bracket.length;
    return bracket.closed && bracket.matches;
  }
  if (pattern[0] == '\\' && pattern.size() > 1) {
    length = 2;
    return pattern[1] == c;
  }
  return pattern[0] == c;
}

bool segment_matches(std::string_view pattern, std::string_view text) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = kNone;  // behind the last star
  std::size_t star_text = 0;
  while (t < text.size()) {
    std::size_t length = 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_text = t;
    } else if (p < pattern.size() && element_matches(pattern.substr(p), text[t], length)) {
      p += length;
      ++t;
    } else if (star != kNone) {
      p = star;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// The end of the segment that starts at `at`. A slash inside brackets cannot match anything, so it
// splits too.
std::size_t segment_end(std::string_view text, std::size_t at) {
  const std::size_t slash = text.find('/', at);
  return slash == std::string_view::npos ? text.size() : slash;
}

bool has_wildcard(std::string_view glob) {
  return glob.find_first_of("*?[\\") != std::string_view::npos;
}

std::string_view without_trailing_blanks(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
    std::size_t backslashes = 0;
    while (backslashes + 1 < line.size() && line[line.size() - 2 - backslashes] == '\\')
      ++backslashes;
    if (backslashes % 2 == 1) break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

bool matches_path_glob(std::string_view pattern, std::string_view path) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = kNone;  // behind the last `**/`
  std::size_t star_text = 0;
  while (t <= path.size()) {
    const std::size_t text_end = segment_end(path, t);
    if (p <= pattern.size()) {
      const std::size_t pattern_end = segment_end(pattern, p);
      const std::string_view segment = pattern.substr(p, pattern_end - p);
      if (segment == "**") {
        // At the end it takes everything that is left, but at least one segment: `a/**` is not for
        // `a`.
        if (pattern_end == pattern.size()) return true;
        star = p = pattern_end + 1;
        star_text = t;
        continue;
      }
      const bool last_of_pattern = pattern_end == pattern.size();
      const bool last_of_text = text_end == path.size();
      if (last_of_pattern && last_of_text && segment_matches(segment, path.substr(t))) return true;
      if (!last_of_pattern && !last_of_text &&
          segment_matches(segment, path.substr(t, text_end - t))) {
        p = pattern_end + 1;
        t = text_end + 1;
        continue;
      }
    }
    if (star == kNone) return false;
    const std::size_t end = segment_end(path, star_text);
    if (end == path.size()) return false;
    p = star;
    t = star_text = end + 1;
  }
  return false;
}

GitIgnoreFile::GitIgnoreFile(std::string_view text, const GitIgnoreLimits& limits) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.size() > limits.max_file_size) {
    text = text.substr(0, limits.max_file_size);
    truncated_ = true;
  }
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    add_line(line, limits);
  }
}

void GitIgnoreFile::add_line(std::string_view line, const GitIgnoreLimits& limits) {
  if (line.starts_with('#')) return;
  line = without_trailing_blanks(line);
  Pattern pattern;
  if (line.starts_with('!')) {
    pattern.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    pattern.directories_only = true;
    line.remove_suffix(1);
  }
  pattern.anchored = line.find('/') != std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return;
  if (line.size() > limits.max_pattern_length || patterns_.size() >= limits.max_patterns) {
    truncated_ = true;
    return;
  }
  pattern.glob = line;
  pattern.literal = !has_wildcard(line);
  patterns_.push_back(std::move(pattern));
}

bool GitIgnoreFile::matches(const Pattern& pattern, std::string_view path, std::string_view name,
                            bool is_directory) {
  if (pattern.directories_only && !is_directory) return false;
  const std::string_view text = pattern.anchored ? path : name;
  if (pattern.literal) return text == pattern.glob;
  return pattern.anchored ? matches_path_glob(pattern.glob, text)
                          : segment_matches(pattern.glob, text);
}

GitIgnoreFile::Verdict GitIgnoreFile::judge(std::string_view path, bool is_directory) const {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
    if (matches(*pattern, path, name, is_directory)) {
      return pattern->negated ? Verdict::kIncluded : Verdict::kIgnored;
    }
  }
  return Verdict::kNone;
}

GitIgnoreStack GitIgnoreStack::with(GitIgnoreFile file, std::string folder) const {
  if (file.empty()) return *this;
  GitIgnoreStack stack;
  stack.innermost_ = std::make_shared<const Layer>(
      Layer{.file = std::move(file), .folder = std::move(folder), .outer = innermost_});
  return stack;
}

bool GitIgnoreStack::ignores(std::string_view path, bool is_directory) const {
  for (const Layer* layer = innermost_.get(); layer != nullptr; layer = layer->outer.get()) {
    std::string_view relative = path;
    if (!layer->folder.empty()) {
      if (!relative.starts_with(layer->folder) || relative.size() <= layer->folder.size() ||
          relative[layer->folder.size()] != '/') {
        continue;
      }
      relative.remove_prefix(layer->folder.size() + 1);
    }
    const GitIgnoreFile::Verdict verdict = layer->file.judge(relative, is_directory);
    if (verdict != GitIgnoreFile::Verdict::kNone)
      return verdict == GitIgnoreFile::Verdict::kIgnored;
  }
  return false;
}

}  // namespace yagura::kube
