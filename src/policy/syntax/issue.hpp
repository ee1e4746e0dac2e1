#pragma once

// What is wrong with an expression, found by the parser or the checker.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::policy {

struct Issue {
  std::uint32_t offset = 0;  // code points from the start of the expression
  std::uint32_t line = 1;    // 1-based
  std::uint32_t column = 1;  // 1-based, in code points
  std::string message;       // one sentence, in upstream's words where users search for them
};

// "ERROR: NAME:LINE:COLUMN: message" and, below, the line of the source with a caret under the
// place.
[[nodiscard]] std::string to_string(const Issue& issue, std::string_view source,
                                    std::string_view name = "<input>");

// All issues, one below the other.
[[nodiscard]] std::string to_string(const std::vector<Issue>& issues, std::string_view source,
                                    std::string_view name = "<input>");

// Orders them by place and fills lines and columns from the offsets.
void finish_issues(std::string_view source, std::vector<Issue>& issues);

// Fills line and column from the offset. Linear in the source.
[[nodiscard]] Issue make_issue(std::string_view source, std::uint32_t offset, std::string message);

}  // namespace yagura::policy
