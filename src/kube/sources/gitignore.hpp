#pragma once

// The pattern files of Git (gitignore(5)): one file's patterns, and the stack of files that is in
// force for a folder. Bytes are untrusted (any repository): matching takes at most O(pattern ×
// path) time, and sizes are bounded.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::kube {

struct GitIgnoreLimits {
  std::size_t max_file_size = std::size_t{1} << 20;  // bytes; what is behind is not read
  std::size_t max_patterns = 5'000;                  // of one file; later ones are not read
  std::size_t max_pattern_length = 1'024;            // bytes; a longer one is left out
};

// One pattern of wildmatch with WM_PATHNAME against a path without a leading slash: `*`, `?` and
// `[…]` never match a slash, `**` as a whole segment matches any number of segments, `\` escapes.
// Byte-wise and case-sensitive.
[[nodiscard]] bool matches_path_glob(std::string_view pattern, std::string_view path);

// The patterns of one file. Immutable.
class GitIgnoreFile {
 public:
  enum class Verdict : std::uint8_t { kNone, kIgnored, kIncluded };

  explicit GitIgnoreFile(std::string_view text, const GitIgnoreLimits& limits = {});

  // The last pattern that matches decides. `path` is relative to the folder of the file, without a
  // leading or trailing slash.
  [[nodiscard]] Verdict judge(std::string_view path, bool is_directory) const;
  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  [[nodiscard]] bool truncated() const { return truncated_; }  // a limit was reached

 private:
  struct Pattern {
    std::string glob;
    bool negated = false;
    bool directories_only = false;
    bool anchored = false;  // to the file's folder; else it is for the last segment at any depth
    bool literal = false;   // no wildcard: compared as text
  };

  void add_line(std::string_view line, const GitIgnoreLimits& limits);
  [[nodiscard]] static bool matches(const Pattern& pattern, std::string_view path,
                                    std::string_view name, bool is_directory);

  std::vector<Pattern> patterns_;
  bool truncated_ = false;
};

// What is in force at a folder: its own file over those of its parents over `.git/info/exclude`.
// Cheap to copy (a shared chain).
class GitIgnoreStack {
 public:
  GitIgnoreStack() = default;

  // `folder`: of the file, relative to the root that all paths given to ignores() are relative to;
  // "" is the root.
  [[nodiscard]] GitIgnoreStack with(GitIgnoreFile file, std::string folder) const;
  // A folder that is ignored must not be entered: what is below cannot be included again.
  [[nodiscard]] bool ignores(std::string_view path, bool is_directory) const;

 private:
  struct Layer {
    GitIgnoreFile file;
    std::string folder;
    std::shared_ptr<const Layer> outer;
  };
  std::shared_ptr<const Layer> innermost_;
};

}  // namespace yagura::kube
