#pragma once

// The lines of a file with their continuations joined, and the way back from a byte of such a line
// to the line and column that the user sees.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "waf/seclang/ast.hpp"

namespace yagura::waf::seclang {

// Where the bytes of a text stand in a file.
class TextMap {
 public:
  TextMap() = default;
  explicit TextMap(std::shared_ptr<const std::string> file) : file_(std::move(file)) {}
  // A text without continuations that begins at `start`.
  explicit TextMap(const Position& start);

  // From `offset` on (larger than those before) the text stands at this line and column.
  void add(std::size_t offset, std::uint32_t line, std::uint32_t column);
  [[nodiscard]] bool empty() const { return segments_.empty(); }
  [[nodiscard]] Position at(std::size_t offset) const;  // O(log lines)

 private:
  struct Segment {
    std::size_t offset = 0;
    std::uint32_t line = 0, column = 0;
  };
  std::shared_ptr<const std::string> file_;
  std::vector<Segment> segments_;
};

struct LogicalLine {
  std::string text;                    // without the backslashes and line ends of its continuations
  std::string_view raw;                // as written, without the last line end
  TextMap map;                         // of `text`
  bool blank_after_backslash = false;  // a line of it ends in a backslash and white space
};

// A line goes on in the next behind a backslash at its end. So does the comment of a whole rule
// ("#SecRule … \"), as in ModSecurity; other comments end with their line in any case, so that
// "# C:\" never hides the rule below it.
class LineReader {
 public:
  LineReader(std::string_view text, std::shared_ptr<const std::string> file)
      : text_(text), file_(std::move(file)) {}
  [[nodiscard]] std::optional<LogicalLine> next();

 private:
  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::size_t offset_ = 0;
  std::uint32_t line_ = 0;  // of the last line given
};

}  // namespace yagura::waf::seclang
