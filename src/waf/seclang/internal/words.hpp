#pragma once

// The words of a directive: separated by white space, whole in double or single quotes.

#include <optional>
#include <string>
#include <string_view>

#include "core/diagnostics.hpp"
#include "waf/seclang/internal/logical_line.hpp"

namespace yagura::waf::seclang {

struct Word {
  std::string text;        // escapes undone
  std::string_view raw;    // between the quotes, escapes as written; of the line's text
  std::size_t offset = 0;  // of `raw` in the line's text
  char quote = 0;          // 0: bare
  Position position;       // of `raw`
};

class Words {
 public:
  Words(const LogicalLine& line, Diagnostics& diagnostics)
      : line_(line), diagnostics_(diagnostics) {}

  // Nothing at the end of the line and behind a mistake, which is reported.
  [[nodiscard]] std::optional<Word> next();
  // The same for a rule's targets, where a bare word may hold selectors in single quotes with white
  // space in them, and regular expressions between slashes.
  [[nodiscard]] std::optional<Word> next_targets();
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const LogicalLine& line() const { return line_; }

 private:
  [[nodiscard]] std::optional<Word> quoted();
  [[nodiscard]] Word make(std::size_t start, std::size_t end, char quote) const;
  void skip_blanks();

  const LogicalLine& line_;
  Diagnostics& diagnostics_;
  std::size_t i_ = 0;
  bool failed_ = false;
};

}  // namespace yagura::waf::seclang
